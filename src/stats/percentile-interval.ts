/** The percentile interval of a bootstrap, from the resampled estimates. */
import type { Interval } from './interval.ts';
import { quantileOfSorted } from './quantile.ts';

/**
 * The ends are the (R + 1)·p-th ordered values of R resamples from either side, p the probability of a tail, which has
 * the stated coverage for few resamples too. `resampled` is in ascending order. Throws on fewer than 40, of which no
 * 95 % can be told.
 */
export function percentileInterval(estimate: number, resampled: Float64Array, tail: number): Interval {
  const resamples = resampled.length;
  if (!(resamples >= 40)) throw new RangeError(`bootstrap: ${resamples} resamples are too few for 95 %`);
  const p = Math.max(0, (tail * (resamples + 1) - 1) / (resamples - 1));
  return { estimate, low: quantileOfSorted(resampled, p), high: quantileOfSorted(resampled, 1 - p) };
}
