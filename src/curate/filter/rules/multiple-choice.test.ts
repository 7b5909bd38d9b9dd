import { test } from 'node:test';
import { checkRowRule } from '../fixtures/check-rule.ts';
import { multipleChoice } from './multiple-choice.ts';

test('multiple-choice', () => {
  checkRowRule(multipleChoice, {
    leaves: [
      { statement: 'Fill in. Options: (A) $\\leq$ (B) $\\geq$ (C) $=$ (D) $<$' },
      { statement: 'Which of the following is prime?' },
    ],
    stays: [
      { statement: 'Find $x$. [asy] dot(A); dot(B); dot(C); dot(D); [/asy]' },
      {
        statement:
          'Prove that a pair exists for which one of the following conditions holds: $a<b$ or $b<a$.',
      },
    ],
  });
});
