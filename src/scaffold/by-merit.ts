/**
 * The order of judged proofs: by mean score, then by more verifications, then the later. NULL-NOT-ZERO: a score that
 * a judge did not give leaves the mean; a proof without any counts as the average of the others, so it is neither
 * sunk nor raised by a judge that could not be read, and never comes before a proof that is known to be the best.
 */

export function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Best first. `scoresOf` gives the scores that judges did give; `entries` come in the order they were written. */
export function byMerit<T>(entries: readonly T[], scoresOf: (entry: T) => readonly number[]): T[] {
  const judged = entries.map((entry, index) => {
    const scores = scoresOf(entry);
    return { entry, index, count: scores.length, score: mean(scores) };
  });
  const average = mean(judged.flatMap(({ score }) => score ?? [])) ?? 0;
  return judged
    .sort((a, b) => (b.score ?? average) - (a.score ?? average) || b.count - a.count || b.index - a.index)
    .map(({ entry }) => entry);
}
