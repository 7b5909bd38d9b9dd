/** Half-precision numbers against the definition: all 65,536 of them, and roundings at and beside every tie. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHalf, halfOf } from './half-float.ts';

test('every half is itself after a round trip, and the midpoint of two goes to the even one', () => {
  for (let half = 0; half < 0x7c00; half += 1) {
    const value = fromHalf(half);
    assert.equal(halfOf(value), half);
    assert.equal(halfOf(-value), half | 0x8000);
    const next = half + 1 === 0x7c00 ? 65_536 : fromHalf(half + 1);
    const middle = (value + next) / 2;
    assert.equal(halfOf(middle), half % 2 === 0 ? half : half + 1, `tie above ${value}`);
    assert.equal(halfOf(middle - (next - value) / 64), half);
    assert.equal(halfOf(middle + (next - value) / 64), half + 1);
  }
});

test('infinities and what is no number stay what they are', () => {
  assert.equal(fromHalf(halfOf(Number.POSITIVE_INFINITY)), Number.POSITIVE_INFINITY);
  assert.equal(fromHalf(halfOf(-1e9)), Number.NEGATIVE_INFINITY);
  assert.ok(Number.isNaN(fromHalf(halfOf(Number.NaN))));
  assert.equal(fromHalf(0x3c00), 1);
  assert.equal(fromHalf(0x0001), 2 ** -24);
});
