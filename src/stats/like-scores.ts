/**
 * 95 % interval of a mean where all problems have the same value, which leaves a bootstrap nothing to draw from. If a share s
 * of the population has another, none of it is among n problems with probability (1 − s)ⁿ; the largest share for which
 * that is 2.5 % could all be at either end of the range. Clopper and Pearson's bounds where the value is such an end.
 */
import type { Interval } from './interval.ts';

/**
 * @example likeScores(0, 60, { least: 0, most: 7 }).high / 7 // 0.0596
 */
export function likeScores(
  value: number,
  problems: number,
  { least, most }: { readonly least: number; readonly most: number },
): Interval {
  const unseen = 1 - 0.025 ** (1 / problems);
  return { estimate: value, low: value - (value - least) * unseen, high: value + (most - value) * unseen };
}
