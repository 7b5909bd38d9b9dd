import assert from 'node:assert/strict';
import { test } from 'node:test';
import { variance } from './moments.ts';
import { Random } from './random.ts';
import { twoLevelResamples } from './two-level-resamples.ts';

test('each level spreads as the data say', () => {
  const random = new Random('levels');
  const values_P_A = Array.from({ length: 30 }, (_, p) =>
    Array.from({ length: 2 + (p % 3) }, () => random.normal() + 3 * Math.sin(p)),
  );
  const [arm] = twoLevelResamples([values_P_A], { random, resamples: 40_000 });
  assert.ok(arm !== undefined);
  const means = values_P_A.map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
  const noise = values_P_A.reduce((sum, values) => sum + variance(values) / values.length / 30, 0);
  const near = (actual: number, expected: number) =>
    assert.ok(Math.abs(actual / expected - 1) < 0.03, `${actual} is not ${expected}`);
  near(variance([...arm.problems_R]), variance(means) / 30);
  near(variance([...arm.attempts_R]), noise / 30);
});

test('arms share their problems: an arm and its negative cancel', () => {
  const first = Array.from({ length: 12 }, (_, p) => [Math.cos(p)]);
  const second = first.map(([value = 0]) => [-value]);
  const [one, other] = twoLevelResamples([first, second], { random: new Random('pair'), resamples: 50 });
  one?.problems_R.forEach((sum, r) => {
    assert.ok(Math.abs(sum + (other?.problems_R[r] ?? Number.NaN)) < 1e-12);
  });
});

test('problems with more attempts than words are drawn at a time are drawn whole', () => {
  const many = Array.from({ length: 9000 }, (_, a) => a % 2);
  const [arm] = twoLevelResamples([[many, [0, 1]]], { random: new Random('many'), resamples: 400 });
  // Two problems: √(¼ (σ²/9000 + σ²/2) · 2 · ½) with σ² = ¼ · n / (n − 1).
  const expected = (0.25 / 9000 + 0.5 / 2) / 4;
  assert.ok(Math.abs(variance([...(arm?.attempts_R ?? [])]) / expected - 1) < 0.25);
});

test('memory stays flat over 100,000 attempts', () => {
  const values_P_A = Array.from({ length: 12_500 }, (_, p) => [0, 1, 0, 0, p % 2, 1, 0, 0]);
  const random = new Random('memory');
  const bytes = () => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = bytes();
  twoLevelResamples([values_P_A], { random, resamples: 100 });
  assert.ok(bytes() - before < 24e6, `${(bytes() - before) / 1e6} MB`);
});
