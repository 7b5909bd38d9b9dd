/** For tests: every subset of k items, against which exact formulas are held. */

export function subsets<T>(items: readonly T[], k: number): T[][] {
  if (k === 0) return [[]];
  return items.flatMap((item, i) => subsets(items.slice(i + 1), k - 1).map((rest) => [item, ...rest]));
}

/** Mean of a figure over every subset of k items. */
export function overSubsets<T>(
  items: readonly T[],
  k: number,
  figure: (subset: readonly T[]) => number,
): number {
  const all = subsets(items, k);
  return all.reduce((sum, subset) => sum + figure(subset), 0) / all.length;
}
