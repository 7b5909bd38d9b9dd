import { test } from 'node:test';
import { checkRowRule } from '../fixtures/check-rule.ts';
import { answerInStatement } from './answer-in-statement.ts';

test('answer-in-statement', () => {
  checkRowRule(answerInStatement, {
    leaves: [
      { statement: 'Find $x$.\nAnswer: 3' },
      { statement: 'Find $x$. Solution. We have $x=3$.' },
      { statement: 'Find $x$. (Answer: $3$)' },
      { statement: 'Find $x$. [hide="Hint"]use $y$[/hide]' },
      { statement: 'So, we know that $a=b$. Thus, the limit is $2$. Therefore, it is even.' },
    ],
    stays: [
      { statement: 'Find $x$. [hide=Source]Cono Sur[/hide]' },
      { statement: 'Prove that the solution: it is unique, has $x>0$.' },
      {
        statement:
          'Prove that every $a_n$ is obtained by writing $n$ in base $p-1$ and reading the result in base $p$.',
        solutions: [
          'So every $a_n$ is obtained by writing $n$ in base $p-1$ and reading the result in base $p$.',
        ],
      },
    ],
  });
});
