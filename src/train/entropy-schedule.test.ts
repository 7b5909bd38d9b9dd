import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entropyCoefficientAt } from './entropy-schedule.ts';

test('the coefficient goes in a line from the first value towards the final one', () => {
  const at = (step: number) => entropyCoefficientAt(step, 4, { first: 0.5, final: 0.125 });
  assert.deepEqual([0, 1, 2, 3].map(at), [0.5, 0.40625, 0.3125, 0.21875]);
  assert.equal(at(4), 0.125);
});

test('without an end it stays, to the bit', () => {
  for (let step = 0; step < 100; step += 1) {
    assert.equal(entropyCoefficientAt(step, 100, { first: 1e-4, final: 1e-4 }), 1e-4);
  }
});
