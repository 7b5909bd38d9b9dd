/**
 * Byte-pair encoding of one word (Sennrich et al. 2016): of the pairs that stand beside each other the one with the
 * best merge is joined, of equals the first, until none is left. Ids are those of Hugging Face's BPE, with its
 * byte fallback, unknown token and `ignore_merges`.
 *
 * Two things make it fast and change nothing. Words are remembered. And a long word, which for SentencePiece is the
 * whole text, is cut wherever no entry of the vocabulary holds the two characters beside each other: no merge can
 * cross such a place.
 */
import { MinHeap } from './min-heap.ts';
import type { BpeModel } from './tokenizer-file.ts';

/** Ranks and positions are packed into one number: rank × this + position. */
const positionBase = 2 ** 29;
const longestCachedWord = 64;
const cacheCapacity = 2 ** 16;

interface Merging {
  readonly rank: number;
  readonly merged: number;
}

export class BytePairEncoder {
  readonly #model: BpeModel;
  readonly #merges: ReadonlyMap<number, ReadonlyMap<number, Merging>>;
  readonly #unkId: number | undefined;
  /** Ids of the 256 bytes where unknown characters are spelt by them. */
  readonly #idOfByte: readonly (number | undefined)[];
  /** Characters that stand beside each other in some entry; undefined where words must not be cut. */
  readonly #joins: ReadonlySet<string> | undefined;
  readonly #spell: (word: string) => string;
  readonly #cache = new Map<string, readonly number[]>();

  /** `spell` gives a word in the characters of the vocabulary; words are remembered as they were before. */
  constructor(model: BpeModel, spell: (word: string) => string = (word) => word) {
    this.#model = model;
    this.#spell = spell;
    this.#unkId = model.unkToken === undefined ? undefined : model.vocab.get(model.unkToken);
    this.#merges = mergeTable(model);
    this.#idOfByte = model.byteFallback
      ? Array.from({ length: 256 }, (_, byte) => model.vocab.get(byteTokenName(byte)))
      : [];
    this.#joins = joinsOf(model, this.#idOfByte);
  }

