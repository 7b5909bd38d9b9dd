import { test } from 'node:test';
import { checkRowRule } from '../fixtures/check-rule.ts';
import { noSolution } from './no-solution.ts';

test('no-solution', () => {
  checkRowRule(noSolution, {
    leaves: [{ solutions: [] }],
    stays: [{ solutions: [], guidelines: 'Checkpoints' }, { solutions: ['Trivial.'] }],
  });
});
