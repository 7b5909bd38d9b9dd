/**
 * Interval of the mean of values in [0, 1] that may be looked at after every value: with probability 0.95 it holds the
 * mean at every number of values at once, so that sampling may stop the moment it is narrow enough. It is a betting
 * confidence sequence (Waudby-Smith and Ramdas 2024): the means that are left are those against which a gambler has not
 * made 20 of 1. The gambler here is the universal portfolio with the Beta(1/2, 1/2) mixture (Cover and Ordentlich 1996;
 * Orabona and Jun 2024), whose wealth against a mean m after the values x is
 *
 *     W(m) = ∫ ∏ (b · x/m + (1 − b) · (1 − x)/(1 − m)) dBeta(b; 1/2, 1/2)
 *
 * The integrand is a polynomial in b, so Gauss–Chebyshev quadrature with ⌈(n + 1)/2⌉ nodes is exact. W is log-convex in
 * m, and at most 1 at the mean of the values, so what is left is an interval around it. The order of the values is
 * nothing to it.
 */
import type { Interval } from './interval.ts';
import { mean } from './moments.ts';

/** Halvings of what lies between the mean and an end: to 1e-12. */
const halvings = 40;

/**
 * The estimate is the plain mean. Throws on an empty list, and on a value outside [0, 1].
 *
 * @example bettingInterval(Array.from({ length: 128 }, () => 0)).high // 0.0458: nothing in 128 attempts
 */
export function bettingInterval(values: readonly number[], error = 0.05): Interval {
  const estimate = mean(values);
  const counts = new Map<number, number>();
  for (const value of values) {
    if (!(value >= 0 && value <= 1)) throw new RangeError(`betting interval: ${value} lies outside 0 to 1`);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const isLeft = (candidate: number) => logWealth(counts, values.length, candidate) < -Math.log(error);
  return { estimate, low: endBetween(estimate, 0, isLeft), high: endBetween(estimate, 1, isLeft) };
}

/** The last point that is left on the way from one that is to the end of the range. */
function endBetween(inside: number, end: number, isLeft: (candidate: number) => boolean): number {
  let [kept, beyond] = [inside, end];
  for (let i = 0; i < halvings; i += 1) {
    const middle = (kept + beyond) / 2;
    if (isLeft(middle)) kept = middle;
    else beyond = middle;
  }
  // Where nothing on the way was against it, the end itself is left.
  return beyond === end ? end : kept;
}

/** Natural logarithm of W. */
function logWealth(counts: ReadonlyMap<number, number>, values: number, candidate: number): number {
  const nodes = Math.ceil((values + 1) / 2);
  let largest = Number.NEGATIVE_INFINITY;
  const logs = new Float64Array(nodes);
  for (let node = 0; node < nodes; node += 1) {
    const share = (1 + Math.cos(((2 * node + 1) * Math.PI) / (2 * nodes))) / 2;
    let log = 0;
    for (const [value, count] of counts) {
      log += count * Math.log((share * value) / candidate + ((1 - share) * (1 - value)) / (1 - candidate));
    }
    logs[node] = log;
    largest = Math.max(largest, log);
  }
  let sum = 0;
  for (const log of logs) sum += Math.exp(log - largest);
  return largest + Math.log(sum / nodes);
}
