/**
 * An estimate with its interval as a small drawing that stretches with its column: a bar for the interval, a dot
 * for the estimate and, where it matters, a line at 0. Made of percentages, so that it never distorts.
 */
import type { Interval } from '../../stats/interval.ts';
import { html, type Markup } from './html.ts';

export interface GlyphOptions {
  /** Ends of the scale. */
  readonly low: number;
  readonly high: number;
  readonly colour: string;
  readonly zeroLine: boolean;
}

/** Hidden from screen readers: the numbers stand beside it. */
export function intervalGlyph(interval: Interval, { low, high, colour, zeroLine }: GlyphOptions): Markup {
  const at = (value: number) => {
    const share = high > low ? (value - low) / (high - low) : 0;
    return `${(100 * Math.min(1, Math.max(0, share))).toFixed(2)}%`;
  };
  return html`<svg class="glyph" width="100%" height="18" aria-hidden="true"><line x1="0" x2="100%" y1="9" y2="9" stroke="var(--rule)"/>${zeroLine && html`<line x1="${at(0)}" x2="${at(0)}" y1="0" y2="18" stroke="var(--soft)"/>`}<line x1="${at(interval.low)}" x2="${at(interval.high)}" y1="9" y2="9" stroke="${colour}" stroke-width="5" stroke-opacity="0.4"/><circle cx="${at(interval.estimate)}" cy="9" r="5" fill="${colour}"/></svg>`;
}
