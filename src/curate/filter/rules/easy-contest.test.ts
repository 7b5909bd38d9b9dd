import { test } from 'node:test';
import { checkRowRule } from '../fixtures/check-rule.ts';
import { easyContest } from './easy-contest.ts';

test('easy-contest', () => {
  checkRowRule(easyContest, {
    leaves: [
      { tags: { contest: 'AMC_12A' } },
      { tags: { path: 'Contest Collections/AIME Problems/2004' } },
      { tags: { level: 'school' } },
    ],
    stays: [{ tags: { contest: 'USAMO' } }, { tags: { contest: 'Camc open' } }],
  });
});
