/**
 * Finds stop strings in a text that grows token by token. Compares bytes, so that a string may begin inside a token,
 * end inside another, and share characters with tokens that are no whole characters. Each byte is looked at once a
 * string (Knuth, Morris & Pratt 1977), however long the text is.
 */
import type { TokenBytes } from './token-bytes.ts';

interface Pattern {
  readonly text: string;
  readonly bytes: Uint8Array;
  /** Length of the longest proper prefix of the first i + 1 bytes that is also their suffix. */
  readonly borders: Int32Array;
}

/** The stop strings of a request; `matcher()` for each of its sequences. */
export class StopStrings {
  readonly #patterns: readonly Pattern[];
  readonly #tokens: TokenBytes;

  /** None of `texts` is empty. */
  constructor(texts: readonly string[], tokens: TokenBytes) {
    this.#patterns = texts.map((text) => {
      const bytes = new TextEncoder().encode(text);
      return { text, bytes, borders: bordersOf(bytes) };
    });
    this.#tokens = tokens;
  }

  /** Follows one text from its beginning. */
  matcher(): StopMatcher {
    return new StopMatcher(this.#patterns, this.#tokens);
  }
}

export class StopMatcher {
  readonly #patterns: readonly Pattern[];
  readonly #tokens: TokenBytes;
  /** How many bytes at the end of the text are the beginning of each pattern. */
  readonly #matched: Int32Array;

  constructor(patterns: readonly Pattern[], tokens: TokenBytes) {
    this.#patterns = patterns;
    this.#tokens = tokens;
    this.#matched = new Int32Array(patterns.length);
  }

  /** Goes on with a token. The stop string that is complete first, the longest of several; undefined for none. */
  advance(token: number): string | undefined {
    const { bytes, starts } = this.#tokens;
    const end = starts[token + 1] ?? 0;
    for (let place = starts[token] ?? 0; place < end; place += 1) {
      const found = this.#advanceByte(bytes[place] ?? 0);
      if (found !== undefined) return found.text;
    }
    return undefined;
  }

  #advanceByte(byte: number): Pattern | undefined {
    let longest: Pattern | undefined;
    for (const [index, pattern] of this.#patterns.entries()) {
      const matched = extended(pattern, this.#matched[index] ?? 0, byte);
      this.#matched[index] = matched;
      if (matched < pattern.bytes.length) continue;
      if (longest === undefined || pattern.bytes.length > longest.bytes.length) longest = pattern;
    }
    return longest;
  }
}

/** Length of the match after one more byte, given what matched before it; less than the whole pattern. */
function extended({ bytes, borders }: Pattern, matched: number, byte: number): number {
  let length = matched;
  while (length > 0 && bytes[length] !== byte) length = borders[length - 1] ?? 0;
  return bytes[length] === byte ? length + 1 : 0;
}

function bordersOf(bytes: Uint8Array): Int32Array {
  const borders = new Int32Array(bytes.length);
  for (let i = 1; i < bytes.length; i += 1) {
    borders[i] = extended({ text: '', bytes, borders }, borders[i - 1] ?? 0, bytes[i] ?? 0);
  }
  return borders;
}
