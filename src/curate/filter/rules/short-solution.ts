/** Solutions too short to be one: an answer, a hint, a reference. */
import { sizeOf } from '../prose.ts';
import type { SolutionRule } from '../rule.ts';

export const shortSolution: SolutionRule = {
  of: 'solution',
  reason: 'short-solution',
  title: 'a very short solution',
  find(solution, _, { leastSolution }) {
    const size = sizeOf(solution);
    return size < leastSolution
      ? `${size} characters: ${solution.replaceAll(/\s+/g, ' ').slice(0, 80)}`
      : undefined;
  },
};
