import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proveBudget } from './budget.ts';

test('BUDGET-CAP: 64 calls in flight, faults and kills: no cap is passed, by our account or by the server’s', {
  skip: process.platform === 'win32',
}, async () => {
  const caps = { dollars: 0.12, tokens: 40_000, seconds: 1 };
  const { faults } = await proveBudget({ seed: 1, problems: 40, kills: 2, atOnce: 64, ...caps });
  assert.deepEqual(faults, []);
});
