/**
 * Where the uncertainty of a mean score comes from: the problems that happened to be in the set, or the attempts that
 * happened to be made. One-way random effects with unequal numbers of attempts, by moments: the variance between
 * problem means is that of the problems plus that of the attempts over their number (Searle, Casella and McCulloch,
 * Variance Components, 1992, section 3.6, for unweighted means).
 */
import { mean, variance } from './moments.ts';
import { gradedScores, type ScoreCoverage, type Scores } from './scores.ts';

export interface VarianceComponents {
  /** Variance between problems of the score that each would have over endless attempts; never below 0. */
  readonly problem: number;
  /** Variance between attempts at one problem, pooled over problems. */
  readonly attempt: number;
}

export interface ScoreVariance {
  /** Standard error of the mean, for new problems and new attempts; absent with fewer than two problems. */
  readonly standardError: number | undefined;
  /** Absent as well where no problem has two graded attempts, so that the two levels cannot be told apart. */
  readonly components: VarianceComponents | undefined;
  /** The part of the standard error that comes from attempts: the error for these very problems. Squares add up. */
  readonly fromAttempts: number | undefined;
  readonly fromProblems: number | undefined;
  readonly coverage: ScoreCoverage;
}

/** Of the mean over problems in which every problem with a graded attempt weighs the same. */
export function scoreVariance(scores_P_A: Scores): ScoreVariance {
  const { graded_P_A, coverage } = gradedScores(scores_P_A);
  const absent = { components: undefined, fromAttempts: undefined, fromProblems: undefined, coverage };
  const problems = graded_P_A.length;
  if (problems < 2) return { standardError: undefined, ...absent };
  const between = variance(graded_P_A.map(mean));
  const standardError = Math.sqrt(between / problems);
  const repeated = graded_P_A.filter(({ length }) => length > 1);
  if (repeated.length === 0) return { standardError, ...absent };
  const freedom = repeated.reduce((sum, { length }) => sum + length - 1, 0);
  const attempt =
    repeated.reduce((sum, scores_A) => sum + variance(scores_A) * (scores_A.length - 1), 0) / freedom;
  // Data that vary less than their attempts would make them: all of the variance is put down to attempts.
  const noise = Math.min(between, attempt * mean(graded_P_A.map(({ length }) => 1 / length)));
  return {
    standardError,
    components: { problem: between - noise, attempt },
    fromAttempts: Math.sqrt(noise / problems),
    fromProblems: Math.sqrt((between - noise) / problems),
    coverage,
  };
}

/** Standard error that a mean would have with this many problems, and this many graded attempts at each. */
export function plannedStandardError(
  { problem, attempt }: VarianceComponents,
  { problems, attempts }: { readonly problems: number; readonly attempts: number },
): number {
  return Math.sqrt((problem + attempt / attempts) / problems);
}
