import assert from 'node:assert/strict';
import { test } from 'node:test';
import { warmupConstant, warmupCosine } from './schedule.ts';

test('the cosine schedule rises to the peak, falls to its final share and never leaves that range', () => {
  const factors = Array.from({ length: 100 }, (_, step) => warmupCosine(step, 100, 0.05, 0.1));
  assert.equal(factors[0], 0.2);
  assert.equal(factors[4], 1);
  assert.equal(factors[5], 1);
  assert.ok(Math.abs((factors[99] ?? 0) - 0.1) < 1e-12);
  for (let step = 6; step < 100; step += 1) assert.ok((factors[step] ?? 0) < (factors[step - 1] ?? 0));
});

test('one step, or none of warm-up, is no special case', () => {
  assert.equal(warmupCosine(0, 1, 0.05, 0.1), 1);
  assert.equal(warmupConstant(0, 0), 1);
  assert.deepEqual(
    [0, 1, 4, 5, 50].map((step) => warmupConstant(step, 5)),
    [0.2, 0.4, 1, 1, 1],
  );
});
