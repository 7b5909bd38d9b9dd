import { test } from 'node:test';
import { checkRowRule } from '../fixtures/check-rule.ts';
import { missingContext } from './missing-context.ts';

test('missing-context', () => {
  checkRowRule(missingContext, {
    leaves: [
      { statement: 'Let $A$ be as in problem 33. Find $A$.' },
      { statement: 'Show it for the pentominoes of the last problem.' },
      { statement: 'Find the values that satisfy part (a).' },
    ],
    stays: [
      { statement: '(a) Find $x$. (b) Prove that the $x$ of part (a) is unique.' },
      { statement: 'The answers to the previous questions are known to all. Prove it.' },
    ],
  });
});
