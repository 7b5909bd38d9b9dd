/**
 * Half-precision numbers to float32 and back: IEEE 754 binary16 (1 sign, 5 exponent, 10 fraction bits) and
 * bfloat16 (the upper half of a float32). Widening loses nothing; narrowing rounds to nearest, ties to even, as
 * IEEE 754 and the processors do, and counts finite values that become infinite.
 */

/** Largest finite magnitude of binary16. */
export const largestFloat16 = 65504;

/** The float32 value of each of the 65,536 bit patterns of binary16. */
export const float16Values: Float32Array = (() => {
  const values = new Float32Array(65536);
  const bits = new Uint32Array(values.buffer);
  for (let half = 0; half < 65536; half += 1) {
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 0) values[half] = fraction * 2 ** -24;
    else bits[half] = ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13);
    if (half >> 15) bits[half] = (bits[half] ?? 0) | 0x80000000;
  }
  return values;
})();

/** binary16 bits to float32. */
export function widenFloat16(halves: Uint16Array, target: Float32Array): void {
  for (let i = 0; i < halves.length; i += 1) target[i] = float16Values[halves[i] ?? 0] ?? 0;
}

/** bfloat16 bits to float32. */
export function widenBfloat16(halves: Uint16Array, target: Float32Array): void {
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let i = 0; i < halves.length; i += 1) bits[i] = (halves[i] ?? 0) << 16;
}

/** float32 to binary16 bits. Returns how many finite values are beyond its range and became infinite. */
export function narrowToFloat16(values: Float32Array, target: Uint16Array): number {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let overflowed = 0;
  for (let i = 0; i < bits.length; i += 1) {
    const word = bits[i] ?? 0;
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fffffff;
    let half: number;
    if (magnitude > 0x7f800000) half = 0x7e00;
    else if (magnitude >= 0x38800000) {
      // At least 2^-14: a normal number. A carry out of the fraction raises the exponent, as it should.
      half = roundedShift(magnitude - 0x38000000, 13);
      if (half >= 0x7c00) {
        half = 0x7c00;
        if (magnitude < 0x7f800000) overflowed += 1;
      }
    } else {
      // A multiple of 2^-24; below half of that, zero.
      const shift = 126 - (magnitude >>> 23);
      half = shift > 24 ? 0 : roundedShift((magnitude & 0x7fffff) | 0x800000, shift);
    }
    target[i] = sign | half;
  }
  return overflowed;
}

/** float32 to bfloat16 bits. Returns how many finite values became infinite. */
export function narrowToBfloat16(values: Float32Array, target: Uint16Array): number {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let overflowed = 0;
  for (let i = 0; i < bits.length; i += 1) {
    const word = bits[i] ?? 0;
    const magnitude = word & 0x7fffffff;
    if (magnitude > 0x7f800000) target[i] = (word >>> 16) | 0x40;
    else {
      const rounded = roundedShift(magnitude, 16);
      if (rounded === 0x7f80 && magnitude < 0x7f800000) overflowed += 1;
      target[i] = ((word >>> 16) & 0x8000) | rounded;
    }
  }
  return overflowed;
}

/** `bits` / 2^shift, rounded to nearest, ties to even. */
function roundedShift(bits: number, shift: number): number {
  const kept = bits >>> shift;
  const rest = bits & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}
