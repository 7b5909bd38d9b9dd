/**
 * How much the mean score of a whole run varies from run to run: the sample standard deviation of run means, which
 * the QED-Nano paper prints as "(±)". It says nothing about the choice of problems (`scoreVariance` does).
 * NULL-NOT-ZERO: a run's mean is over its graded attempts, and what is missing is counted by run.
 */
import { mean, variance } from './moments.ts';
import { gradedAttempts, type Scores } from './scores.ts';

export interface RunMean {
  /** Mean over the graded attempts; absent when the run has none. */
  readonly mean: number | undefined;
  readonly graded: number;
  readonly ungraded: number;
}

export interface RunDeviation {
  readonly runs: readonly RunMean[];
  /** Mean of the run means; absent when nothing is graded. */
  readonly mean: number | undefined;
  /** Sample standard deviation (divides by n − 1) of the run means; absent with fewer than two. */
  readonly deviation: number | undefined;
}

/**
 * Attempt a of every problem belongs to run a. A problem with fewer attempts than others is ungraded in the runs that
 * it lacks. What the reference does with several files, ungraded as 0, is `runDeviation(ifUngradedWere(scores_P_A, 0))`.
 */
export function runDeviation(scores_P_A: Scores): RunDeviation {
  const count = scores_P_A.reduce((most, scores_A) => Math.max(most, scores_A.length), 0);
  const runs = Array.from({ length: count }, (_, a): RunMean => {
    const graded = gradedAttempts(scores_P_A.map((scores_A) => scores_A[a] ?? null));
    return {
      mean: graded.length === 0 ? undefined : mean(graded),
      graded: graded.length,
      ungraded: scores_P_A.length - graded.length,
    };
  });
  const means = runs.flatMap((run) => run.mean ?? []);
  return {
    runs,
    mean: means.length === 0 ? undefined : mean(means),
    deviation: means.length < 2 ? undefined : Math.sqrt(variance(means)),
  };
}
