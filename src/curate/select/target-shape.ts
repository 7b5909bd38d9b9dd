/**
 * The shape that a training set's difficulty is to have: one peak at hard problems and a heavy tail towards easy ones
 * (paper, section 2.2). In mean reward r it is a log-logistic law, cut at the easiest problem that stays:
 *
 *     f(r) ∝ (r/s)^(k−1) / (1 + (r/s)^k)²,   s = peak · ((k + 1)/(k − 1))^(1/k)
 *
 * Its only mode is at `peak`, and beyond it the law falls as r^−(k+1), no faster.
 */

export interface TargetShape {
  /** Mean reward at which problems are to be the most. */
  readonly peak: number;
  /** k: the smaller, the heavier the tail. Above 1. */
  readonly tail: number;
  /** Mean reward above which nothing is wanted. */
  readonly most: number;
}

/** Bins of equal width over mean rewards from 0 to 1. */
export const binCount = 20;

/** A bin holds its lower end; the last holds 1 too. */
export function binOf(meanReward: number): number {
  // What rounding takes from a bin's own lower end is given back.
  return Math.min(binCount - 1, Math.floor(meanReward * binCount + 1e-9));
}

/** Shares by bin, which add up to 1. Throws a RangeError for a shape that is none. */
export function targetShares({ peak, tail, most }: TargetShape): number[] {
  if (!(peak > 0 && peak < most && most <= 1))
    throw new RangeError(`the peak ${peak} does not lie between 0 and the easiest that stays, ${most}`);
  if (!(tail > 1)) throw new RangeError(`the tail ${tail} is not above 1, so the law has no peak`);
  const scale = peak * ((tail + 1) / (tail - 1)) ** (1 / tail);
  const below = (reward: number): number => {
    const capped = Math.min(reward, most);
    return capped <= 0 ? 0 : 1 / (1 + (capped / scale) ** -tail);
  };
  return Array.from(
    { length: binCount },
    (_, bin) => (below((bin + 1) / binCount) - below(bin / binCount)) / below(most),
  );
}
