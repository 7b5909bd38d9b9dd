import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { golden } from '../golden-fixture.ts';
import { Random } from '../random.ts';
import { type AlphaMetric, krippendorffAlpha } from './krippendorff-alpha.ts';

const near = (actual: number | undefined, expected: number, tolerance = 1e-12) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= tolerance, `${actual} is not ${expected}`);
const metrics: readonly AlphaMetric[] = ['nominal', 'ordinal', 'interval', 'ratio'];

/** Items as columns of one string a rater; a point is a missing rating, letters and digits are ratings. */
function itemsOf(...raters: readonly string[]): (number | null)[][] {
  return [...(raters[0] ?? '')].map((_, i) =>
    raters.map((ratings) => (ratings[i] === '.' ? null : Number.parseInt(ratings[i] ?? '', 16))),
  );
}

test('the examples of Krippendorff 2011', () => {
  near(krippendorffAlpha(itemsOf('0100000010', '1110010000'), 'nominal'), 0.095, 5e-4);
  near(krippendorffAlpha(itemsOf('aabbdcccedda', 'babbbccceddd'), 'nominal'), 0.692, 5e-4);
  const four = itemsOf('123321412...', '1233224125.3', '.3332342251.', '12332441251.');
  const published = { nominal: 0.743, ordinal: 0.815, interval: 0.849, ratio: 0.797 };
  for (const metric of metrics) near(krippendorffAlpha(four, metric), published[metric], 5e-4);
});

test('it agrees with the package krippendorff, whatever is missing', () => {
  for (const { ratings, alpha } of golden.several) {
    for (const metric of metrics) near(krippendorffAlpha(ratings, metric), alpha[metric]);
  }
});

const rating = fc.option(fc.integer({ min: 0, max: 4 }), { nil: null });
const table = fc.array(fc.array(rating, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 12 });

test('order of items, raters and missing ratings does not matter; 1 is perfect and nothing is more', () => {
  fc.assert(
    fc.property(table, fc.constantFrom(...metrics), fc.integer(), (ratings_I_R, metric, seed) => {
      const random = new Random(seed);
      const alpha = krippendorffAlpha(ratings_I_R, metric);
      const shuffled = random.shuffled(ratings_I_R).map((ratings_R) => random.shuffled(ratings_R));
      const again = krippendorffAlpha(shuffled, metric);
      assert.equal(again === undefined, alpha === undefined);
      if (alpha === undefined) return;
      near(again, alpha);
      assert.ok(alpha <= 1);
      const agreed = ratings_I_R.map((ratings_R) => ratings_R.map(() => ratings_R[0] ?? null));
      const perfect = krippendorffAlpha(agreed, metric);
      if (perfect !== undefined) assert.equal(perfect, 1);
    }),
    { seed: 13 },
  );
});

test('interval distances do not change with scale and origin', () => {
  fc.assert(
    fc.property(table, (ratings_I_R) => {
      const moved = ratings_I_R.map((ratings_R) => ratings_R.map((value) => value && 3 * value));
      const [alpha, other] = [ratings_I_R, moved].map((ratings) => krippendorffAlpha(ratings, 'interval'));
      if (alpha === undefined) assert.equal(other, undefined);
      else near(other, alpha);
    }),
    { seed: 14 },
  );
});

test('NULL-NOT-ZERO: an item with one rating, or none, changes nothing', () => {
  const items = itemsOf('112233', '112323');
  const alpha = krippendorffAlpha(items, 'interval');
  near(krippendorffAlpha([...items, [9, null], [null, null], []], 'interval'), alpha ?? Number.NaN);
});

test('ratings all alike, and items with one rating each, are not computable', () => {
  assert.equal(
    krippendorffAlpha(
      [
        [1, 1],
        [1, 1],
      ],
      'nominal',
    ),
    undefined,
  );
  assert.equal(krippendorffAlpha([[1, null], [2]], 'nominal'), undefined);
  assert.equal(krippendorffAlpha([], 'interval'), undefined);
});
