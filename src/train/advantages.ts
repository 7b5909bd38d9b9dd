/**
 * Rewards of one group become advantages. NULL-NOT-ZERO: an attempt without a grade has no reward; it leaves the
 * baseline and is not trained. The statistics use the graded attempts only.
 */

export interface GroupAdvantages {
  /** A_i = r_i − mean of the graded rewards; undefined where there was no grade. */
  readonly advantages_G: readonly (number | undefined)[];
  /** Mean of the graded rewards; undefined when none was graded. */
  readonly baseline: number | undefined;
  readonly graded: number;
  /** True when every graded attempt got the same reward, so that no attempt is better than another. */
  readonly zeroVariance: boolean;
}

/**
 * Advantages of a group, without division by the deviation (GRPO as the reference trains it: Shao et al. 2024,
 * section 4.1.2, with Dr. GRPO's centred, undivided form, Liu et al. 2025).
 */
export function groupAdvantages(rewards_G: readonly (number | undefined)[]): GroupAdvantages {
  const graded = rewards_G.filter((reward) => reward !== undefined);
  if (graded.length === 0) {
    return {
      advantages_G: rewards_G.map(() => undefined),
      baseline: undefined,
      graded: 0,
      zeroVariance: true,
    };
  }
  const baseline = graded.reduce((sum, reward) => sum + reward, 0) / graded.length;
  const zeroVariance = graded.every((reward) => Math.abs(reward - (graded[0] ?? 0)) < 1e-9);
  return {
    advantages_G: rewards_G.map((reward) => {
      if (reward === undefined) return undefined;
      return zeroVariance ? 0 : reward - baseline;
    }),
    baseline,
    graded: graded.length,
    zeroVariance,
  };
}
