/**
 * Krippendorff's α of any number of raters with missing ratings: 1 − (disagreement seen within items) / (disagreement
 * expected among all ratings), for nominal, ordinal, interval and ratio data (Krippendorff 2011, Computing
 * Krippendorff's Alpha-Reliability). NULL-NOT-ZERO: a missing rating is left out, and so is an item with one rating,
 * which agrees and disagrees with nothing.
 */

export type AlphaMetric = 'nominal' | 'ordinal' | 'interval' | 'ratio';

/**
 * `ratings_I_R[i]` are the ratings of item i, in any order; items may differ in their number. Absent where all ratings
 * are equal, or no item has two.
 */
export function krippendorffAlpha(
  ratings_I_R: readonly (readonly (number | null)[])[],
  metric: AlphaMetric,
): number | undefined {
  const counts_I = ratings_I_R
    .map((ratings_R) => countsOf(ratings_R.filter((rating) => rating !== null)))
    .filter(({ total }) => total > 1);
  const totals = new Map<number, number>();
  for (const { counts } of counts_I) {
    for (const [rating, count] of counts) totals.set(rating, (totals.get(rating) ?? 0) + count);
  }
  const squaredDistance = distances[metric](totals);
  let seen = 0;
  let ratings = 0;
  for (const { counts, total } of counts_I) {
    seen += disagreement(counts, squaredDistance) / (total - 1);
    ratings += total;
  }
  const expected = disagreement(totals, squaredDistance) / (ratings - 1);
  return expected > 0 ? 1 - seen / expected : undefined;
}

interface Counts {
  readonly counts: Map<number, number>;
  readonly total: number;
}

function countsOf(ratings: readonly number[]): Counts {
  const counts = new Map<number, number>();
  for (const rating of ratings) counts.set(rating, (counts.get(rating) ?? 0) + 1);
  return { counts, total: ratings.length };
}

type SquaredDistance = (a: number, b: number) => number;

/** Squared distances of ratings, given how often each was used in items with two ratings or more. */
const distances: Readonly<Record<AlphaMetric, (totals: ReadonlyMap<number, number>) => SquaredDistance>> = {
  nominal: () => (a, b) => (a === b ? 0 : 1),
  interval: () => (a, b) => (a - b) ** 2,
  ratio: () => (a, b) => (a === b ? 0 : ((a - b) / (a + b)) ** 2),
  ordinal: (totals) => {
    // Ratings lie at the middle of the ranks that they take up; a distance is the number of ranks between.
    const middles = new Map<number, number>();
    let below = 0;
    for (const [rating, count] of [...totals].sort(([a], [b]) => a - b)) {
      middles.set(rating, below + count / 2);
      below += count;
    }
    return (a, b) => ((middles.get(a) ?? 0) - (middles.get(b) ?? 0)) ** 2;
  },
};

/** Σ over unordered pairs of different ratings of the product of their counts and their squared distance. */
function disagreement(counts: ReadonlyMap<number, number>, squaredDistance: SquaredDistance): number {
  const entries = [...counts];
  let sum = 0;
  entries.forEach(([a, many], i) => {
    for (const [b, others] of entries.slice(i + 1)) sum += many * others * squaredDistance(a, b);
  });
  return sum;
}
