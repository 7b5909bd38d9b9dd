import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { golden } from '../golden-fixture.ts';
import { cohenKappa, type KappaWeights } from './cohen-kappa.ts';

const near = (actual: number | undefined, expected: number, tolerance = 1e-12) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= tolerance, `${actual} is not ${expected}`);
const allWeights: readonly KappaWeights[] = ['none', 'linear', 'quadratic'];

/** The two lists of ratings that a table of counts stands for. */
function listsOf(table: readonly (readonly number[])[]): [number[], number[]] {
  const lists: [number[], number[]] = [[], []];
  table.forEach((row, i) => {
    row.forEach((count, j) => {
      for (let n = 0; n < count; n += 1) {
        lists[0].push(i);
        lists[1].push(j);
      }
    });
  });
  return lists;
}

test('κ of published tables', () => {
  // Fleiss, Levin and Paik 2003, table 18.1: 0.68.
  const diagnoses = listsOf([
    [75, 1, 4],
    [5, 4, 1],
    [0, 0, 10],
  ]);
  near(cohenKappa(...diagnoses), 0.68, 0.005);
  // A printout of SAS: simple κ 0.4842, linearly weighted 0.4701.
  const sas = listsOf([
    [0, 4, 1],
    [0, 8, 0],
    [0, 1, 5],
  ]);
  near(cohenKappa(...sas), 0.4842, 5e-5);
  near(cohenKappa(...sas, 'linear'), 0.4701, 5e-5);
  // Raters 2 and 3 of the data "anxiety" of R's package irr, which counts steps between the levels that occur: nobody
  // said 5, so its 6 is 5 here.
  const anxiety = [
    [3, 5, 4, 5, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4],
    [2, 1, 4, 4, 3, 2, 1, 5, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2],
  ] as const;
  near(cohenKappa(...anxiety), -0.006289308, 1e-8);
  near(cohenKappa(...anxiety, 'linear'), 0.1459075, 1e-7);
  near(cohenKappa(...anxiety, 'quadratic'), 0.2520325, 1e-7);
});

test('κ agrees with scikit-learn', () => {
  for (const { first, second, kappa } of golden.pairs) {
    for (const weights of kappa === undefined ? [] : allWeights) {
      near(cohenKappa(first, second, weights), kappa?.[weights] ?? Number.NaN);
    }
  }
});

test('raters and items may change places; 1 is perfect and nothing is more', () => {
  const grade = fc.integer({ min: 0, max: 7 });
  const items = fc.array(fc.tuple(grade, grade), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(items, fc.constantFrom(...allWeights), (pairs, weights) => {
      const first = pairs.map(([one]) => one);
      const second = pairs.map(([, other]) => other);
      const kappa = cohenKappa(first, second, weights);
      const swapped = cohenKappa(second, first, weights);
      const reversed = cohenKappa(first.toReversed(), second.toReversed(), weights);
      assert.equal(kappa === undefined, swapped === undefined);
      if (kappa === undefined) return;
      near(swapped, kappa);
      near(reversed, kappa);
      assert.ok(kappa <= 1 && kappa >= -1 - 1e-12);
      near(cohenKappa([...first, ...first], [...second, ...second], weights), kappa);
      if (new Set(first).size > 1) assert.equal(cohenKappa(first, first, weights), 1);
    }),
    { seed: 12 },
  );
});

test('what chance would do as well is not computable, and lists of unequal length are an error', () => {
  assert.equal(cohenKappa([3, 3], [3, 3]), undefined);
  assert.equal(cohenKappa([], []), undefined);
  assert.throws(() => cohenKappa([1], [1, 2]), /1 ratings against 2/);
});
