/** What went wrong, and the way out. */
import { withoutOverrides } from '../shown-text.ts';

export interface ProblemProps {
  readonly title: string;
  readonly text: string;
  readonly way?: { readonly text: string; readonly address: string };
  readonly again?: () => void;
}

export function Problem({ title, text, way, again }: ProblemProps) {
  return (
    <section class="problem-note" role="alert">
      <h2>{title}</h2>
      <p>{withoutOverrides(text)}</p>
      {way !== undefined && <a href={way.address}>{way.text}</a>}
      {again !== undefined && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </section>
  );
}
