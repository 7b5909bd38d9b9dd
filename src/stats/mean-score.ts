/**
 * Mean score over problems and attempts with its two-level interval, as a table prints it. NULL-NOT-ZERO: ungraded
 * attempts are left out and counted, and beside the mean stands what it would be if all of them had scored nothing,
 * or full marks: no fault of a grader can hide outside these two. Where all problems score alike, which leaves a bootstrap
 * nothing to draw from, the interval is what so many like scores exclude.
 */
import type { BootstrapOptions } from './contrast-interval.ts';
import type { Interval } from './interval.ts';
import { likeScores } from './like-scores.ts';
import { meanInterval } from './mean-interval.ts';
import { mean as meanOf } from './moments.ts';
import { gradedScores, ifUngradedWere, type ScoreCoverage, type Scores } from './scores.ts';

export interface MeanScoreOptions extends BootstrapOptions {
  /** Best score that an attempt can have; the worst is 0. */
  readonly fullMarks: number;
}

export interface MeanScore {
  /** Every problem with a graded attempt weighs the same. Absent when nothing is graded. */
  readonly mean: Interval | undefined;
  /** With every ungraded attempt at 0 and at full marks. Absent when there is no problem. */
  readonly bounds: { readonly ungradedZero: Interval; readonly ungradedFull: Interval } | undefined;
  readonly coverage: ScoreCoverage;
}

/**
 * Intervals stay within [0, fullMarks]. Throws on a score outside that range. The same `random` gives the same
 * intervals, however far it has run.
 *
 * @example meanScore([[7, null], [0, 1]], { random: new Random('seed'), fullMarks: 7 }).mean?.estimate // 3.75
 */
export function meanScore(scores_P_A: Scores, options: MeanScoreOptions): MeanScore {
  const { graded_P_A, coverage } = gradedScores(scores_P_A);
  const { fullMarks } = options;
  for (const score of graded_P_A.flat()) {
    if (score < 0 || score > fullMarks) {
      throw new RangeError(
        `mean score: ${score} lies outside 0 to ${fullMarks}, the full marks that were given`,
      );
    }
  }
  const within = (values_P_A: readonly (readonly number[])[]): Interval | undefined => {
    if (values_P_A.length === 0) return undefined;
    const means_P = values_P_A.map(meanOf);
    const [first = 0] = means_P;
    if (means_P.every((one) => one === first))
      return likeScores(first, means_P.length, { least: 0, most: fullMarks });
    const { estimate, low, high } = meanInterval(values_P_A, {
      ...options,
      random: options.random.fork('mean score'),
    });
    return { estimate, low: Math.max(0, low), high: Math.min(fullMarks, high) };
  };
  const mean = within(graded_P_A);
  const complete = coverage.ungraded === 0 && coverage.problemsWithoutGrade === 0;
  const ungradedZero = complete ? mean : within(ifUngradedWere(scores_P_A, 0));
  const ungradedFull = complete ? mean : within(ifUngradedWere(scores_P_A, fullMarks));
  return {
    mean,
    bounds:
      ungradedZero === undefined || ungradedFull === undefined ? undefined : { ungradedZero, ungradedFull },
    coverage,
  };
}
