import { test } from 'node:test';
import { checkRowRule } from '../fixtures/check-rule.ts';
import { tooShort } from './too-short.ts';

test('too-short', () => {
  checkRowRule(tooShort, {
    leaves: [{ statement: '1998.' }, { statement: 'What is 25% of 60?' }],
    stays: [
      { statement: '证明: 2018 可表示为两个正整数的平方和.' },
      { statement: 'Prove that there are infinitely many primes.' },
    ],
  });
});
