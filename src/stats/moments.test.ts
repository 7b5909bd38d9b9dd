import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mean, standardError, variance } from './moments.ts';

test('mean, variance and standard error of a known list', () => {
  const values = [2, 4, 4, 4, 5, 5, 7, 9];
  assert.equal(mean(values), 5);
  assert.ok(Math.abs(variance(values) - 32 / 7) < 1e-12);
  assert.ok(Math.abs(standardError(values) - Math.sqrt(32 / 7 / 8)) < 1e-12);
});

test('a shift moves the mean and leaves the variance, even far from zero', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 2, maxLength: 40 }),
      fc.integer({ min: -1_000_000, max: 1_000_000 }),
      (values, shift) => {
        const moved = values.map((value) => value + shift);
        assert.ok(Math.abs(mean(moved) - mean(values) - shift) < 1e-6);
        assert.ok(Math.abs(variance(moved) - variance(values)) < 1e-6);
      },
    ),
    { seed: 1 },
  );
});

test('too few values are an error, not NaN', () => {
  assert.throws(() => mean([]), RangeError);
  assert.throws(() => variance([1]), RangeError);
  assert.throws(() => standardError([]), RangeError);
});
