/**
 * p-values of a family of tests, adjusted for their number: Holm's step-down method (1979), which bounds the chance of
 * any false claim, and Benjamini and Hochberg's step-up method (1995), which bounds the expected share of false ones
 * among the claims made. Reject where the adjusted p-value is at most the level.
 */

/** Adjusted p-values in the order of the given ones; valid however the tests depend on each other. */
export function holm(pValues: readonly number[]): number[] {
  const adjusted = pValues.map(() => 0);
  let largest = 0;
  ascending(pValues).forEach(({ p, index }, i) => {
    largest = Math.max(largest, Math.min(1, p * (pValues.length - i)));
    adjusted[index] = largest;
  });
  return adjusted;
}

/** Adjusted p-values in the order of the given ones; for tests that are independent or positively dependent. */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const adjusted = pValues.map(() => 1);
  let smallest = 1;
  ascending(pValues).forEach((_, fromEnd, sorted) => {
    const rank = sorted.length - fromEnd;
    const { p, index } = sorted[rank - 1] ?? { p: 1, index: 0 };
    smallest = Math.min(smallest, (p * sorted.length) / rank);
    adjusted[index] = smallest;
  });
  return adjusted;
}

function ascending(pValues: readonly number[]): { p: number; index: number }[] {
  return pValues
    .map((p, index) => {
      if (!(p >= 0 && p <= 1))
        throw new RangeError(`multiplicity: ${p} is no p-value; it must lie in [0, 1]`);
      return { p, index };
    })
    .sort((a, b) => a.p - b.p);
}
