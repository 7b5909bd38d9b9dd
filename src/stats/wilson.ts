/**
 * Wilson's score interval for a rate of independent yes/no outcomes (Wilson 1927; recommended for small samples
 * and rates near 0 or 1 by Brown, Cai and DasGupta 2001). It never leaves [0, 1] and is never empty.
 */
import type { Interval } from './interval.ts';

/** 97.5 % point of the standard normal distribution. */
const Z_95 = 1.959963984540054;

/** 95 % interval of `successes / trials`; the estimate is the plain rate. Throws unless 0 ≤ successes ≤ trials, trials ≥ 1. */
export function wilson(successes: number, trials: number, z: number = Z_95): Interval {
  if (!(trials >= 1 && successes >= 0 && successes <= trials)) {
    throw new RangeError(`wilson: ${successes} successes of ${trials} trials`);
  }
  const rate = successes / trials;
  const z2 = z * z;
  const centre = (rate + z2 / (2 * trials)) / (1 + z2 / trials);
  const half = (z / (1 + z2 / trials)) * Math.sqrt((rate * (1 - rate)) / trials + z2 / (4 * trials * trials));
  return {
    estimate: rate,
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === trials ? 1 : Math.min(1, centre + half),
  };
}
