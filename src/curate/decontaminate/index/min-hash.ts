/**
 * MinHash (Broder 1997): signatures of which the share that agrees estimates the Jaccard similarity of two sets, and
 * bands of a signature as keys (locality-sensitive hashing): sets of similarity s share a key of `bands` bands of `rows`
 * hashes each with probability 1 − (1 − s^rows)^bands.
 */
import { seedFrom } from '../../../stats/random.ts';

export const bands = 24;
export const rowsPerBand = 4;
export const signatureLength = bands * rowsPerBand;

const keys = Uint32Array.from({ length: signatureLength }, (_, i) => seedFrom('min-hash key', i));
const factors = Uint32Array.from({ length: signatureLength }, (_, i) => seedFrom('min-hash factor', i) | 1);

/** Of a set of hashes; all ones for the empty set. */
export function minHashSignature(hashes: Uint32Array): Uint32Array {
  const signature = new Uint32Array(signatureLength).fill(0xffffffff);
  for (let k = 0; k < signatureLength; k += 1) {
    const key = keys[k] as number;
    const factor = factors[k] as number;
    let least = 0xffffffff;
    for (let i = 0; i < hashes.length; i += 1) {
      const product = Math.imul((hashes[i] as number) ^ key, factor);
      const value = (product ^ (product >>> 15)) >>> 0;
      if (value < least) least = value;
    }
    signature[k] = least;
  }
  return signature;
}

/** One key a band. Keys of different bands never need to differ: a table is kept for each. */
export function bandKeys(signature: Uint32Array): Uint32Array {
  const found = new Uint32Array(bands);
  for (let band = 0; band < bands; band += 1) {
    let hash = 0;
    for (let row = 0; row < rowsPerBand; row += 1) {
      hash = Math.imul(hash ^ (signature[band * rowsPerBand + row] as number), 0x01000193);
      hash ^= hash >>> 15;
    }
    found[band] = Math.imul(hash, 0x735a2d97) >>> 0;
  }
  return found;
}

/** The low byte of every hash: enough to tell similar sets from others, in a fourth of the memory. */
export function sketchOf(signature: Uint32Array): Uint8Array {
  return Uint8Array.from(signature, (value) => value & 0xff);
}

const sketchLength = signatureLength / 4;

/** Sketches of rows, one after the other, as words of four bytes: so many are compared at once. */
export function sketchWords(sketches: Uint8Array): Int32Array {
  return new Int32Array(sketches.buffer, sketches.byteOffset, sketches.length / 4);
}

/** The Jaccard similarity that the sketches of two rows speak of, which agree by chance in 1 of 256. */
export function sketchSimilarity(sketches: Int32Array, rowA: number, rowB: number): number {
  const [a, b] = [rowA * sketchLength, rowB * sketchLength];
  let same = 0;
  for (let i = 0; i < sketchLength; i += 1) {
    const unlike = (sketches[a + i] as number) ^ (sketches[b + i] as number);
    // The highest bit of a byte is set where the byte is zero; no carry leaves its byte.
    const zeros = ~(((unlike & 0x7f7f7f7f) + 0x7f7f7f7f) | unlike | 0x7f7f7f7f);
    same += Math.imul(zeros >>> 7, 0x01010101) >>> 24;
  }
  return Math.max(0, (same / signatureLength - 1 / 256) / (1 - 1 / 256));
}
