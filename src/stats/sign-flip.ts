/**
 * Sign-flip permutation test for paired differences: under the hypothesis that the two systems are exchangeable,
 * each difference is as likely to have the other sign. Exact up to 16 differences, seeded Monte Carlo above,
 * where the observed arrangement counts as one of the draws, so p is never 0 (Phipson and Smyth 2010).
 */
import type { Random } from './random.ts';

const EXACT_UP_TO = 16;

export interface SignFlipOptions {
  readonly random: Random;
  /** Number of random sign patterns beyond exact enumeration; 10,000 unless given. */
  readonly permutations?: number;
}

/** Two-sided p-value of the mean (equally, the sum) of the differences. 1 for an empty list. */
export function signFlipPValue(differences: readonly number[], options: SignFlipOptions): number {
  const sizes = Float64Array.from(differences, Math.abs).filter((size) => size > 0);
  const observed = Math.abs(differences.reduce((sum, value) => sum + value, 0));
  // Sums of the same numbers in another order differ in the last bits; they count as equal.
  const threshold = observed - 1e-12 * sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.length <= EXACT_UP_TO) {
    const patterns = 2 ** sizes.length;
    let asExtreme = 0;
    for (let pattern = 0; pattern < patterns; pattern += 1) {
      if (Math.abs(flippedSum(sizes, () => pattern)) >= threshold) asExtreme += 1;
    }
    return asExtreme / patterns;
  }
  const { random, permutations = 10_000 } = options;
  let asExtreme = 1;
  for (let i = 0; i < permutations; i += 1) {
    if (Math.abs(flippedSum(sizes, () => random.uint32())) >= threshold) asExtreme += 1;
  }
  return asExtreme / (permutations + 1);
}

/** Sum with signs from the bits of `word()`, called anew for every 32 sizes. */
function flippedSum(sizes: Float64Array, word: () => number): number {
  let sum = 0;
  let bits = 0;
  for (let i = 0; i < sizes.length; i += 1) {
    if (i % 32 === 0) bits = word();
    const size = sizes[i] ?? 0;
    sum += bits & 1 ? size : -size;
    bits >>>= 1;
  }
  return sum;
}
