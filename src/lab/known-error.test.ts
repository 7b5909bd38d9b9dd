import assert from 'node:assert/strict';
import { test } from 'node:test';
import { advantageError } from '../stats/agreement/advantage-error.ts';
import { Random } from '../stats/random.ts';
import { errorDistribution, knownError } from './known-error.ts';
import { JUDGE_NOISE, withError } from './noisy-grader.ts';

test('the distribution of errors is the one that is drawn from', () => {
  const draws = 40_000;
  for (let points = 0; points <= 7; points += 1) {
    const random = new Random('known-error', points);
    const counts = new Map<number, number>();
    for (let i = 0; i < draws; i += 1) {
      const error = withError(points, JUDGE_NOISE, random) - points;
      counts.set(error, (counts.get(error) ?? 0) + 1);
    }
    const known = errorDistribution(points);
    assert.ok(Math.abs([...known.values()].reduce((a, b) => a + b, 0) - 1) < 1e-12);
    for (const error of new Set([...counts.keys(), ...known.keys()])) {
      const [seen, expected] = [(counts.get(error) ?? 0) / draws, known.get(error) ?? 0];
      const margin = 5 * Math.sqrt((expected * (1 - expected)) / draws) + 1e-9;
      assert.ok(Math.abs(seen - expected) <= margin, `${points} ${error}: ${seen}, expected ${expected}`);
    }
  }
});

test('the expected advantage error is the mean of drawn ones', () => {
  const points_P_I = [[0, 0, 7, 3], [7, 7, 0], [5, 0], [4]];
  const random = new Random('advantage');
  let sum = 0;
  const draws = 20_000;
  for (let i = 0; i < draws; i += 1) {
    const drawn = points_P_I.map((points_I) =>
      points_I.map((reference) => ({ reference, grade: withError(reference, JUDGE_NOISE, random) })),
    );
    sum += advantageError(drawn) ?? 0;
  }
  const known = knownError(points_P_I);
  assert.ok(
    Math.abs(sum / draws - (known.advantageError ?? 0)) < 0.03,
    `${sum / draws}, ${known.advantageError}`,
  );
  assert.equal(knownError([[3], [0]]).advantageError, undefined);
  const perfect = { falseCredit: 0, fullFalseCredit: 0, falseReject: 0, middleSlip: 0, fullSlip: 0 };
  assert.deepEqual(knownError(points_P_I, perfect), {
    ...{ advantageError: 0, meanAbsolute: 0, bias: 0, exact: 1, withinOne: 1 },
  });
});
