import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { meanScore } from './mean-score.ts';
import { Random } from './random.ts';
import type { Scores } from './scores.ts';

const options = () => ({ random: new Random('mean'), fullMarks: 7, resamples: 99 });
const table = fc.array(fc.array(fc.option(fc.integer({ min: 0, max: 7 }), { nil: null }), { maxLength: 4 }), {
  minLength: 1,
  maxLength: 8,
});

test('NULL-NOT-ZERO: a judge that failed is not a score of 0, and the bounds say what it could have been', () => {
  const { mean, bounds, coverage } = meanScore([[7, null], [0, 1], [null]], options());
  assert.equal(mean?.estimate, 3.75);
  assert.equal(bounds?.ungradedZero.estimate, (3.5 + 0.5 + 0) / 3);
  assert.equal(bounds?.ungradedFull.estimate, (7 + 0.5 + 7) / 3);
  assert.deepEqual(coverage, { problems: 3, problemsWithoutGrade: 1, graded: 3, ungraded: 2 });
});

test('nothing graded has no mean, and bounds from nothing to full marks; no problem has neither', () => {
  const { mean, bounds } = meanScore([[null], []], options());
  assert.equal(mean, undefined);
  assert.deepEqual([bounds?.ungradedZero.estimate, bounds?.ungradedZero.low], [0, 0]);
  assert.deepEqual([bounds?.ungradedFull.estimate, bounds?.ungradedFull.high], [7, 7]);
  assert.equal(meanScore([], options()).bounds, undefined);
});

test('a table with nothing missing has bounds equal to its mean', () => {
  const { mean, bounds } = meanScore([[7, 1], [0]], options());
  assert.deepEqual(bounds, { ungradedZero: mean, ungradedFull: mean });
});

test('scores that are all alike do not stand for a population without others', () => {
  const interval = (scores: Scores) => meanScore(scores, options()).mean;
  // Clopper and Pearson's 95 % bounds of 0 and 60 in 60, by SciPy's binomtest.
  const none = interval(Array.from({ length: 60 }, () => [0, 0]));
  assert.ok(none !== undefined && none.low === 0 && Math.abs(none.high / 7 - 0.0596295) < 1e-6);
  const all = interval(Array.from({ length: 60 }, () => [7]));
  assert.ok(all !== undefined && all.high === 7 && Math.abs(all.low / 7 - 0.9403705) < 1e-6);
  // One problem says next to nothing of others, however often it was tried.
  const one = interval([[0, 7, 7, 0]]);
  assert.ok(one !== undefined && one.estimate === 3.5 && one.low < 0.1 && one.high > 6.9);
  // Like means of unlike attempts are like scores too.
  const alike = interval([[0, 7], [3.5]]);
  assert.ok(alike !== undefined && alike.low < 1 && alike.high > 6);
});

test('the mean lies between its bounds, and they within the marks, whatever is missing', () => {
  fc.assert(
    fc.property(table, (scores_P_A: Scores) => {
      const { mean, bounds } = meanScore(scores_P_A, options());
      const [zero, full] = [bounds?.ungradedZero, bounds?.ungradedFull];
      assert.ok(zero !== undefined && full !== undefined);
      for (const { estimate, low, high } of [zero, full, mean ?? zero]) {
        assert.ok(0 <= low && low <= estimate + 1e-12 && estimate <= high + 1e-12 && high <= 7);
      }
      assert.ok(zero.estimate <= full.estimate + 1e-12);
      // Over the same problems the mean lies between; a problem without grades is in the bounds only.
      if (mean !== undefined && scores_P_A.every((scores_A) => scores_A.some((score) => score !== null))) {
        assert.ok(zero.estimate <= mean.estimate + 1e-12 && mean.estimate <= full.estimate + 1e-12);
      }
    }),
    { seed: 3 },
  );
});

test('the same random source gives the same interval, however far it has run', () => {
  const random = new Random('again');
  const scores = [[7, 3], [0, 1, 1], [6]];
  const once = meanScore(scores, { random, fullMarks: 7 });
  random.next();
  assert.deepEqual(meanScore(scores, { random, fullMarks: 7 }), once);
});

test('a score above full marks or below 0 is an error', () => {
  assert.throws(() => meanScore([[8]], options()), /8 lies outside 0 to 7/);
  assert.throws(() => meanScore([[-1]], options()), /-1 lies outside 0 to 7/);
});
