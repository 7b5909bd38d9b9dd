/**
 * Blocks of 256 values whose groups have quantised scales of their own: Q2_K to Q8_K and IQ4_XS (the reference is
 * ggml-quants.c, `dequantize_row_*`). Scales times scales are exact in float32; what can round is rounded as there,
 * so the results are equal bit for bit (tested against the `gguf` Python package; Q8_K against its definition).
 */
import { type Dequantiser, halfAt, nonLinear4Bit } from './dequantise-blocks.ts';

/** scales[16] (4 bits scale, 4 bits minimum), q[64], d, dmin: d·s·q − dmin·m in groups of 16. */
export const dequantiseQ2K: Dequantiser = (bytes, target) => {
  for (let at = 0, out = 0; out < target.length; at += 84) {
    const d = halfAt(bytes, at + 80);
    const dMinimum = halfAt(bytes, at + 82);
    for (let group = 0; group < 16; group += 1, out += 16) {
      const packed = bytes[at + group] ?? 0;
      const scale = Math.fround(d * (packed & 15));
      const minimum = Math.fround(dMinimum * (packed >> 4));
      const from = at + 16 + (group >> 3) * 32 + (group & 1) * 16;
      const shift = group & 6;
      for (let i = 0; i < 16; i += 1) {
        target[out + i] = Math.fround(scale * (((bytes[from + i] ?? 0) >> shift) & 3)) - minimum;
      }
    }
  }
};

/** high bits[32], q[64], scales[12] (16 of 6 bits), d: d·(s − 32)·q, q from −4 to 3, in groups of 16. */
export const dequantiseQ3K: Dequantiser = (bytes, target) => {
  for (let at = 0, out = 0; out < target.length; at += 110) {
    const d = halfAt(bytes, at + 108);
    for (let group = 0; group < 16; group += 1, out += 16) {
      const low = (bytes[at + 96 + (group & 7)] ?? 0) >> (group < 8 ? 0 : 4);
      const high = (bytes[at + 104 + (group & 3)] ?? 0) >> ((group >> 2) * 2);
      const scale = Math.fround(d * (((low & 15) | ((high & 3) << 4)) - 32));
      const highFrom = at + (group & 1) * 16;
      const highBit = group >> 1;
      const from = at + 32 + (group >> 3) * 32 + (group & 1) * 16;
      const shift = group & 6;
      for (let i = 0; i < 16; i += 1) {
        const below = ((bytes[highFrom + i] ?? 0) >> highBit) & 1 ? 0 : 4;
        target[out + i] = scale * ((((bytes[from + i] ?? 0) >> shift) & 3) - below);
      }
    }
  }
};

/** d, dmin, scales[12] (8 pairs of 6 bits), q[128]: d·s·q − dmin·m in groups of 32. */
export const dequantiseQ4K: Dequantiser = (bytes, target) => {
  for (let at = 0, out = 0; out < target.length; at += 144) {
    const d = halfAt(bytes, at);
    const dMinimum = halfAt(bytes, at + 2);
    for (let group = 0; group < 8; group += 1, out += 32) {
      const scale = Math.fround(d * scaleOf(bytes, at + 4, group));
      const minimum = Math.fround(dMinimum * minimumOf(bytes, at + 4, group));
      const from = at + 16 + (group >> 1) * 32;
      const shift = (group & 1) * 4;
      for (let i = 0; i < 32; i += 1) {
        target[out + i] = Math.fround(scale * (((bytes[from + i] ?? 0) >> shift) & 15)) - minimum;
      }
    }
  }
};

