import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { golden } from '../golden-fixture.ts';
import { benjaminiHochberg, holm } from './multiplicity.ts';

const nearAll = (actual: readonly number[], expected: readonly number[]) => {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => {
    assert.ok(Math.abs(value - (expected[i] ?? Number.NaN)) < 1e-12, `${value} is not ${expected[i]}`);
  });
};

test('Holm and Benjamini–Hochberg agree with statsmodels', () => {
  for (const { p, ...expected } of golden.adjusted) {
    nearAll(holm(p), expected.holm);
    nearAll(benjaminiHochberg(p), expected.benjaminiHochberg);
  }
});

test('Benjamini and Hochberg 1995, section 4.2: of 15 tests Bonferroni claims 3 and their method 4', () => {
  const p = [
    ...[0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344],
    ...[0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1],
  ];
  assert.equal(holm(p).filter((adjusted) => adjusted <= 0.05).length, 3);
  assert.equal(benjaminiHochberg(p).filter((adjusted) => adjusted <= 0.05).length, 4);
});

test('adjusting raises no less than the false discovery rate and no more than Bonferroni, and keeps the order', () => {
  const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(pValues, (p) => {
      const [strict, lenient] = [holm(p), benjaminiHochberg(p)];
      p.forEach((value, i) => {
        const [byHolm = 0, byRate = 0] = [strict[i], lenient[i]];
        assert.ok(value <= byRate + 1e-12 && byRate <= byHolm + 1e-12);
        assert.ok(byHolm <= Math.min(1, p.length * value) + 1e-12);
        p.forEach((other, j) => {
          if (other > value) {
            assert.ok((strict[j] ?? 0) >= byHolm && (lenient[j] ?? 0) >= byRate);
          }
        });
      });
      const backwards = holm(p.toReversed()).toReversed();
      nearAll(backwards, strict);
    }),
    { seed: 20 },
  );
});

test('one test needs no adjustment, none gives none, and what is no p-value is an error', () => {
  assert.deepEqual(holm([0.03]), [0.03]);
  assert.deepEqual(benjaminiHochberg([0.03]), [0.03]);
  assert.deepEqual(holm([]), []);
  for (const p of [-0.1, 1.1, Number.NaN]) assert.throws(() => holm([p]), /no p-value/);
});
