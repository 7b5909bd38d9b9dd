/** How far grades are from reference grades, in points: mean absolute error, root mean square, bias, within one point. */
import { mean } from '../moments.ts';
import { checkSameLength } from './complete-pairs.ts';

export interface GradeErrors {
  /** Mean of |grade − reference|. */
  readonly meanAbsolute: number;
  readonly rootMeanSquare: number;
  /** Mean of grade − reference: above 0 where the grader is too generous. */
  readonly bias: number;
  /** Share of grades at most one point off. */
  readonly withinOne: number;
}

/** Absent without grades. */
export function gradeErrors(
  grades: readonly number[],
  references: readonly number[],
): GradeErrors | undefined {
  checkSameLength(grades, references);
  if (grades.length === 0) return undefined;
  const errors = grades.map((grade, i) => grade - (references[i] ?? 0));
  return {
    meanAbsolute: mean(errors.map(Math.abs)),
    rootMeanSquare: Math.sqrt(mean(errors.map((error) => error * error))),
    bias: mean(errors),
    withinOne: mean(errors.map((error) => (Math.abs(error) <= 1 ? 1 : 0))),
  };
}
