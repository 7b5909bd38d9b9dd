/** Texts too long for a statement, or for a solution: whole papers, threads, lists of problems. */
import { sizeOf, withoutDrawings } from '../prose.ts';
import type { RowRule, SolutionRule } from '../rule.ts';

export const tooLong: RowRule = {
  of: 'row',
  reason: 'too-long',
  title: 'a very long statement',
  find({ statement }, { mostStatement }) {
    const size = sizeOf(withoutDrawings(statement));
    return size > mostStatement ? `${size} characters` : undefined;
  },
};

export const longSolution: SolutionRule = {
  of: 'solution',
  reason: 'long-solution',
  title: 'a very long solution',
  find(solution, _, { mostSolution }) {
    const size = sizeOf(solution);
    return size > mostSolution ? `${size} characters` : undefined;
  },
};
