import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { float16Values, narrowToBfloat16, narrowToFloat16, widenBfloat16 } from './float16.ts';

const finite = fc.float({ noNaN: true, noDefaultInfinity: true });

/** The finite binary16 magnitudes in ascending order are the bit patterns 0 to 0x7bff. */
function nearestHalf(value: number): number {
  const magnitude = Math.abs(value);
  let low = 0;
  let high = 0x7bff;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((float16Values[middle] ?? 0) <= magnitude) low = middle;
    else high = middle - 1;
  }
  // 65520, half a step above the largest, is the first that becomes infinite.
  const above = low === 0x7bff ? 65536 : (float16Values[low + 1] ?? 0);
  const toLow = magnitude - (float16Values[low] ?? 0);
  const toHigh = above - magnitude;
  const half = toLow < toHigh || (toLow === toHigh && (low & 1) === 0) ? low : low + 1;
  return half | (Object.is(Math.sign(value), -1) || Object.is(value, -0) ? 0x8000 : 0);
}

test('binary16 to float32 and back is the same for every number', () => {
  const back = new Uint16Array(65536);
  assert.equal(narrowToFloat16(float16Values, back), 0);
  for (let half = 0; half < 65536; half += 1) {
    if (Number.isNaN(float16Values[half])) assert.equal((back[half] ?? 0) & 0x7fff, 0x7e00);
    else assert.equal(back[half], half);
  }
});

test('float32 to binary16 is the nearest number, of two the even one', () => {
  const edges = [65504, 65519.99, 65520, 2 ** -14, 2 ** -24, 2 ** -25, 1.5 * 2 ** -25, 2049, 2051, 0, -0];
  const half = new Uint16Array(1);
  const value = fc.oneof(finite, fc.double({ min: -7e4, max: 7e4, noNaN: true }).map(Math.fround));
  const check = (x: number) => {
    const overflowed = narrowToFloat16(Float32Array.of(x), half);
    const expected = Math.abs(x) >= 65520 ? (x < 0 ? 0xfc00 : 0x7c00) : nearestHalf(Math.fround(x));
    assert.equal(half[0], expected, `${x}`);
    assert.equal(overflowed, Math.abs(x) >= 65520 ? 1 : 0, `${x}`);
  };
  for (const edge of edges) check(Math.fround(edge));
  fc.assert(fc.property(value, check), { seed: 1, numRuns: 2000 });
});

test('float32 to bfloat16 is the nearest number, of two the even one', () => {
  const half = new Uint16Array(1);
  const wide = new Float32Array(1);
  const widened = (bits: number): number => {
    widenBfloat16(Uint16Array.of(bits), wide);
    return wide[0] ?? 0;
  };
  fc.assert(
    fc.property(finite, (x) => {
      const overflowed = narrowToBfloat16(Float32Array.of(x), half);
      const bits = half[0] ?? 0;
      if (overflowed === 1) {
        assert.equal(widened(bits), x < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
        return;
      }
      const error = Math.abs(widened(bits) - x);
      for (const neighbour of [bits - 1, bits + 1]) {
        if ((neighbour & 0x7f80) === 0x7f80 || (neighbour ^ bits) & 0x8000) continue;
        const other = Math.abs(widened(neighbour) - x);
        assert.ok(error < other || (error === other && (bits & 1) === 0), `${x}`);
      }
    }),
    { seed: 1, numRuns: 2000 },
  );
  assert.equal(narrowToBfloat16(Float32Array.of(3.4e38, Number.NaN), new Uint16Array(2)), 1);
});
