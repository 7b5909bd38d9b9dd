/** The 95 % percentile interval of a bootstrap, from the resampled estimates. */
import type { Interval } from './interval.ts';
import { quantileOfSorted } from './quantile.ts';

/**
 * The ends are the (R + 1)·p-th ordered values of R resamples, which has the stated coverage for few resamples too.
 * `resampled` is in ascending order. Throws on fewer than 40, of which no 95 % can be told.
 */
export function percentileInterval(estimate: number, resampled: Float64Array): Interval {
  const resamples = resampled.length;
  if (!(resamples >= 40)) throw new RangeError(`bootstrap: ${resamples} resamples are too few for 95 %`);
  const tail = Math.max(0, (0.025 * (resamples + 1) - 1) / (resamples - 1));
  return {
    estimate,
    low: quantileOfSorted(resampled, tail),
    high: quantileOfSorted(resampled, 1 - tail),
  };
}
