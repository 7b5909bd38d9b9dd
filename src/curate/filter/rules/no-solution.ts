/** Rows with nothing that a grading scheme could be made of. */
import type { RowRule } from '../rule.ts';

export const noSolution: RowRule = {
  of: 'row',
  reason: 'no-solution',
  title: 'neither solution nor marking scheme',
  find({ solutions, scheme, guidelines }, settings) {
    if (settings.solutions === 'optional') return undefined;
    return solutions.length === 0 && scheme === undefined && guidelines === undefined
      ? 'no solution'
      : undefined;
  },
};
