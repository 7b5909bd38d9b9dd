/**
 * Mean over problems and attempts with a two-level bootstrap 95 % interval. Every problem weighs the same,
 * however many of its attempts were graded.
 */
import { type BootstrapOptions, contrastInterval } from './contrast-interval.ts';
import type { Interval } from './interval.ts';

/**
 * `values_P_A[p][a]` is attempt a of problem p; each problem has at least one attempt. The interval is for the
 * population that problems and attempts were drawn from. Throws on an empty list.
 *
 * @example meanInterval([[1, 0], [0, 0], [1, 1]], { random: new Random('seed') }).estimate // 0.5
 */
export function meanInterval(
  values_P_A: readonly (readonly number[])[],
  options: BootstrapOptions,
): Interval {
  return contrastInterval([{ weight: 1, values_P_A }], options);
}
