/** Points of 7 as a number with a bar; a dash where there is no grade, never a zero. */
import { formatNumber } from '../../format.ts';

export function PointsMark({ points, title }: { readonly points: number | null; readonly title?: string }) {
  const name = points === null ? 'none' : points === 0 ? 'wrong' : points === 7 ? 'right' : 'partial';
  return (
    <span class={`points-mark ${name}`} title={title}>
      <b>{points === null ? '–' : formatNumber(points, points % 1 === 0 ? 0 : 1)}</b>
      <svg viewBox="0 0 42 6" aria-hidden="true">
        <rect width="42" height="6" class="frame" />
        {points !== null && <rect width={6 * points} height="6" class="value" />}
      </svg>
    </span>
  );
}
