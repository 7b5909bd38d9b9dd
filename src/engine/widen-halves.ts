/**
 * Widens 16-bit floating-point numbers to float32 without loss and in place: the halves lie in the second half of the
 * bytes that they come to fill, so a model of halves is never in memory twice. Not-a-numbers stay what they are.
 */

/** bfloat16 is the upper half of a float32. */
export function widenBfloat16(values: Float32Array<ArrayBuffer>): void {
  const { halves, bits } = viewsOf(values);
  for (let i = 0; i < bits.length; i += 1) bits[i] = (halves[i] as number) << 16;
}

/** IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
export function widenFloat16(values: Float32Array<ArrayBuffer>): void {
  const { halves, bits } = viewsOf(values);
  const table = float16Table();
  for (let i = 0; i < bits.length; i += 1) bits[i] = table[halves[i] as number] as number;
}

/** Number i is written to bytes 4i to 4i + 3 after half i, at 2·length + 2i, was read: never ahead of the reading. */
function viewsOf(values: Float32Array<ArrayBuffer>): { halves: Uint16Array; bits: Uint32Array } {
  const { buffer, byteOffset, length } = values;
  return {
    halves: new Uint16Array(buffer, byteOffset + 2 * length, length),
    bits: new Uint32Array(buffer, byteOffset, length),
  };
}

let knownTable: Uint32Array | undefined;

/** The float32 bits of every binary16. */
function float16Table(): Uint32Array {
  knownTable ??= Uint32Array.from({ length: 1 << 16 }, (_, half) => {
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 31) return sign | 0x7f800000 | (fraction << 13);
    if (exponent !== 0) return sign | ((exponent + 127 - 15) << 23) | (fraction << 13);
    // Zero, or a subnormal, which is fraction · 2⁻²⁴ and normal as a float32.
    const magnitude = Float32Array.of(fraction * 2 ** -24);
    return sign | (new Uint32Array(magnitude.buffer)[0] as number);
  });
  return knownTable;
}
