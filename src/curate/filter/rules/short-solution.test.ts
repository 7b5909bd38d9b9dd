import { test } from 'node:test';
import { checkSolutionRule } from '../fixtures/check-rule.ts';
import { shortSolution } from './short-solution.ts';

test('short-solution', () => {
  checkSolutionRule(
    shortSolution,
    {
      leaves: ['12.', 'Straightforward application of the criterion of Eisenstein.'],
      stays: ['x'.repeat(150)],
    },
    {},
  );
});
