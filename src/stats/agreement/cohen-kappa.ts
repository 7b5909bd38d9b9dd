/**
 * Cohen's κ of two raters: 1 − (disagreement seen) / (disagreement expected if each rated as often as it does, but
 * independently). Unweighted (Cohen 1960) every disagreement counts 1; with linear or quadratic weights (Cohen 1968)
 * it counts by the distance of the two ratings, or its square. Distances are those of the numbers themselves, so
 * categories that nobody used change nothing, and 0, 1, 6, 7 are as far apart as they are.
 */
import { checkSameLength } from './complete-pairs.ts';

export type KappaWeights = 'none' | 'linear' | 'quadratic';

/** Absent where both raters gave one and the same rating throughout, or nothing: chance would do as well. */
export function cohenKappa(
  first: readonly number[],
  second: readonly number[],
  weights: KappaWeights = 'none',
): number | undefined {
  checkSameLength(first, second);
  const disagreement = disagreements[weights];
  let seen = 0;
  first.forEach((one, i) => {
    seen += disagreement(one, second[i] ?? one);
  });
  let expected = 0;
  for (const [one, ones] of countsOf(first)) {
    for (const [other, others] of countsOf(second)) expected += ones * others * disagreement(one, other);
  }
  return expected === 0 ? undefined : 1 - (seen * first.length) / expected;
}

const disagreements: Readonly<Record<KappaWeights, (a: number, b: number) => number>> = {
  none: (a, b) => (a === b ? 0 : 1),
  linear: (a, b) => Math.abs(a - b),
  quadratic: (a, b) => (a - b) ** 2,
};

function countsOf(values: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
