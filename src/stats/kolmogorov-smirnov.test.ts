import assert from 'node:assert/strict';
import { test } from 'node:test';
import { golden } from './golden-fixture.ts';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts';
import { Random } from './random.ts';

test('distance and p-value are those of scipy, exact and in the limit', () => {
  for (const { first, second, distance, p } of golden.distances) {
    const found = kolmogorovSmirnov(first, second);
    const name = `${first.length} and ${second.length}`;
    assert.ok(Math.abs(found.distance - distance) < 1e-12, `${name}: ${found.distance}, scipy ${distance}`);
    assert.ok(Math.abs(found.pValue / p - 1) < 1e-9, `${name}: p ${found.pValue}, scipy ${p}`);
  }
  assert.ok(golden.distances.some(({ first, second }) => first.length * second.length > 1e6));
});

test('samples of one distribution come out below any p as often as p says, whether or not they are equally many', () => {
  const random = new Random('ks');
  const draw = (count: number) => Array.from({ length: count }, () => random.normal());
  const ps = Array.from({ length: 400 }, () => kolmogorovSmirnov(draw(40), draw(60)).pValue);
  const below = ps.filter((p) => p < 0.1).length / ps.length;
  assert.ok(below > 0.06 && below <= 0.13, `${below}`);
});

test('the same sample is no distance away, and one above the other the whole of it', () => {
  assert.deepEqual(kolmogorovSmirnov([3, 1, 2], [1, 2, 3]), { distance: 0, pValue: 1 });
  assert.deepEqual(kolmogorovSmirnov([1, 2], [3, 4, 5]), { distance: 1, pValue: 0.2 });
  const many = Array.from({ length: 1200 }, (_, index) => index % 7);
  assert.deepEqual(kolmogorovSmirnov(many, many), { distance: 0, pValue: 1 });
});

test('nothing is compared with nothing, and what is not a number is said', () => {
  assert.throws(() => kolmogorovSmirnov([], [1]), /two samples are compared, of 0 and 1 values/);
  assert.throws(() => kolmogorovSmirnov([1, Number.NaN], [1]), /not a number/);
});
