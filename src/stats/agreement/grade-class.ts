/**
 * The four classes of a grade on 0 to 7 that IMO-style grading and IMO-GradingBench use: 0 is incorrect, 1 to 3
 * partial, 4 to 6 almost, 7 correct. A grade between them, as an average of judges can be, is in none, and so
 * agrees with none.
 */

export const gradeClasses = ['incorrect', 'partial', 'almost', 'correct'] as const;

export type GradeClass = (typeof gradeClasses)[number];

/** Absent for a grade that lies in no class. */
export function gradeClass(grade: number): GradeClass | undefined {
  if (grade === 0) return 'incorrect';
  if (grade >= 1 && grade <= 3) return 'partial';
  if (grade >= 4 && grade <= 6) return 'almost';
  return grade === 7 ? 'correct' : undefined;
}
