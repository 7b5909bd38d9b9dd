import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from './random.ts';
import { wilson } from './wilson.ts';

const near = (actual: number, expected: number, tolerance = 5e-5) =>
  assert.ok(Math.abs(actual - expected) < tolerance, `${actual} is not ${expected}`);

test('intervals agree with published values (Newcombe 1998, table I, method 3)', () => {
  for (const [successes, trials, low, high] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const) {
    const interval = wilson(successes, trials);
    near(interval.low, low);
    near(interval.high, high);
    near(interval.estimate, successes / trials, 1e-12);
  }
});

test('mirrored counts give mirrored intervals', () => {
  const few = wilson(3, 40);
  const many = wilson(37, 40);
  near(few.low, 1 - many.high, 1e-12);
  near(few.high, 1 - many.low, 1e-12);
});

test('the interval covers a small rate about 95 % of the time', () => {
  const random = new Random('wilson');
  let covered = 0;
  for (let i = 0; i < 4000; i += 1) {
    let successes = 0;
    for (let j = 0; j < 60; j += 1) if (random.chance(0.08)) successes += 1;
    const { low, high } = wilson(successes, 60);
    if (low <= 0.08 && 0.08 <= high) covered += 1;
  }
  assert.ok(covered / 4000 > 0.93 && covered / 4000 < 0.985, `covered ${covered / 4000}`);
});

test('impossible counts are errors', () => {
  assert.throws(() => wilson(3, 2), RangeError);
  assert.throws(() => wilson(0, 0), RangeError);
  assert.throws(() => wilson(-1, 4), RangeError);
});
