/**
 * What is kept of every row to find rows like it, a few hundred bytes: MinHash bands and sketch, some of its runs of
 * words, and a digest of its text in which variables are numbered.
 */
import { seedFrom } from '../../stats/random.ts';
import { distinct, gramHashes, winnowed } from './index/grams.ts';
import { bandKeys, minHashSignature, sketchOf } from './index/min-hash.ts';
import { numberedPassage, type StatementViews } from './views.ts';

export interface RowKeys {
  readonly bandKeys: Uint32Array;
  readonly sketch: Uint8Array;
  readonly grams: Uint32Array;
  /** Equal for statements that differ by nothing but looks and names of variables; 52 bits, so by chance for none. */
  readonly digest: number;
  /** A bit for each number in it, of 32: rows of which few bits agree have other numbers. */
  readonly numberBits: number;
  /** Its length without spaces. */
  readonly characters: number;
}

const shingleWords = 3;
/** Two rows with so many runs in a row in common have a kept one in common: with runs of 13 words, 16 words. */
const window = 4;

/** Runs of three words, any variable for any other, each once. */
export function shinglesOf(views: StatementViews): Uint32Array {
  const { hashes } = views.words('variables');
  return distinct(gramHashes(hashes, Math.min(shingleWords, hashes.length)));
}

export function rowKeysOf(views: StatementViews, words: number): RowKeys {
  const signature = minHashSignature(shinglesOf(views));
  return {
    bandKeys: bandKeys(signature),
    sketch: sketchOf(signature),
    grams: winnowed(gramHashes(views.words('variables').hashes, words), window),
    digest: digestOf(numberedPassage(views.tokens, 0, views.tokens.texts.length - 1)),
    numberBits: numberBitsOf(views),
    characters: views.compact('text').codes.length,
  };
}

function numberBitsOf({ tokens }: StatementViews): number {
  let bits = 0;
  for (let i = 0; i < tokens.texts.length; i += 1)
    if (tokens.kinds[i] === 'number') bits |= 1 << (seedFrom(tokens.texts[i] ?? '') % 32);
  return bits >>> 0;
}

/** Whether half of the bits of the one that has fewer are bits of the other too. */
export function mayHaveNumbersInCommon(a: number, b: number): boolean {
  return 2 * bitCount(a & b) >= Math.min(bitCount(a), bitCount(b));
}

function bitCount(value: number): number {
  let bits = value - ((value >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function digestOf(codes: Uint32Array): number {
  let [low, high] = [0x811c9dc5, 0x9e3779b9];
  for (let i = 0; i < codes.length; i += 1) {
    const code = codes[i] as number;
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high + code, 0x21f0aaad) ^ (high >>> 15);
  }
  low ^= low >>> 16;
  return ((high >>> 0) % 0x100000) * 0x100000000 + (low >>> 0);
}
