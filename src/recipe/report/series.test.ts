import assert from 'node:assert/strict';
import { test } from 'node:test';
import { movingAverage, thin, trendWindow } from './series.ts';

test('a moving average keeps a straight line and evens out a zigzag', () => {
  assert.deepEqual(movingAverage([1, 2, 3, 4, 5], 3), [1.5, 2, 3, 4, 4.5]);
  const zigzag = movingAverage([0, 9, 0, 9, 0, 9, 0], 3);
  assert.deepEqual(zigzag.slice(1, -1), [3, 6, 3, 6, 3]);
  assert.deepEqual(movingAverage([], 3), []);
});

test('windows are odd and bounded', () => {
  assert.deepEqual([0, 60, 120, 10_000].map(trendWindow), [3, 5, 9, 61]);
});

test('thinning keeps both ends, the order and the bound', () => {
  const items = Array.from({ length: 1001 }, (_, i) => i);
  const kept = thin(items, 100);
  assert.equal(kept.length, 100);
  assert.equal(kept[0], 0);
  assert.equal(kept.at(-1), 1000);
  assert.deepEqual(
    kept,
    [...new Set(kept)].sort((a, b) => a - b),
  );
  assert.equal(thin(items.slice(0, 5), 100).length, 5);
});