  /** Appends the ids of a word to `ids`. */
  encode(word: string, ids: number[]): void {
    const known = this.#cache.get(word);
    if (known !== undefined) {
      for (const id of known) ids.push(id);
      return;
    }
    const found: number[] = [];
    this.#encodeSpelt(this.#spell(word), found);
    for (const id of found) ids.push(id);
    if (word.length > longestCachedWord) return;
    if (this.#cache.size >= cacheCapacity) this.#cache.clear();
    this.#cache.set(word, found);
  }

  #encodeSpelt(word: string, ids: number[]): void {
    const whole = this.#model.ignoreMerges ? this.#model.vocab.get(word) : undefined;
    if (whole !== undefined) {
      ids.push(whole);
      return;
    }
    if (word.length <= longestCachedWord || this.#joins === undefined) {
      this.#merge(this.#symbols(word), ids);
      return;
    }
    const partCache = this.#partCache;
    for (const part of cutWhereNothingJoins(this.#withoutLost(word), this.#joins)) {
      let found = partCache.get(part);
      if (found === undefined) {
        const fresh: number[] = [];
        this.#merge(this.#symbols(part), fresh);
        found = fresh;
        if (part.length <= longestCachedWord) {
          if (partCache.size >= cacheCapacity) partCache.clear();
          partCache.set(part, found);
        }
      }
      for (const id of found) ids.push(id);
    }
  }

  /** Of parts, which are spelt, so not the same as words. */
  readonly #partCache = new Map<string, readonly number[]>();

  /** Characters that have no token and leave none bring their neighbours together. */
  #withoutLost(word: string): string {
    if (this.#unkId !== undefined) return word;
    const isKnown = (character: string): boolean =>
      this.#model.vocab.has(character) || this.#bytesOf(character) !== undefined;
    return Array.from(word).filter(isKnown).join('');
  }

  /** The ids of single characters. */
  #symbols(word: string): number[] {
    const symbols: number[] = [];
    let pendingUnknown = false;
    for (const character of word) {
      const id = this.#model.vocab.get(character);
      if (id !== undefined) {
        if (pendingUnknown && this.#unkId !== undefined) symbols.push(this.#unkId);
        pendingUnknown = false;
        symbols.push(id);
        continue;
      }
      const bytes = this.#bytesOf(character);
      if (bytes !== undefined) {
        symbols.push(...bytes);
      } else if (this.#unkId !== undefined) {
        if (pendingUnknown && !this.#model.fuseUnk) symbols.push(this.#unkId);
        pendingUnknown = true;
      }
    }
    if (pendingUnknown && this.#unkId !== undefined) symbols.push(this.#unkId);
    return symbols;
  }

  /** Ids of a character's bytes if the vocabulary has them all. */
  #bytesOf(character: string): number[] | undefined {
    if (!this.#model.byteFallback) return undefined;
    const ids: number[] = [];
    for (const byte of utf8.encode(character)) {
      const id = this.#idOfByte[byte];
      if (id === undefined) return undefined;
      ids.push(id);
    }
    return ids;
  }

  #merge(symbols: number[], ids: number[]): void {
    const count = symbols.length;
    // Linked both ways; a symbol that was joined to the one before it is -1.
    const next = Int32Array.from({ length: count }, (_, i) => (i + 1 < count ? i + 1 : -1));
    const previous = Int32Array.from({ length: count }, (_, i) => i - 1);
    const queue = new MinHeap();
    const offer = (at: number): void => {
      const merging = this.#mergingAt(symbols, at, next[at] ?? -1);
      if (merging !== undefined) queue.push(merging.rank * positionBase + at);
    };
    for (let at = 0; at + 1 < count; at += 1) offer(at);
    for (let top = queue.pop(); top !== undefined; top = queue.pop()) {
      const at = top % positionBase;
      const right = next[at] ?? -1;
      const merging = this.#mergingAt(symbols, at, right);
      // What stood here when it was queued may have been joined to something else since.
      if (merging === undefined || merging.rank !== (top - at) / positionBase) continue;
      symbols[at] = merging.merged;
      symbols[right] = -1;
      const after = next[right] ?? -1;
      next[at] = after;
      if (after >= 0) {
        previous[after] = at;
        offer(at);
      }
      const before = previous[at] ?? -1;
      if (before >= 0) offer(before);
    }
    for (const symbol of symbols) if (symbol >= 0) ids.push(symbol);
  }

  #mergingAt(symbols: readonly number[], at: number, right: number): Merging | undefined {
    if (right < 0) return undefined;
    return this.#merges.get(symbols[at] ?? -1)?.get(symbols[right] ?? -1);
  }
}

const utf8 = new TextEncoder();

/** How byte fallback names the entry of a byte, `<0x0A>`. */
export function byteTokenName(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}

function mergeTable({ vocab, merges }: BpeModel): Map<number, Map<number, Merging>> {
  const table = new Map<number, Map<number, Merging>>();
  for (const [rank, [left, right]] of merges.entries()) {
    const leftId = vocab.get(left) ?? -1;
    const row = table.get(leftId) ?? new Map<number, Merging>();
    if (row.size === 0) table.set(leftId, row);
    row.set(vocab.get(right) ?? -1, { rank, merged: vocab.get(left + right) ?? -1 });
  }
  return table;
}

/** Undefined where a cut could matter: runs of unknown characters are one token, or bytes are merged. */
function joinsOf(model: BpeModel, idOfByte: readonly (number | undefined)[]): Set<string> | undefined {
  const allBytes = idOfByte.length === 256 && idOfByte.every((id) => id !== undefined);
  if (model.unkToken !== undefined && model.fuseUnk && !allBytes) return undefined;
  const isByte = (entry: string): boolean => /^<0x[0-9A-F]{2}>$/.test(entry);
  const joins = new Set<string>();
  for (const [left, right] of model.merges) {
    if (model.byteFallback && (isByte(left) || isByte(right))) return undefined;
    joins.add(lastCharacter(left) + firstCharacter(right));
  }
  return joins;
}

function firstCharacter(text: string): string {
  return String.fromCodePoint(text.codePointAt(0) ?? 0);
}

function lastCharacter(text: string): string {
  return [...text].at(-1) ?? '';
}

function* cutWhereNothingJoins(word: string, joins: ReadonlySet<string>): Generator<string> {
  let start = 0;
  let at = 0;
  let previous = '';
  for (const character of word) {
    if (previous !== '' && !joins.has(previous + character)) {
      yield word.slice(start, at);
      start = at;
    }
    at += character.length;
    previous = character;
  }
  if (start < word.length) yield word.slice(start);
}
