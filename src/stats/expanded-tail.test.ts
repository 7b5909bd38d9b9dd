import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expandedTail, normalTail, studentPoint } from './expanded-tail.ts';

test('Student’s t and the normal tail agree with the tables', () => {
  const table = { 1: 12.706, 2: 4.303, 3: 3.182, 5: 2.571, 10: 2.228, 30: 2.042, 120: 1.98 };
  for (const [freedom, point] of Object.entries(table)) {
    const found = studentPoint(Number(freedom));
    assert.ok(Math.abs(found - point) < 0.005, `${found} for ${freedom} degrees of freedom`);
  }
  for (const [x, tail] of [
    [0, 0.5],
    [1, 0.158655],
    [1.959964, 0.025],
    [3, 0.0013499],
  ] as const) {
    assert.ok(Math.abs(normalTail(x) - tail) < 1e-6);
  }
});

test('tails are smaller the fewer the clusters, and 2.5 % in the end', () => {
  const tails = [2, 3, 6, 20, 200, 1e6].map((clusters) => expandedTail(clusters));
  assert.deepEqual(
    [...tails].sort((a, b) => a - b),
    tails,
  );
  assert.ok(Math.abs((tails.at(-1) ?? 0) - 0.025) < 1e-6);
  assert.ok(expandedTail(6, Math.sqrt(6 / 5)) < expandedTail(6));
});

test('one cluster leaves the interval as it is', () => {
  assert.equal(expandedTail(1), 0.025);
});
