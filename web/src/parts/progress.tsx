/** How much is done, as a bar and as a number; a dash where nobody knows. */
import { formatPercent } from '../format.ts';

export function Progress({ share, label }: { readonly share: number | null; readonly label: string }) {
  if (share === null) return <span class="progress-unknown">–</span>;
  return (
    <span class="progress">
      <progress max={1} value={share} aria-label={label} />
      <span class="progress-text">{formatPercent(share)}</span>
    </span>
  );
}
