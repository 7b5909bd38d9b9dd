/**
 * Ranks of systems with what is uncertain about them, in two ways.
 *
 * By significance: a system ranks after all that are significantly better and before all that are significantly worse.
 * Where the p-values are adjusted to bound the chance of any false claim, all true ranks lie in their intervals at once
 * with that confidence (Mogstad, Romano, Shaikh and Wilhelm 2024, Inference for Ranks, section 3.2); MathArena's
 * leaderboards do the same without adjustment.
 *
 * By bootstrap: the ranks that a system takes when problems are drawn anew. It shows how ranks scatter, and is too narrow
 * where systems are nearly equal (Xie, Singh and Zhang 2009).
 */

/** Ranks from 1, the best, to the number of systems. */
export interface RankInterval {
  readonly low: number;
  readonly high: number;
}

export interface SignificantDifference {
  /** Places of the two systems in the list. */
  readonly better: number;
  readonly worse: number;
}

/** One interval a system, from the differences that are significant. */
export function ranksBySignificance(
  systems: number,
  differences: readonly SignificantDifference[],
): RankInterval[] {
  return Array.from({ length: systems }, (_, s) => ({
    low: 1 + differences.filter(({ worse }) => worse === s).length,
    high: systems - differences.filter(({ better }) => better === s).length,
  }));
}

/**
 * One interval a system, from resampled means: `means_S_R[s][r]` is that of system s in resample r. The middle 95 % of
 * ranks, counting ties as any rank that they may take.
 */
export function ranksByBootstrap(means_S_R: readonly Float64Array[]): RankInterval[] {
  const resamples = means_S_R[0]?.length ?? 0;
  return means_S_R.map((own) => {
    const best = new Float64Array(means_S_R.length + 1);
    const worst = new Float64Array(means_S_R.length + 1);
    for (let r = 0; r < resamples; r += 1) {
      const mean = own[r] ?? 0;
      let [above, below] = [0, 0];
      for (const other of means_S_R) {
        const value = other[r] ?? 0;
        if (value > mean) above += 1;
        else if (value < mean) below += 1;
      }
      best[1 + above] = (best[1 + above] ?? 0) + 1;
      worst[means_S_R.length - below] = (worst[means_S_R.length - below] ?? 0) + 1;
    }
    return { low: rankAt(best, 0.025 * resamples), high: rankAt(worst, 0.975 * resamples) };
  });
}

/** The first rank up to which at least this many were counted. */
function rankAt(counts: Float64Array, share: number): number {
  let sum = 0;
  for (let rank = 1; rank < counts.length; rank += 1) {
    sum += counts[rank] ?? 0;
    if (sum >= share) return rank;
  }
  return counts.length - 1;
}
