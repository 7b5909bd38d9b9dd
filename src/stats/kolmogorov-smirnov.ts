/**
 * How far two samples are apart in distribution: the greatest difference of their empirical distribution functions, and the
 * two-sided p-value of Kolmogorov and Smirnov. Exact up to a million pairs, by the share of the orders of both samples that
 * come so far apart (Hodges 1958); beyond, by Kolmogorov's limit. Where values are tied the p-value is too large, if anything.
 */

const exactUpToPairs = 1e6;

export interface SampleDistance {
  /** From 0, alike, to 1, one all below the other. */
  readonly distance: number;
  readonly pValue: number;
}

/** Throws a RangeError where a sample is empty or a value is no number. */
export function kolmogorovSmirnov(first: readonly number[], second: readonly number[]): SampleDistance {
  const [n, m] = [first.length, second.length];
  if (n === 0 || m === 0) throw new RangeError(`two samples are compared, of ${n} and ${m} values`);
  const steps = greatestDifference(sorted(first), sorted(second));
  const distance = steps / (n * m);
  const pValue =
    n * m <= exactUpToPairs ? exactShare(n, m, steps) : limitShare(distance * Math.sqrt((n * m) / (n + m)));
  return { distance, pValue };
}

function sorted(values: readonly number[]): Float64Array {
  const array = Float64Array.from(values);
  if (array.some(Number.isNaN)) throw new RangeError('a value is not a number');
  return array.sort();
}

/** |i·m − j·n| at its greatest, where i and j values of the samples are at most the same: a whole number. */
function greatestDifference(first: Float64Array, second: Float64Array): number {
  const [n, m] = [first.length, second.length];
  let greatest = 0;
  for (let i = 0, j = 0; i < n && j < m; ) {
    const value = Math.min(first[i] ?? 0, second[j] ?? 0);
    while (i < n && first[i] === value) i += 1;
    while (j < m && second[j] === value) j += 1;
    greatest = Math.max(greatest, Math.abs(i * m - j * n));
  }
  return greatest;
}

/**
 * Share of the orders of n and m values in which the difference comes to `steps` somewhere. Row by row: of all ways to i and
 * j values, the share that has been there by then. Shares that are small stay exact, for nothing is subtracted.
 */
function exactShare(n: number, m: number, steps: number): number {
  if (steps === 0) return 1;
  const row = new Float64Array(m + 1);
  for (let i = 0; i <= n; i += 1) {
    for (let j = 0; j <= m; j += 1) {
      if (Math.abs(i * m - j * n) >= steps) row[j] = 1;
      else if (i + j > 0) row[j] = (i * (row[j] ?? 0) + j * (row[j - 1] ?? 0)) / (i + j);
    }
  }
  return row[m] ?? 1;
}

/** 2 Σ (−1)^(k−1) exp(−2 k² x²), and for small x the same by Jacobi's theta function, which converges there. */
function limitShare(x: number): number {
  if (x < 1e-3) return 1;
  let sum = 0;
  if (x < 1) {
    for (let k = 1; k <= 20; k += 1) sum += Math.exp((-((2 * k - 1) ** 2) * Math.PI ** 2) / (8 * x * x));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum;
  }
  for (let k = 1; k <= 20; k += 1) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return sum;
}
