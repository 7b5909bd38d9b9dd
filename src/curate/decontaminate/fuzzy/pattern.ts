/**
 * The length of longest common subsequences with one string, bit-parallel (Hyyrö, Bit-parallel LCS-length computation
 * revisited, 2004): a row of the table is a vector of bits, and a character of the other string costs a few operations
 * for every 31 characters of this one. Words have 31 bits, so that a carry is the sign of a 32-bit integer.
 */
import type { CodePoints } from './code-points.ts';

const wordBits = 31;
const wordMask = 0x7fffffff;
/** Characters below this have their masks in a table, the others by a map. */
const direct = 128;

export class Pattern {
  readonly length: number;
  readonly codes: CodePoints;
  readonly #words: number;
  /** Where a character's words begin in `#masks`; -1 for one that the pattern has not. */
  readonly #placeOf = new Int16Array(direct).fill(-1);
  readonly #placeOfOther = new Map<number, number>();
  readonly #masks: Int32Array;
  readonly #row: Int32Array;

  constructor(codes: CodePoints) {
    this.codes = codes;
    this.length = codes.length;
    this.#words = Math.max(1, Math.ceil(codes.length / wordBits));
    const places = new Int32Array(codes.length);
    let distinct = 0;
    for (let i = 0; i < codes.length; i += 1) {
      const code = codes[i] ?? 0;
      let place = this.#find(code);
      if (place < 0) {
        place = distinct;
        if (code < direct) this.#placeOf[code] = place;
        else this.#placeOfOther.set(code, place);
        distinct += 1;
      }
      places[i] = place;
    }
    this.#masks = new Int32Array(distinct * this.#words);
    for (let i = 0; i < codes.length; i += 1) {
      const word = (places[i] ?? 0) * this.#words + Math.trunc(i / wordBits);
      this.#masks[word] = (this.#masks[word] ?? 0) | (1 << (i % wordBits));
    }
    this.#row = new Int32Array(this.#words);
  }

  #find(code: number): number {
    return code < direct ? (this.#placeOf[code] ?? -1) : (this.#placeOfOther.get(code) ?? -1);
  }

  /** The other string in terms of this pattern: where each character's masks are, or -1. */
  places(text: CodePoints): Int32Array {
    const places = new Int32Array(text.length);
    for (let i = 0; i < text.length; i += 1) {
      const place = this.#find(text[i] ?? 0);
      places[i] = place < 0 ? -1 : place * this.#words;
    }
    return places;
  }

  /** Length of the longest common subsequence with `text`. */
  lcs(text: CodePoints): number {
    return this.lcsWithin(this.places(text), 0, text.length);
  }

  /** The same with a part of a string that `places` has translated. */
  lcsWithin(places: Int32Array, from: number, to: number): number {
    const row = this.#row.fill(wordMask);
    for (let i = from; i < to; i += 1) this.#step(row, places[i] ?? -1);
    return this.#zeros(row);
  }

  /** Lengths with the beginnings of the string that have at least `least` and fewer than `count` characters: entry i is of i. */
  lcsOfPrefixes(places: Int32Array, least: number, count: number): Int32Array {
    const row = this.#row.fill(wordMask);
    const lengths = new Int32Array(count);
    for (let i = 1; i < count; i += 1) {
      const place = places[i - 1] ?? -1;
      this.#step(row, place);
      if (i < least) continue;
      lengths[i] = place < 0 && i > least ? (lengths[i - 1] ?? 0) : this.#zeros(row);
    }
    return lengths;
  }

  #step(row: Int32Array, place: number): void {
    if (place < 0) return;
    const masks = this.#masks;
    const words = this.#words;
    let carry = 0;
    for (let w = 0; w < words; w += 1) {
      const bits = row[w] as number;
      const hits = bits & (masks[place + w] as number);
      const sum = (bits + hits + carry) | 0;
      carry = sum >>> 31;
      row[w] = (sum & wordMask) | (bits ^ hits);
    }
  }

  /** A cleared bit is a character of a common subsequence. */
  #zeros(row: Int32Array): number {
    let ones = 0;
    for (let w = 0; w < row.length; w += 1) ones += popCount(row[w] as number);
    return row.length * wordBits - ones;
  }
}

function popCount(value: number): number {
  let bits = value - ((value >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return (Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24) & 0xff;
}
