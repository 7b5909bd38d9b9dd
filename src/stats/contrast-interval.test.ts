import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contrastInterval } from './contrast-interval.ts';
import { meanInterval } from './mean-interval.ts';
import { pairedDifference } from './paired-difference.ts';
import { Random } from './random.ts';

const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} ± ${tolerance}`);

/** Attempts that solve problem p with its own chance, clustered so that some problems are hopeless. */
function solveRates(random: Random, problems: number): number[] {
  return Array.from({ length: problems }, () => Math.max(0, Math.min(1, 0.35 + 0.35 * random.normal())));
}

function attempts(random: Random, rates_P: readonly number[], count: number): number[][] {
  return rates_P.map((rate) => Array.from({ length: count }, () => (random.chance(rate) ? 1 : 0)));
}

test('one attempt a problem: the interval is ± 1.96 standard errors of the mean', () => {
  const random = new Random('closed-form');
  const values = Array.from({ length: 400 }, () => random.normal());
  const interval = meanInterval(
    values.map((value) => [value]),
    { random, resamples: 4000 },
  );
  const estimate = values.reduce((sum, value) => sum + value, 0) / 400;
  near(interval.estimate, estimate, 1e-12);
  const se = Math.sqrt(values.reduce((sum, value) => sum + (value - estimate) ** 2, 0) / 400 / 400);
  near(interval.high - interval.low, 2 * 1.96 * se, 0.15 * se);
});

test('attempts that differ and problems that do not: the interval is that of all attempts pooled', () => {
  const random = new Random('within');
  const values_P_A = Array.from({ length: 100 }, () => Array.from({ length: 4 }, () => random.normal()));
  const interval = meanInterval(values_P_A, { random, resamples: 4000 });
  near(interval.high - interval.low, 2 * 1.96 * Math.sqrt(1 / 400), 0.025);
});

test('intervals of a mean cover it about 95 % of the time', () => {
  const random = new Random('coverage of a mean');
  const runs = 2000;
  let covered = 0;
  // E[clamp(0.35 + 0.35 z, 0, 1)] for standard normal z.
  const truth = 0.3748;
  for (let i = 0; i < runs; i += 1) {
    const values = attempts(random, solveRates(random, 64), 4);
    const { low, high } = meanInterval(values, { random, resamples: 199 });
    if (low <= truth && truth <= high) covered += 1;
  }
  near(covered / runs, 0.95, 0.015);
});

test('intervals of a paired difference cover it about 95 % of the time, and are narrower than unpaired ones', () => {
  const random = new Random('coverage of a difference');
  const runs = 1000;
  let covered = 0;
  let pairedWidth = 0;
  let unpairedWidth = 0;
  for (let i = 0; i < runs; i += 1) {
    const easy = Array.from({ length: 48 }, () => 0.7 * random.next());
    const [first, second] = [
      attempts(
        random,
        easy.map((rate) => rate + 0.2),
        4,
      ),
      attempts(random, easy, 3),
    ];
    const arms = [
      { weight: 1, values_P_A: first },
      { weight: -1, values_P_A: second },
    ];
    const { low, high } = contrastInterval(arms, { random, resamples: 199 });
    if (low <= 0.2 && 0.2 <= high) covered += 1;
    pairedWidth += high - low;
    const apart = [first, second].map((values) => meanInterval(values, { random, resamples: 79 }));
    unpairedWidth += Math.hypot(...apart.map((interval) => interval.high - interval.low));
  }
  near(covered / runs, 0.95, 0.02);
  assert.ok(pairedWidth < 0.9 * unpairedWidth, `${pairedWidth} against ${unpairedWidth}`);
});

test('a difference of two equal systems is zero; a clear one has a small p-value', () => {
  const random = new Random('p');
  const rates = solveRates(random, 128);
  const worse = attempts(random, rates, 4);
  const same = pairedDifference(worse, worse, { random });
  assert.equal(same.estimate, 0);
  assert.equal(same.pValue, 1);
  const better = attempts(
    random,
    rates.map((rate) => Math.min(1, rate + 0.2)),
    4,
  );
  const difference = pairedDifference(better, worse, { random });
  assert.ok(difference.low > 0 && difference.pValue < 0.001);
});

test('every problem weighs the same, however many attempts it has', () => {
  const random = new Random('ragged');
  assert.equal(meanInterval([[1, 1, 1, 1, 1, 1], [0]], { random }).estimate, 0.5);
});

test('an interval repeats with its seed, and constant data has an interval of no width', () => {
  const values = attempts(new Random('x'), solveRates(new Random('y'), 30), 4);
  const once = meanInterval(values, { random: new Random('z') });
  assert.deepEqual(once, meanInterval(values, { random: new Random('z') }));
  const constant = meanInterval([[0.5, 0.5], [0.5]], { random: new Random('z') });
  assert.deepEqual(constant, { estimate: 0.5, low: 0.5, high: 0.5 });
});

test('a difference of differences is estimated with all four arms', () => {
  const arm = (weight: number, value: number) => ({ weight, values_P_A: [[value], [value + 0.1]] });
  const { estimate } = contrastInterval([arm(1, 0.9), arm(-1, 0.4), arm(-1, 0.5), arm(1, 0.3)], {
    random: new Random('four'),
  });
  near(estimate, 0.3, 1e-12);
});

test('no problems, a problem without attempts and unequal problems are errors', () => {
  const random = new Random('errors');
  assert.throws(() => meanInterval([], { random }), RangeError);
  assert.throws(() => meanInterval([[1], []], { random }), RangeError);
  assert.throws(() => meanInterval([[1], [0]], { random, resamples: 10 }), RangeError);
  assert.throws(() => pairedDifference([[1]], [[1], [0]], { random }), RangeError);
});

test('256 problems × 4 attempts with 2,000 resamples take well under a second', () => {
  const random = new Random('speed');
  const values = attempts(random, solveRates(random, 256), 4);
  const start = process.cpuUsage();
  meanInterval(values, { random });
  const used = process.cpuUsage(start);
  assert.ok(used.user + used.system < 800_000, `${(used.user + used.system) / 1000} ms of processor time`);
});
