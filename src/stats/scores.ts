/**
 * Scores by problem and attempt, in which an attempt without a grade is `null`. NULL-NOT-ZERO: what is missing is
 * left out and counted; a number is put in its place only where a caller names it, to ask for a bound.
 */

/**
 * `scores_P_A[p][a]` is the score of attempt a at problem p, or `null` where it has none. Problems may differ in
 * their number of attempts, and a problem may have none.
 */
export type Scores = readonly (readonly (number | null)[])[];

/** How much of a table of scores is there. */
export interface ScoreCoverage {
  /** Problems of the table, graded or not. */
  readonly problems: number;
  /** Those of them without a single graded attempt, which no mean can cover. */
  readonly problemsWithoutGrade: number;
  readonly graded: number;
  readonly ungraded: number;
}

export interface GradedScores {
  /** The graded scores of each problem that has any, in the order of the table. */
  readonly graded_P_A: readonly (readonly number[])[];
  readonly coverage: ScoreCoverage;
}

/** The scores that are there. Throws on a score that is no finite number, naming its place. */
export function gradedScores(scores_P_A: Scores): GradedScores {
  const graded_P_A: number[][] = [];
  let graded = 0;
  let ungraded = 0;
  scores_P_A.forEach((scores_A, p) => {
    const graded_A = gradedAttempts(scores_A, String(p));
    graded += graded_A.length;
    ungraded += scores_A.length - graded_A.length;
    if (graded_A.length > 0) graded_P_A.push(graded_A);
  });
  const problems = scores_P_A.length;
  return {
    graded_P_A,
    coverage: { problems, problemsWithoutGrade: problems - graded_P_A.length, graded, ungraded },
  };
}

/** The scores of one problem that are there. `problem` only names it in the error. */
export function gradedAttempts(scores_A: readonly (number | null)[], problem?: string): number[] {
  const graded_A: number[] = [];
  scores_A.forEach((score, a) => {
    if (score === null) return;
    if (!Number.isFinite(score)) {
      const place = problem === undefined ? '' : `problem ${problem}, `;
      throw new RangeError(
        `scores: the score at ${place}attempt ${a} is ${score}; it must be a finite number, or null if there is none`,
      );
    }
    graded_A.push(score);
  });
  return graded_A;
}

/**
 * The table as it would be if every ungraded attempt had scored `value`: with 0 and with full marks, the bounds of
 * anything that rises with the scores. A problem without attempts counts as one ungraded attempt.
 */
export function ifUngradedWere(scores_P_A: Scores, value: number): number[][] {
  return scores_P_A.map((scores_A) =>
    scores_A.length === 0 ? [value] : scores_A.map((score) => score ?? value),
  );
}
