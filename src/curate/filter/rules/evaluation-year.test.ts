import { test } from 'node:test';
import { checkRowRule } from '../fixtures/check-rule.ts';
import { evaluationYear } from './evaluation-year.ts';

test('evaluation-year', () => {
  checkRowRule(evaluationYear, {
    leaves: [
      { tags: { year: 2025 } },
      { tags: { path: 'IMO Shortlist/2025 A3' } },
      { statement: '(IMO 2025) Prove that $x = 1$.' },
    ],
    stays: [
      { statement: 'Prove that $2025$ divides $n$ for every olympiad.' },
      { tags: { year: 2024, path: 'b2/2024' } },
    ],
  });
});
