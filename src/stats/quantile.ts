/**
 * Quantiles of a list of numbers by linear interpolation between order statistics: type 7 of Hyndman and Fan
 * (1996), the default of NumPy and R.
 */

/** The `p`-quantile, p in [0, 1]. The list may be unsorted and is left as it is. Throws on an empty list. */
export function quantile(values: readonly number[] | Float64Array, p: number): number {
  return quantileOfSorted(Float64Array.from(values).sort(), p);
}

/** As `quantile`, of a list already in ascending order. */
export function quantileOfSorted(sorted: readonly number[] | Float64Array, p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`quantile: p must lie in [0, 1], got ${p}`);
  const position = (sorted.length - 1) * p;
  const below = Math.floor(position);
  const low = sorted[below];
  if (low === undefined) throw new RangeError('quantile: the list is empty');
  const high = sorted[below + 1] ?? low;
  return low + (high - low) * (position - below);
}
