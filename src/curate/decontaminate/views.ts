/**
 * The forms in which two statements are compared. Each view exists as it is written (`text`) and with every variable
 * replaced by one sign (`variables`), so that renaming changes nothing: words as hashes for n-grams, letters and
 * signs without spaces for partial ratios, words and whole formulas for ratios of sets.
 */
import { type CodePoints, codePointsOf } from './fuzzy/code-points.ts';
import { type TokenSet, tokenSetOfWords } from './fuzzy/token-set-ratio.ts';
import { type Tokens, tokenise } from './tex/tokens.ts';

export const viewNames = ['text', 'variables'] as const;
export type ViewName = (typeof viewNames)[number];

/** Stands for any variable; no text has it. */
const anyVariable = '\u0001';

/** Letters and signs without spaces, and the token that each comes from. */
export interface Compact {
  readonly codes: CodePoints;
  readonly tokenAt: Int32Array;
}

/** Words, numbers and variables in order, as 32-bit hashes, and the token that each is. */
export interface WordHashes {
  readonly hashes: Uint32Array;
  readonly tokenAt: Int32Array;
}

/** A statement with its views, each made when it is first asked for. */
export class StatementViews {
  readonly text: string;
  readonly tokens: Tokens;
  readonly #compact: Partial<Record<ViewName, Compact>> = {};
  readonly #sets: Partial<Record<ViewName, TokenSet>> = {};
  readonly #words: Partial<Record<ViewName, WordHashes>> = {};

  constructor(text: string) {
    this.text = text;
    this.tokens = tokenise(text);
  }

  compact(view: ViewName): Compact {
    this.#compact[view] ??= compactOf(this.tokens, view);
    return this.#compact[view];
  }

  tokenSet(view: ViewName): TokenSet {
    this.#sets[view] ??= tokenSetOfWords(wordsAndFormulas(this.tokens, view));
    return this.#sets[view];
  }

  words(view: ViewName): WordHashes {
    this.#words[view] ??= wordHashesOf(this.tokens, view);
    return this.#words[view];
  }

  /** The text from the first to the last of these tokens, as it is written. */
  passage(firstToken: number, lastToken: number): string {
    const { starts, ends } = this.tokens;
    return this.text.slice(starts[firstToken] ?? 0, ends[lastToken] ?? 0);
  }
}

function textOf(tokens: Tokens, index: number, view: ViewName): string {
  return view === 'variables' && tokens.kinds[index] === 'variable'
    ? anyVariable
    : (tokens.texts[index] ?? '');
}

function compactOf(tokens: Tokens, view: ViewName): Compact {
  const codes: number[] = [];
  const tokenAt: number[] = [];
  for (let i = 0; i < tokens.texts.length; i += 1) {
    const text = textOf(tokens, i, view);
    for (let c = 0; c < text.length; c += 1) {
      const code = text.codePointAt(c) ?? 0;
      if (code > 0xffff) c += 1;
      codes.push(code);
      tokenAt.push(i);
    }
  }
  return { codes: Uint32Array.from(codes), tokenAt: Int32Array.from(tokenAt) };
}

/** What stands between two words is one formula, however it is spaced. */
function wordsAndFormulas(tokens: Tokens, view: ViewName): string[] {
  const found: string[] = [];
  let formula = '';
  for (let i = 0; i < tokens.texts.length; i += 1) {
    const text = textOf(tokens, i, view);
    if (tokens.kinds[i] !== 'word') {
      formula += text;
      continue;
    }
    if (formula !== '') found.push(formula);
    formula = '';
    found.push(text);
  }
  if (formula !== '') found.push(formula);
  return found;
}

function wordHashesOf(tokens: Tokens, view: ViewName): WordHashes {
  const hashes = new Uint32Array(tokens.texts.length);
  const tokenAt = new Int32Array(tokens.texts.length);
  let count = 0;
  for (let i = 0; i < tokens.texts.length; i += 1) {
    if (tokens.kinds[i] === 'sign') continue;
    hashes[count] = hashOf(textOf(tokens, i, view));
    tokenAt[count] = i;
    count += 1;
  }
  return { hashes: hashes.subarray(0, count), tokenAt: tokenAt.subarray(0, count) };
}

/** FNV-1a with an avalanche step. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/**
 * Tokens from `first` to `last` without spaces, variables numbered in the order in which they appear: two passages that
 * differ by names alone are the same.
 */
export function numberedPassage(tokens: Tokens, first: number, last: number): CodePoints {
  const numbers = new Map<string, string>();
  let passage = '';
  for (let i = first; i <= last; i += 1) {
    const text = tokens.texts[i] ?? '';
    if (tokens.kinds[i] !== 'variable') {
      passage += text;
      continue;
    }
    // Private characters, of which there are more than letters.
    const number = numbers.get(text) ?? String.fromCharCode(0xe000 + numbers.size);
    numbers.set(text, number);
    passage += number;
  }
  return codePointsOf(passage);
}
