/**
 * Prepares step-by-step figures for a chart: a centred moving average that shows the trend, and thinning that
 * bounds the size of the drawing however long the run was.
 */
import { mean } from '../../stats/moments.ts';

/** Centred moving average over `window` values; at the ends, over those that exist. */
export function movingAverage(values: readonly number[], window: number): number[] {
  const half = Math.floor(window / 2);
  return values.map((_, i) => mean(values.slice(Math.max(0, i - half), i + half + 1)));
}

/** A window of about a fifteenth of the values, odd, at least 3 and at most 61. */
export function trendWindow(values: number): number {
  return Math.min(61, Math.max(3, 2 * Math.round(values / 30) + 1));
}

/** At most `most` items, evenly spaced, the first and the last among them. */
export function thin<T>(items: readonly T[], most = 240): readonly T[] {
  if (items.length <= most) return items;
  const stride = (items.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, i) => items[Math.round(i * stride)] as T);
}
