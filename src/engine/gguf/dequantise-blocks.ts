/**
 * Blocks of 32 values with one scale each: Q4_0, Q4_1, Q5_0, Q5_1, Q8_0 and IQ4_NL (the reference is ggml-quants.c,
 * `dequantize_row_*`). Every product and sum is rounded to float32 as there, so the results are equal bit for bit
 * to those of ggml compiled without fused multiply-add (tested against the `gguf` Python package).
 *
 * A 4-bit block keeps value i (0 to 15) in the low half of byte i and value i + 16 in its high half.
 */
import { float16Values } from './float16.ts';

/** Writes the values of whole blocks into `target`. */
export type Dequantiser = (bytes: Uint8Array, target: Float32Array) => void;

/** The sixteen values of the non-linear 4-bit types (ggml-common.h, `kvalues_iq4nl`). */
export const nonLinear4Bit: Int8Array = Int8Array.of(
  ...[-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113],
);

export function halfAt(bytes: Uint8Array, at: number): number {
  return float16Values[(bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)] ?? 0;
}

/** d · (q − 8) */
export const dequantiseQ4_0: Dequantiser = (bytes, target) => {
  for (let at = 0, out = 0; out < target.length; at += 18, out += 32) {
    const d = halfAt(bytes, at);
    for (let i = 0; i < 16; i += 1) {
      const q = bytes[at + 2 + i] ?? 0;
      target[out + i] = d * ((q & 15) - 8);
      target[out + 16 + i] = d * ((q >> 4) - 8);
    }
  }
};

/** d · q + m */
export const dequantiseQ4_1: Dequantiser = (bytes, target) => {
  for (let at = 0, out = 0; out < target.length; at += 20, out += 32) {
    const d = halfAt(bytes, at);
    const m = halfAt(bytes, at + 2);
    for (let i = 0; i < 16; i += 1) {
      const q = bytes[at + 4 + i] ?? 0;
      target[out + i] = Math.fround(d * (q & 15)) + m;
      target[out + 16 + i] = Math.fround(d * (q >> 4)) + m;
    }
  }
};

/** d · (q − 16); the fifth bit of value i is bit i of a 32-bit word. */
export const dequantiseQ5_0: Dequantiser = (bytes, target) => {
  for (let at = 0, out = 0; out < target.length; at += 22, out += 32) {
    const d = halfAt(bytes, at);
    const high = wordAt(bytes, at + 2);
    for (let i = 0; i < 16; i += 1) {
      const q = bytes[at + 6 + i] ?? 0;
      target[out + i] = d * (((q & 15) | (((high >>> i) & 1) << 4)) - 16);
      target[out + 16 + i] = d * (((q >> 4) | (((high >>> (i + 16)) & 1) << 4)) - 16);
    }
  }
};

/** d · q + m */
export const dequantiseQ5_1: Dequantiser = (bytes, target) => {
  for (let at = 0, out = 0; out < target.length; at += 24, out += 32) {
    const d = halfAt(bytes, at);
    const m = halfAt(bytes, at + 2);
    const high = wordAt(bytes, at + 4);
    for (let i = 0; i < 16; i += 1) {
      const q = bytes[at + 8 + i] ?? 0;
      target[out + i] = Math.fround(d * ((q & 15) | (((high >>> i) & 1) << 4))) + m;
      target[out + 16 + i] = Math.fround(d * ((q >> 4) | (((high >>> (i + 16)) & 1) << 4))) + m;
    }
  }
};

/** d · q, q a signed byte */
export const dequantiseQ8_0: Dequantiser = (bytes, target) => {
  for (let at = 0, out = 0; out < target.length; at += 34, out += 32) {
    const d = halfAt(bytes, at);
    for (let i = 0; i < 32; i += 1) target[out + i] = d * (((bytes[at + 2 + i] ?? 0) << 24) >> 24);
  }
};

/** d · the q-th of sixteen values */
export const dequantiseIq4Nl: Dequantiser = (bytes, target) => {
  for (let at = 0, out = 0; out < target.length; at += 18, out += 32) {
    const d = halfAt(bytes, at);
    for (let i = 0; i < 16; i += 1) {
      const q = bytes[at + 2 + i] ?? 0;
      target[out + i] = d * (nonLinear4Bit[q & 15] ?? 0);
      target[out + 16 + i] = d * (nonLinear4Bit[q >> 4] ?? 0);
    }
  }
};

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  );
}
