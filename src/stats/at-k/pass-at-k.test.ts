import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { passAtK, passAtKOfCounts } from './pass-at-k.ts';
import { overSubsets } from './subsets-fixture.ts';

const near = (actual: number | undefined, expected: number, tolerance = 1e-12) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= tolerance, `${actual} is not ${expected}`);

test('pass@k is 1 − C(n − c, k) / C(n, k)', () => {
  near(passAtKOfCounts(10, 3, 1), 0.3);
  near(passAtKOfCounts(10, 3, 2), 1 - 21 / 45);
  near(passAtKOfCounts(5, 1, 5), 1);
  assert.equal(passAtKOfCounts(5, 0, 3), 0);
  // C(180, 100) / C(200, 100), which a quotient of factorials could not give in floating point.
  near(passAtKOfCounts(200, 20, 100), 1 - 3.32168708e-7, 1e-14);
});

test('it is the share of subsets with an attempt that passes', () => {
  const scores = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(scores, fc.integer({ min: 1, max: 8 }), (scores_A, k) => {
      const passed = passAtK(scores_A, { k, threshold: 6 });
      if (k > scores_A.length) assert.equal(passed, undefined);
      else
        near(
          passed,
          overSubsets(scores_A, k, (subset) => (subset.some((score) => score >= 6) ? 1 : 0)),
        );
    }),
    { seed: 5 },
  );
});

test('it rises with k and with what passes, and lies between 0 and 1', () => {
  const counts = fc
    .integer({ min: 1, max: 400 })
    .chain((n) =>
      fc.record({ n: fc.constant(n), c: fc.integer({ min: 0, max: n }), k: fc.integer({ min: 1, max: n }) }),
    );
  fc.assert(
    fc.property(counts, ({ n, c, k }) => {
      const here = passAtKOfCounts(n, c, k) ?? Number.NaN;
      assert.ok(here >= 0 && here <= 1);
      if (k < n) assert.ok((passAtKOfCounts(n, c, k + 1) ?? Number.NaN) >= here - 1e-12);
      if (c < n) assert.ok((passAtKOfCounts(n, c + 1, k) ?? Number.NaN) >= here - 1e-12);
    }),
    { seed: 6 },
  );
});

test('NULL-NOT-ZERO: an ungraded attempt was neither made nor failed', () => {
  assert.equal(passAtK([7, null, 0, null], { k: 1, threshold: 7 }), 0.5);
  assert.equal(passAtK([7, null, null], { k: 2, threshold: 7 }), undefined);
});

test('a k that is no positive whole number, and impossible counts, are errors', () => {
  for (const k of [0, 1.5, -1, Number.NaN]) assert.throws(() => passAtKOfCounts(4, 2, k), /k must be/);
  assert.throws(() => passAtKOfCounts(4, 5, 1), /5 of 4/);
});
