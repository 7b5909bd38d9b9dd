/**
 * An estimate with its interval as a small drawing that stretches with its column, and the scale it is read
 * against. Positions are percentages of the width, so nothing distorts at any size.
 */

import { html, type Markup } from '../../prove/html.ts';
import type { Interval } from '../../stats/interval.ts';
import { decimal } from './format.ts';

/** The ends of the scale that a column of glyphs shares. */
export interface GlyphScale {
  readonly low: number;
  readonly high: number;
}

export interface GlyphOptions {
  readonly scale: GlyphScale;
  readonly colour: string;
  /** An open dot instead of a full one: the same difference for those who see no colour. */
  readonly open?: boolean;
  /** A line at 0, where that is what the interval is judged against. */
  readonly zeroLine?: boolean;
}

/** Hidden from screen readers: the numbers stand beside it. */
export function intervalGlyph(interval: Interval, options: GlyphOptions): Markup {
  const { scale, colour, open = false, zeroLine = false } = options;
  const at = (value: number) => position(value, scale);
  return html`<svg class="glyph" width="100%" height="18" aria-hidden="true"><line x1="0" x2="100%" y1="9" y2="9" stroke="var(--rule)"/>${zeroLine && html`<line x1="${at(0)}" x2="${at(0)}" y1="-2" y2="20" stroke="var(--soft)"/>`}<line x1="${at(interval.low)}" x2="${at(interval.high)}" y1="9" y2="9" stroke="${colour}" stroke-width="5" stroke-opacity="0.4"/><circle cx="${at(interval.estimate)}" cy="9" r="5" fill="${open ? 'var(--paper)' : colour}" stroke="${colour}" stroke-width="${open ? 2 : 0}"/></svg>`;
}

/** The numbers above a column of glyphs. */
export function glyphScale(scale: GlyphScale): Markup {
  const ticks = ticksOf(scale);
  return html`<svg class="glyph" width="100%" height="16" aria-hidden="true">${ticks.map(
    (tick) =>
      html`<text x="${position(tick, scale)}" y="12" text-anchor="middle">${decimal(tick, tick % 1 === 0 ? 0 : 1)}</text>`,
  )}</svg>`;
}

/** Two to six round values within the scale. */
export function ticksOf({ low, high }: GlyphScale): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(span));
  const step = [0.2, 0.5, 1, 2, 5].map((unit) => unit * power).find((size) => span / size <= 5.5) ?? power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

function position(value: number, { low, high }: GlyphScale): string {
  const share = high > low ? (value - low) / (high - low) : 0;
  return `${(100 * Math.min(1, Math.max(0, share))).toFixed(2)}%`;
}
