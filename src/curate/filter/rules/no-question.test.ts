import { test } from 'node:test';
import { checkRowRule } from '../fixtures/check-rule.ts';
import { noQuestion } from './no-question.ts';

test('no-question', () => {
  checkRowRule(noQuestion, {
    leaves: [
      { statement: 'We call a number fancy. There are such numbers below ten' },
      { statement: '2 . . . f(xn)' },
    ],
    stays: [
      { statement: 'If $f$ is continuous on a compact set, then $f$ is bounded.' },
      { statement: 'The sum of the roots is', answer: '3' },
      { statement: 'We wish to ﬁnd all $n$.' },
      { statement: '讨论 $f(x)$ 的单调性;' },
    ],
  });
});
