import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mean, standardError } from './moments.ts';
import { Random } from './random.ts';
import { plannedStandardError, scoreVariance } from './score-variance.ts';

const near = (actual: number | undefined, expected: number, tolerance = 1e-9) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= tolerance, `${actual} is not ${expected}`);

test('a balanced table gives the textbook analysis of variance', () => {
  // Means 2, 5, 8 and variance 1 within: MS between = 3 · 9 = 27, so the problem component is (27 − 1) / 3.
  const { components, standardError: error } = scoreVariance([
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ]);
  near(components?.attempt, 1);
  near(components?.problem, 26 / 3);
  near(error, Math.sqrt(27 / 9));
});

test('the half-widths that a benchmark of n problems cannot go below (SD 3.03 of 7 points, in percent)', () => {
  const halfWidth = (deviation: number, problems: number) =>
    1.96 * plannedStandardError({ problem: deviation ** 2, attempt: 0 }, { problems, attempts: 1 });
  near((100 / 7) * halfWidth(3.03, 60), 11, 0.05);
  near((100 / 7) * halfWidth(3.03, 70), 10.1, 0.05);
  near((100 / 7) * halfWidth(3.03, 145), 7, 0.05);
  near(100 * halfWidth(Math.sqrt(0.675 * 0.325), 400), 4.6, 0.05);
  // The "standard deviation" 0.35 of a mean over 75 problems is a standard error.
  near(plannedStandardError({ problem: 3.03 ** 2, attempt: 0 }, { problems: 75, attempts: 1 }), 0.35, 5e-4);
});

test('parts add up, and the planned error of the same design is the error', () => {
  const scores = fc.array(fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 2, maxLength: 2 }), {
    minLength: 2,
    maxLength: 30,
  });
  fc.assert(
    fc.property(scores, (scores_P_A) => {
      const { standardError: error, components, fromAttempts, fromProblems } = scoreVariance(scores_P_A);
      assert.ok(components !== undefined && error !== undefined);
      near(Math.hypot(fromAttempts ?? Number.NaN, fromProblems ?? Number.NaN), error);
      near(error, standardError(scores_P_A.map(mean)));
      if (components.problem > 0) {
        near(plannedStandardError(components, { problems: scores_P_A.length, attempts: 2 }), error);
      }
    }),
    { seed: 4 },
  );
});

test('components of unequal tables are right on average', () => {
  const random = new Random('components');
  const found = { problem: 0, attempt: 0 };
  const runs = 400;
  for (let i = 0; i < runs; i += 1) {
    const table = Array.from({ length: 40 }, (_, p) => {
      const level = 2 * random.normal();
      return Array.from({ length: 1 + (p % 5) }, () => level + 3 * random.normal());
    });
    const { components } = scoreVariance(table);
    found.problem += (components?.problem ?? 0) / runs;
    found.attempt += (components?.attempt ?? 0) / runs;
  }
  near(found.problem, 4, 0.3);
  near(found.attempt, 9, 0.2);
});

test('what cannot be told is absent: one problem, or no problem with two attempts', () => {
  assert.equal(scoreVariance([[1, 2]]).standardError, undefined);
  const single = scoreVariance([[1], [0], [null]]);
  near(single.standardError, 0.5);
  assert.equal(single.components, undefined);
  assert.equal(single.fromAttempts, undefined);
  assert.equal(single.coverage.ungraded, 1);
});
