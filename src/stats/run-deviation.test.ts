import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runDeviation } from './run-deviation.ts';
import { ifUngradedWere } from './scores.ts';

const near = (actual: number | undefined, expected: number, tolerance = 5e-5) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) < tolerance, `${actual} is not ${expected}`);

// Six problems, three runs, one ungraded attempt; with it as 0 the reference program prints 2.7222 ± 0.5358.
const scores_P_A = [
  [7, 7, 7],
  [1, 0, 6],
  [null, 1, 0],
  [6, 7, 7],
  [0, 0, 0],
  [0, 0, 0],
];

test('the ± of the paper is the sample deviation of run means', () => {
  const asZero = runDeviation(ifUngradedWere(scores_P_A, 0));
  asZero.runs.forEach((run, r) => {
    near(run.mean, [2.3333, 2.5, 3.3333][r] ?? 0);
  });
  near(asZero.mean, 2.7222);
  near(asZero.deviation, 0.5358);
});

test('NULL-NOT-ZERO: a run’s mean is over what is graded, and says how much is not', () => {
  const { runs } = runDeviation(scores_P_A);
  assert.deepEqual(runs[0], { mean: 2.8, graded: 5, ungraded: 1 });
  assert.deepEqual(runs[1], { mean: 2.5, graded: 6, ungraded: 0 });
});

test('one run, or none, has no deviation', () => {
  assert.equal(runDeviation([[1], [0]]).deviation, undefined);
  assert.equal(runDeviation([[1, null], [0]]).deviation, undefined);
  assert.deepEqual(runDeviation([]), { runs: [], mean: undefined, deviation: undefined });
  assert.equal(runDeviation([[null, null]]).mean, undefined);
});

test('problems with fewer attempts are ungraded in the runs that they lack', () => {
  const { runs } = runDeviation([[1, 1], [0]]);
  assert.deepEqual(runs[1], { mean: 1, graded: 1, ungraded: 1 });
});
