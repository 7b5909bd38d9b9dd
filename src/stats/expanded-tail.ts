/**
 * The tail probability of a percentile interval that covers 95 % for few clusters too (Hesterberg 2015, What Teachers
 * Should Know about the Bootstrap, section 4.4, "expanded percentile interval"). A percentile interval has the width of
 * one by the normal distribution, as if the variance were known; with n clusters it is estimated, and Student's t with
 * n − 1 degrees of freedom says how much wider the interval must be: its tails hold Φ(−t) instead of 2.5 %.
 */

/**
 * `stretch` is √(n / (n − 1)) for draws that spread by the variance of the data as a population, and 1 for draws that
 * are already unbiased. With one cluster, of which no spread between clusters can be told, nothing is widened.
 */
export function expandedTail(clusters: number, stretch = 1): number {
  return clusters > 1 ? normalTail(stretch * studentPoint(clusters - 1)) : 0.025;
}

/** 97.5 % point of Student's t: exact for one and two degrees of freedom, else the expansion 26.7.5 of Abramowitz and Stegun. */
export function studentPoint(freedom: number): number {
  if (freedom === 1) return Math.tan(0.475 * Math.PI);
  if (freedom === 2) return 0.95 / Math.sqrt(2 * 0.975 * 0.025);
  const z = 1.959963984540054;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92_160,
  ];
  return terms.reduce((sum, term, i) => sum + term / freedom ** (i + 1), z);
}

/** Φ(−x) for x ≥ 0 within 7.5e-8: formula 26.2.17 of Abramowitz and Stegun. */
export function normalTail(x: number): number {
  const t = 1 / (1 + 0.2316419 * x);
  const polynomial =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
}