/** d, dmin, scales[12], high bits[32], q[128]: as Q4_K with a fifth bit. */
export const dequantiseQ5K: Dequantiser = (bytes, target) => {
  for (let at = 0, out = 0; out < target.length; at += 176) {
    const d = halfAt(bytes, at);
    const dMinimum = halfAt(bytes, at + 2);
    for (let group = 0; group < 8; group += 1, out += 32) {
      const scale = Math.fround(d * scaleOf(bytes, at + 4, group));
      const minimum = Math.fround(dMinimum * minimumOf(bytes, at + 4, group));
      const highFrom = at + 16;
      const from = at + 48 + (group >> 1) * 32;
      const shift = (group & 1) * 4;
      for (let i = 0; i < 32; i += 1) {
        const high = (((bytes[highFrom + i] ?? 0) >> group) & 1) << 4;
        target[out + i] = Math.fround(scale * ((((bytes[from + i] ?? 0) >> shift) & 15) | high)) - minimum;
      }
    }
  }
};

/** low bits[128], high bits[64], scales[16] (signed bytes), d: d·s·(q − 32) in groups of 16. */
export const dequantiseQ6K: Dequantiser = (bytes, target) => {
  for (let at = 0, out = 0; out < target.length; at += 210) {
    const d = halfAt(bytes, at + 208);
    for (let group = 0; group < 16; group += 1, out += 16) {
      const scale = Math.fround(d * (((bytes[at + 192 + group] ?? 0) << 24) >> 24));
      const half = group >> 3;
      const quarter = (group >> 1) & 3;
      const lowFrom = at + half * 64 + (quarter & 1) * 32 + (group & 1) * 16;
      const lowShift = (quarter >> 1) * 4;
      const highFrom = at + 128 + half * 32 + (group & 1) * 16;
      const highShift = quarter * 2;
      for (let i = 0; i < 16; i += 1) {
        const low = ((bytes[lowFrom + i] ?? 0) >> lowShift) & 15;
        const high = ((bytes[highFrom + i] ?? 0) >> highShift) & 3;
        target[out + i] = scale * ((low | (high << 4)) - 32);
      }
    }
  }
};

/** d (float32), q[256] (signed bytes), sums of groups (not needed): d·q. */
export const dequantiseQ8K: Dequantiser = (bytes, target) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0, out = 0; out < target.length; at += 292, out += 256) {
    const d = view.getFloat32(at, true);
    for (let i = 0; i < 256; i += 1) target[out + i] = d * view.getInt8(at + 4 + i);
  }
};

/** d, high scale bits (16), low scale bits[4], q[128]: d·(s − 32)·(the q-th of sixteen values) in groups of 32. */
export const dequantiseIq4Xs: Dequantiser = (bytes, target) => {
  for (let at = 0, out = 0; out < target.length; at += 136) {
    const d = halfAt(bytes, at);
    const highScales = (bytes[at + 2] ?? 0) | ((bytes[at + 3] ?? 0) << 8);
    for (let group = 0; group < 8; group += 1, out += 32) {
      const low = ((bytes[at + 4 + (group >> 1)] ?? 0) >> ((group & 1) * 4)) & 15;
      const scale = Math.fround(d * ((low | (((highScales >> (2 * group)) & 3) << 4)) - 32));
      const from = at + 8 + group * 16;
      for (let i = 0; i < 16; i += 1) {
        const q = bytes[from + i] ?? 0;
        target[out + i] = scale * (nonLinear4Bit[q & 15] ?? 0);
        target[out + 16 + i] = scale * (nonLinear4Bit[q >> 4] ?? 0);
      }
    }
  }
};

/** Scale of one of eight groups: the first four in 6 bits, of the others the two high bits lie above those. */
function scaleOf(bytes: Uint8Array, at: number, group: number): number {
  if (group < 4) return (bytes[at + group] ?? 0) & 63;
  return ((bytes[at + group + 4] ?? 0) & 15) | (((bytes[at + group - 4] ?? 0) >> 6) << 4);
}

function minimumOf(bytes: Uint8Array, at: number, group: number): number {
  if (group < 4) return (bytes[at + group + 4] ?? 0) & 63;
  return ((bytes[at + group + 4] ?? 0) >> 4) | (((bytes[at + group] ?? 0) >> 6) << 4);
}
