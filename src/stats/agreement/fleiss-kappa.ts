/**
 * Fleiss's κ of several raters who each rated every item, not necessarily the same raters for each (Fleiss 1971):
 * (P̄ − P̄ₑ) / (1 − P̄ₑ), P̄ the share of agreeing pairs of ratings of one item, P̄ₑ the sum of squared shares of the
 * categories.
 */

/**
 * `ratings_I_R[i]` are the ratings of item i, equally many for each, two at least; with missing ratings use
 * `krippendorffAlpha`. Absent where only one category was used, or there is no item.
 */
export function fleissKappa(ratings_I_R: readonly (readonly number[])[]): number | undefined {
  const raters = ratings_I_R[0]?.length ?? 2;
  let agreeingPairs = 0;
  const totals = new Map<number, number>();
  for (const ratings_R of ratings_I_R) {
    if (ratings_R.length !== raters || raters < 2) {
      throw new RangeError(
        `Fleiss’s κ: items have ${raters} and ${ratings_R.length} ratings; each needs the same number, two at least`,
      );
    }
    const counts = new Map<number, number>();
    for (const rating of ratings_R) {
      counts.set(rating, (counts.get(rating) ?? 0) + 1);
      totals.set(rating, (totals.get(rating) ?? 0) + 1);
    }
    for (const count of counts.values()) agreeingPairs += count * (count - 1);
  }
  if (totals.size < 2) return undefined;
  const ratings = ratings_I_R.length * raters;
  const agreement = agreeingPairs / (ratings * (raters - 1));
  let byChance = 0;
  for (const count of totals.values()) byChance += (count / ratings) ** 2;
  return (agreement - byChance) / (1 - byChance);
}
