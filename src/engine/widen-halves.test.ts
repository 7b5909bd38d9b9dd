import assert from 'node:assert/strict';
import { test } from 'node:test';
import { widenBfloat16, widenFloat16 } from './widen-halves.ts';

/** All 65,536 halves, laid out as the functions ask. */
function everyHalf(): Float32Array<ArrayBuffer> {
  const values = new Float32Array(1 << 16);
  new Uint16Array(values.buffer, 2 * values.length).forEach((_, i, halves) => {
    halves[i] = i;
  });
  return values;
}

/** binary16 by its definition (IEEE 754-2019, section 3.4). */
function float16(half: number): number {
  const sign = half >> 15 ? -1 : 1;
  const [exponent, fraction] = [(half >> 10) & 31, half & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return (
    sign * (exponent === 0 ? 2 ** -14 * (fraction / 1024) : 2 ** (exponent - 15) * (1 + fraction / 1024))
  );
}

test('every float16 widens to the number it is, subnormals, infinities and signed zeros included', () => {
  const values = everyHalf();
  widenFloat16(values);
  const bits = new Uint32Array(values.buffer);
  values.forEach((value, half) => {
    assert.ok(Object.is(value, float16(half)), `${half}: ${value}, expected ${float16(half)}`);
    // A not-a-number keeps its sign and payload.
    if (Number.isNaN(value)) {
      assert.equal(bits[half], (((half & 0x8000) << 16) | 0x7f800000 | ((half & 1023) << 13)) >>> 0);
    }
  });
});

test('every bfloat16 widens to the float32 of which it is the upper half', () => {
  const values = everyHalf();
  widenBfloat16(values);
  new Uint32Array(values.buffer).forEach((bits, half) => {
    assert.equal(bits, half * 2 ** 16);
  });
});

test('halves in the middle of a larger array widen in their own place', () => {
  const flat = new Float32Array(9).fill(7);
  const part = flat.subarray(2, 7);
  new Uint16Array(flat.buffer, 4 * 2 + 2 * 5, 5).set([0x3c00, 0xc200, 0x0001, 0x7bff, 0x8000]);
  widenFloat16(part);
  assert.deepEqual([...flat], [7, 7, 1, -3, 2 ** -24, 65504, -0, 7, 7]);
});
