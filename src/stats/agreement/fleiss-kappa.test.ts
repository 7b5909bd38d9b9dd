import assert from 'node:assert/strict';
import { test } from 'node:test';
import { golden } from '../golden-fixture.ts';
import { fleissKappa } from './fleiss-kappa.ts';

const near = (actual: number | undefined, expected: number, tolerance = 1e-12) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= tolerance, `${actual} is not ${expected}`);

test('Fleiss 1971, table 1: 30 patients, six psychiatrists, five diagnoses, κ = 0.430', () => {
  const patients =
    '444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333 144444 224445 ' +
    '333335 111455 111112 224444 133555 555555 244444 224555 114444 144445 222224 111155 224444 133333 555555';
  near(fleissKappa(patients.split(' ').map((ratings) => [...ratings].map(Number))), 0.43, 5e-4);
});

test('it agrees with statsmodels', () => {
  for (const { ratings, fleiss } of golden.several) {
    if (fleiss !== undefined) near(fleissKappa(ratings.map((row) => row.map(Number))), fleiss);
  }
});

test('one category in all is not computable; unequal numbers of ratings, and single ones, are errors', () => {
  assert.equal(
    fleissKappa([
      [1, 1],
      [1, 1],
    ]),
    undefined,
  );
  assert.equal(fleissKappa([]), undefined);
  assert.throws(() => fleissKappa([[1, 1], [1]]), /2 and 1 ratings/);
  assert.throws(() => fleissKappa([[1], [2]]), /two at least/);
});
