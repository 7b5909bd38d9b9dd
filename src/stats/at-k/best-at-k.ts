/**
 * best@k and worst@k: the expected highest and lowest score among k attempts drawn without replacement from those that
 * were made, exactly, over all subsets: Σ x₍ᵢ₎ · C(i − 1, k − 1) / C(n, k) over the scores in ascending order. As a
 * U-statistic it is an unbiased estimate of the same for k new attempts; with scores 0 and 1 best@k is pass@k.
 * NULL-NOT-ZERO: ungraded attempts are left out.
 */
import { gradedAttempts } from '../scores.ts';
import { checkK } from './check-k.ts';

/** For one problem. Absent with fewer than k graded attempts. */
export function bestAtK(scores_A: readonly (number | null)[], k: number): number | undefined {
  checkK(k);
  const sorted = Float64Array.from(gradedAttempts(scores_A)).sort();
  if (sorted.length < k) return undefined;
  // C(i − 1, k − 1) / C(n, k) is k / n for the highest, and falls by (i − k) / (i − 1) from rank i to rank i − 1.
  let weight = k / sorted.length;
  let sum = 0;
  for (let i = sorted.length; i >= k; i -= 1) {
    sum += weight * (sorted[i - 1] ?? 0);
    weight *= (i - k) / Math.max(1, i - 1);
  }
  // Weights add up to 1 but for rounding, which must not carry a mean past what it is a mean of.
  return Math.min(Math.max(sum, sorted[0] ?? sum), sorted.at(-1) ?? sum);
}

/** As `bestAtK`, of the lowest score: what a user can rely on who draws k times. */
export function worstAtK(scores_A: readonly (number | null)[], k: number): number | undefined {
  const mirrored = bestAtK(
    scores_A.map((score) => (score === null ? null : -score)),
    k,
  );
  // 0 − x, not −x: a score of 0 stays 0 and does not become −0.
  return mirrored === undefined ? undefined : 0 - mirrored;
}
