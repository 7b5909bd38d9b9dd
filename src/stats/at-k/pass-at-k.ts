/**
 * pass@k: the chance that at least one of k attempts drawn from those that were made reaches a threshold, an unbiased
 * estimate of the same for k new attempts: 1 − C(n − c, k) / C(n, k) (Chen et al. 2021, Evaluating Large Language
 * Models Trained on Code, equation 1). NULL-NOT-ZERO: an ungraded attempt counts neither as made nor as failed.
 */
import { gradedAttempts } from '../scores.ts';
import { checkK } from './check-k.ts';

export interface PassAtKOptions {
  readonly k: number;
  /** An attempt passes with this score or a higher one: 7 for a complete proof, 1 for a correct answer. */
  readonly threshold: number;
}

/** For one problem. Absent with fewer than k graded attempts, of which nothing unbiased can be said. */
export function passAtK(
  scores_A: readonly (number | null)[],
  { k, threshold }: PassAtKOptions,
): number | undefined {
  const graded_A = gradedAttempts(scores_A);
  return passAtKOfCounts(graded_A.length, graded_A.filter((score) => score >= threshold).length, k);
}

/** From the number of attempts and of those that passed. Absent when there are fewer than k attempts. */
export function passAtKOfCounts(attempts: number, passed: number, k: number): number | undefined {
  checkK(k);
  if (!(Number.isInteger(passed) && passed >= 0 && passed <= attempts)) {
    throw new RangeError(`pass@k: ${passed} of ${attempts} attempts cannot have passed`);
  }
  if (attempts < k) return undefined;
  // C(n − c, k) / C(n, k) as a product of c factors below 1: no binomial, which would overflow.
  let allFail = 1;
  for (let i = attempts - passed + 1; i <= attempts; i += 1) allFail *= Math.max(0, 1 - k / i);
  return 1 - allFail;
}
