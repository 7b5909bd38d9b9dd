import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scheduleFactor, type WarmupSchedule, warmupConstant } from './schedule.ts';

const factorsOf = (kind: WarmupSchedule['kind'], steps = 100) =>
  Array.from({ length: steps }, (_, step) =>
    scheduleFactor(step, steps, { kind, warmupShare: 0.05, finalShare: 0.1 }),
  );

test('schedules rise to the peak and fall to their final share, or stay', () => {
  for (const kind of ['cosine', 'linear'] as const) {
    const factors = factorsOf(kind);
    assert.equal(factors[0], 0.2);
    assert.equal(factors[4], 1);
    assert.equal(factors[5], 1);
    assert.ok(Math.abs((factors[99] ?? 0) - 0.1) < 1e-12);
    for (let step = 6; step < 100; step += 1) assert.ok((factors[step] ?? 0) < (factors[step - 1] ?? 0));
  }
  assert.deepEqual(new Set(factorsOf('constant').slice(4)), new Set([1]));
});

test('a line falls evenly, a cosine slowly at first and at last', () => {
  const [linear, cosine] = [factorsOf('linear', 101), factorsOf('cosine', 101)];
  const falls = linear.slice(6).map((factor, i) => (linear[i + 5] ?? 0) - factor);
  for (const fall of falls) assert.ok(Math.abs(fall - 0.9 / 95) < 1e-12);
  assert.ok((cosine[20] ?? 0) > (linear[20] ?? 0) && (cosine[85] ?? 0) < (linear[85] ?? 0));
});

test('one step, or none of warm-up, is no special case', () => {
  assert.equal(factorsOf('cosine', 1)[0], 1);
  assert.equal(warmupConstant(0, 0), 1);
  assert.deepEqual(
    [0, 1, 4, 5, 50].map((step) => warmupConstant(step, 5)),
    [0.2, 0.4, 1, 1, 1],
  );
});
