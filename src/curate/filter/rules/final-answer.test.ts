import { test } from 'node:test';
import { checkRowRule } from '../fixtures/check-rule.ts';
import { finalAnswer } from './final-answer.ts';

test('final-answer', () => {
  checkRowRule(finalAnswer, {
    leaves: [
      { statement: 'What is the probability that a game show ends?' },
      { statement: 'Compute $1+2$.' },
      { statement: 'Find the largest $n$ with $n^2<5$.', tags: { contest: 'HMMT_2' } },
    ],
    stays: [
      { statement: 'Find the largest $n$ with $n^2<5$.', tags: { contest: 'usamo' } },
      { statement: 'Find all functions $f$ with $f(x)=x$.' },
      { statement: 'Show that $1+2=3$.', tags: { contest: 'HMMT_2' } },
      { statement: 'Let $n$ be a positive integer. Find the number of subsets with no two neighbours.' },
      { statement: 'Is there a prime $p$ with $p+2$ prime?' },
    ],
  });
});
