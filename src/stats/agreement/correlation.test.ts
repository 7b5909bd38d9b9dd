import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { golden } from '../golden-fixture.ts';
import { Random } from '../random.ts';
import { kendallTau } from './kendall-tau.ts';
import { midranks } from './midranks.ts';
import { pearson } from './pearson.ts';
import { spearman } from './spearman.ts';

const near = (actual: number | undefined, expected: number, tolerance = 1e-12) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= tolerance, `${actual} is not ${expected}`);
const coefficients = { pearson, spearman, kendall: kendallTau };

test('Pearson, Spearman and Kendall agree with SciPy, ties and all', () => {
  for (const item of golden.pairs) {
    near(pearson(item.first, item.second), item.pearson);
    near(spearman(item.first, item.second), item.spearman);
    near(kendallTau(item.first, item.second), item.kendall);
  }
});

test('ranks of ties are shared', () => {
  assert.deepEqual(midranks([7, 0, 7, 3, 7]), [4, 1, 4, 2, 4]);
  assert.deepEqual(midranks([]), []);
});

test('Kendall’s merge sort counts what comparing all pairs counts', () => {
  const value = fc.integer({ min: 0, max: 6 });
  const items = fc.array(fc.tuple(value, value), { minLength: 2, maxLength: 40 });
  fc.assert(
    fc.property(items, (pairs) => {
      let [score, untied, otherUntied] = [0, 0, 0];
      pairs.forEach(([x, y], i) => {
        for (const [u, v] of pairs.slice(i + 1)) {
          score += Math.sign(x - u) * Math.sign(y - v);
          untied += Math.sign(x - u) ** 2;
          otherUntied += Math.sign(y - v) ** 2;
        }
      });
      const tau = kendallTau(
        pairs.map(([x]) => x),
        pairs.map(([, y]) => y),
      );
      if (untied === 0 || otherUntied === 0) assert.equal(tau, undefined);
      else near(tau, score / Math.sqrt(untied * otherUntied));
    }),
    { seed: 15 },
  );
});

test('order of items does not matter, places may change, a list agrees with itself and not with its mirror', () => {
  const value = fc.integer({ min: -80, max: 80 }).map((eighths) => eighths / 8);
  const items = fc.array(fc.tuple(value, value), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(items, fc.integer(), (pairs, seed) => {
      const shuffled = new Random(seed).shuffled(pairs);
      const lists = (of: readonly (readonly [number, number])[]) =>
        [of.map(([x]) => x), of.map(([, y]) => y)] as const;
      for (const coefficient of Object.values(coefficients)) {
        const [first, second] = lists(pairs);
        const here = coefficient(first, second);
        const itself = coefficient(first, first);
        if (itself !== undefined) near(itself, 1, 1e-9);
        if (here === undefined) continue;
        assert.ok(here >= -1 && here <= 1);
        near(coefficient(...lists(shuffled)), here, 1e-9);
        near(coefficient(second, first), here, 1e-9);
        near(
          coefficient(
            first,
            second.map((y) => -y),
          ),
          -here,
          1e-9,
        );
      }
    }),
    { seed: 16 },
  );
});

test('a constant list, and fewer than two items, are not computable', () => {
  for (const coefficient of Object.values(coefficients)) {
    assert.equal(coefficient([0.1, 0.1, 0.1], [1, 2, 3]), undefined);
    assert.equal(coefficient([1, 2, 3], [0.1, 0.1, 0.1]), undefined);
    assert.equal(coefficient([1], [1]), undefined);
    assert.equal(coefficient([], []), undefined);
    assert.throws(() => coefficient([1, 2], [1]), RangeError);
  }
});
