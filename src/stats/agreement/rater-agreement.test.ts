import assert from 'node:assert/strict';
import { test } from 'node:test';
import { golden } from '../golden-fixture.ts';
import { Random } from '../random.ts';
import { raterAgreement } from './rater-agreement.ts';

const near = (actual: number | undefined, expected: number, tolerance = 1e-12) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= tolerance, `${actual} is not ${expected}`);
const options = () => ({ random: new Random('raters'), resamples: 99 });
const itemsOf = (ratings_I_R: readonly (readonly (number | null)[])[]) =>
  ratings_I_R.map((ratings, i) => ({ problem: `p${i % 7}`, ratings }));

test('figures are those of the packages, each with an interval', () => {
  for (const { ratings, alpha, fleiss } of golden.several) {
    const { figures } = raterAgreement(itemsOf(ratings), options());
    near(figures.nominalAlpha?.estimate, alpha.nominal);
    near(figures.ordinalAlpha?.estimate, alpha.ordinal);
    near(figures.intervalAlpha?.estimate, alpha.interval);
    if (fleiss === undefined) assert.equal(figures.fleissKappa, undefined);
    else near(figures.fleissKappa?.estimate, fleiss);
    const interval = figures.ordinalAlpha?.interval;
    assert.ok(interval !== undefined && interval.low < alpha.ordinal && alpha.ordinal < interval.high);
  }
});

test('NULL-NOT-ZERO: missing ratings are counted, and agree with nothing', () => {
  const { figures, coverage } = raterAgreement(
    itemsOf([
      [1, 1, null],
      [2, null, null],
      [3, 4, 4],
    ]),
    options(),
  );
  assert.equal(figures.pairwise?.estimate, 0.5);
  assert.deepEqual(coverage, { items: 3, pairable: 2, ratings: 6, missing: 3 });
});

test('single ratings leave every figure absent', () => {
  const { figures } = raterAgreement(itemsOf([[1], [2], [null]]), options());
  for (const figure of Object.values(figures)) assert.equal(figure, undefined);
});
