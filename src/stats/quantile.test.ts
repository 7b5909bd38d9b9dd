import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { quantile } from './quantile.ts';

test('quantiles interpolate as NumPy and R do by default', () => {
  assert.equal(quantile([3, 1, 2, 4], 0.5), 2.5);
  assert.equal(quantile([1, 2, 3, 4], 0.25), 1.75);
  assert.equal(quantile([1, 2, 3, 4], 0.9), 3.7);
  assert.equal(quantile([5], 0.3), 5);
  assert.equal(quantile([10, 9, 2], 0), 2);
  assert.equal(quantile([10, 9, 2], 1), 10);
});

test('a quantile lies within the list, rises with p and leaves the list as it was', () => {
  const list = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(list, share, share, (values, p, q) => {
      const before = [...values];
      const [low, high] = [quantile(values, Math.min(p, q)), quantile(values, Math.max(p, q))];
      assert.ok(low <= high + 1e-9 && low >= Math.min(...values) && high <= Math.max(...values));
      assert.deepEqual(values, before);
    }),
    { seed: 2 },
  );
});

test('an empty list and a p outside [0, 1] are errors', () => {
  assert.throws(() => quantile([], 0.5), RangeError);
  assert.throws(() => quantile([1], 1.5), RangeError);
  assert.throws(() => quantile([1], Number.NaN), RangeError);
});
