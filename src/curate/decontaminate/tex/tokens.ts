/**
 * A statement as tokens: words in lower case, numbers, variables and signs, with where each stands in the text. TeX
 * and plain text of the same thing give the same tokens: delimiters of formulas, spacing, sizes, fonts, brackets and
 * signs of multiplication give none, `\frac{a}{b}` is `a/b`, eight is 8, a letter of a formula is a variable. Never throws: what
 * is broken is read as far as it goes.
 */
import { functionNames, meaningOf, meaningOfSign, numberSets, numberWords } from './commands.ts';

export const tokenKinds = ['word', 'number', 'variable', 'sign'] as const;
export type TokenKind = (typeof tokenKinds)[number];

/** Parallel arrays, one entry a token. */
export interface Tokens {
  readonly texts: string[];
  readonly kinds: TokenKind[];
  /** Offsets in the text that was read, in UTF-16 units; the end is behind the token. */
  readonly starts: number[];
  readonly ends: number[];
}

/** What a brace encloses. */
interface Group {
  /** Whether a formula goes on behind the group. */
  readonly isMath: boolean;
  /** The numerator of a fraction. */
  readonly isNumerator: boolean;
}

export function tokenise(text: string): Tokens {
  return new Scanner(text).scan();
}

const backslash = 92;
const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const otherLetter = /\p{L}/u;
const ideograph = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
/** Drawings, pictures and addresses say nothing that can be compared. */
const noise = /\[asy\][\s\S]*?\[\/asy\]|!\[[^\]]*\]\([^)]*\)|<img\b[^>]*>/y;
const address = /https?:\/\/[^\s)}\]]+/y;
const thousands = /\d{1,3}(?:(?:,|\{,\}|\\,)\d{3})+(?!\d)/y;
const setLetter = /\s*(?:\{\s*([A-Z])\s*\}|([A-Z]))/y;
const decimal = /\d+(?:\.\d+)?/y;

class Scanner {
  readonly #text: string;
  readonly #tokens: Tokens = { texts: [], kinds: [], starts: [], ends: [] };
  readonly #groups: Group[] = [];
  #at = 0;
  #isMath = false;
  /** The next group, or the next sign if there is none, is a numerator. */
  #awaitsNumerator = false;
  /** The next group is text. */
  #awaitsText = false;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): Tokens {
    const text = this.#text;
    while (this.#at < text.length) {
      const code = text.charCodeAt(this.#at);
      if (isLetter(code)) this.#letters();
      else if (isDigit(code)) this.#number();
      else if (code === backslash) this.#command();
      else if (code <= 32) this.#space();
      else this.#other(code);
    }
    return this.#tokens;
  }

  #emit(kind: TokenKind, text: string, start: number, end: number): void {
    this.#tokens.texts.push(text);
    this.#tokens.kinds.push(kind);
    this.#tokens.starts.push(start);
    this.#tokens.ends.push(end);
  }

  /** A token that may be the whole numerator of `\frac12`. */
  #emitOperand(kind: TokenKind, text: string, start: number, end: number): void {
    this.#emit(kind, text, start, end);
    if (!this.#awaitsNumerator) return;
    this.#awaitsNumerator = false;
    this.#emit('sign', '/', end, end);
  }

  #letters(): void {
    const text = this.#text;
    const start = this.#at;
    let end = start + 1;
    while (end < text.length && isLetter(text.charCodeAt(end))) end += 1;
    if (end < text.length && text.charCodeAt(end) > 127 && otherLetter.test(text.charAt(end))) {
      this.#at = start;
      this.#foreignWord();
      return;
    }
    const run = text.slice(start, end);
    if (text.startsWith('://', end)) {
      address.lastIndex = start;
      const found = address.exec(text)?.[0];
      if (found !== undefined) {
        this.#at += found.length;
        return;
      }
    }
    this.#awaitsText = false;
    if (this.#awaitsNumerator) {
      this.#at = start + 1;
      this.#emitOperand('variable', text.charAt(start), start, start + 1);
      return;
    }
    this.#at = end;
    if (this.#isMath ? areVariablesInMath(run) : areVariablesInText(run)) {
      for (let i = start; i < end; i += 1) this.#emit('variable', text.charAt(i), i, i + 1);
    } else {
      const word = run.toLowerCase();
      const number = numberWords.get(word);
      this.#emit(number === undefined ? 'word' : 'number', number ?? word, start, end);
    }
  }

  #foreignWord(): void {
    const start = this.#at;
    let end = start;
    while (end < this.#text.length && /[\p{L}\p{M}]/u.test(this.#text.charAt(end))) end += 1;
    this.#at = end;
    const word = this.#text.slice(start, end);
    if (word.length === 1) this.#awaitsNumerator = false;
    this.#emit('word', withoutMarks(word), start, end);
  }

  #number(): void {
    const start = this.#at;
    thousands.lastIndex = start;
    decimal.lastIndex = start;
    if (this.#awaitsNumerator) {
      this.#at += 1;
      this.#emitOperand('number', this.#text.charAt(start), start, start + 1);
      return;
    }
    const grouped = thousands.exec(this.#text)?.[0];
    const run = grouped ?? decimal.exec(this.#text)?.[0] ?? this.#text.charAt(start);
    this.#at += run.length;
    this.#emit('number', grouped === undefined ? run : grouped.replaceAll(/\D/g, ''), start, this.#at);
  }

  #command(): void {
    const text = this.#text;
    const start = this.#at;
    let end = start + 1;
    while (end < text.length && isLetter(text.charCodeAt(end))) end += 1;
    if (end === start + 1) {
      this.#escaped(text.charAt(end));
      return;
    }
    this.#at = end;
    const meaning = meaningOf(text.slice(start + 1, end));
    switch (meaning.kind) {
      case 'nothing':
        return;
      case 'nothing-with-argument':
        this.#skipArgument();
        return;
      case 'text':
        this.#awaitsText = true;
        return;
      case 'fraction':
        this.#awaitsNumerator = true;
        return;
      case 'blackboard':
        this.#numberSet(start);
        return;
      default:
        this.#emitOperand(meaning.kind, meaning.text, start, end);
    }
  }

  /** A backslash before a sign: `\(` and `\[` begin a formula, `\)` and `\]` end it, all else looks only. */
  #escaped(sign: string): void {
    this.#at += sign === '' ? 1 : 2;
    if (sign === '(' || sign === '[') this.#isMath = true;
    else if (sign === ')' || sign === ']') this.#isMath = false;
    else if (sign === '|') this.#emit('sign', '|', this.#at - 2, this.#at);
  }

  /** The set that `\mathbb{R}` is; of other letters the font is only looks. */
  #numberSet(start: number): void {
    setLetter.lastIndex = this.#at;
    const [found = '', inBraces, bare = inBraces] = setLetter.exec(this.#text) ?? [];
    const set = numberSets.get(bare ?? '');
    if (set === undefined) return;
    this.#at += found.length;
    this.#emitOperand('word', set, start, this.#at);
  }

  #skipArgument(): void {
    const [skipped = ''] =
      /^\*?\s*(?:\[[^\]]*\])?\s*(?:\{(?:array|tabular)\}\s*\{[^{}]*\}|\{[^{}]*\})?/.exec(
        this.#text.slice(this.#at, this.#at + 400),
      ) ?? [];
    this.#at += skipped.length;
  }

  /** An empty line ends a formula that nobody has closed, as it does in TeX. */
  #space(): void {
    const start = this.#at;
    let breaks = 0;
    while (this.#at < this.#text.length) {
      const code = this.#text.charCodeAt(this.#at);
      if (code > 32) break;
      if (code === 10) breaks += 1;
      this.#at += 1;
    }
    if (breaks < 2 || start === 0) return;
    this.#isMath = false;
    this.#groups.length = 0;
  }

  #other(code: number): void {
    const text = this.#text;
    const start = this.#at;
    if (code === 36) {
      this.#at += text.charCodeAt(start + 1) === 36 ? 2 : 1;
      this.#isMath = !this.#isMath;
    } else if (code === 123) {
      this.#groups.push({ isMath: this.#isMath, isNumerator: this.#awaitsNumerator });
      if (this.#awaitsText) this.#isMath = false;
      this.#awaitsText = false;
      this.#awaitsNumerator = false;
      this.#at += 1;
    } else if (code === 125) {
      const group = this.#groups.pop();
      this.#at += 1;
      if (group === undefined) return;
      this.#isMath = group.isMath;
      if (group.isNumerator) this.#emit('sign', '/', start, start);
    } else {
      this.#sign(code);
    }
  }

  #sign(code: number): void {
    const text = this.#text;
    const start = this.#at;
    if (code === 91 || code === 33 || code === 60) {
      noise.lastIndex = start;
      const found = noise.exec(text)?.[0];
      if (found !== undefined) {
        this.#at += found.length;
        return;
      }
    }
    if (code === 46 && text.startsWith('..', start)) {
      while (text.charCodeAt(this.#at) === 46) this.#at += 1;
      this.#emit('sign', '…', start, this.#at);
      return;
    }
    if (code > 127) {
      this.#foreign();
      return;
    }
    this.#at += 1;
    // In prose these two are marks of the sentence.
    if (!this.#isMath && (code === 45 || code === 33)) return;
    const meaning = meaningOfSign(text.charAt(start));
    if (meaning?.kind === 'sign') this.#emit('sign', meaning.text, start, this.#at);
  }

  #foreign(): void {
    const start = this.#at;
    const character = String.fromCodePoint(this.#text.codePointAt(start) ?? 0);
    this.#at += character.length;
    const meaning = meaningOfSign(character);
    if (meaning !== undefined && 'text' in meaning) {
      const isDash = meaning.text === '-' && !this.#isMath;
      if (!isDash) this.#emit(meaning.kind, meaning.text, start, this.#at);
      return;
    }
    if (ideograph.test(character)) {
      this.#emit('word', character, start, this.#at);
      return;
    }
    // Superscripts, full-width and double-struck signs are what they look like.
    const plain = character.normalize('NFKC');
    if (plain !== character) {
      const { texts, kinds } = tokenise(this.#isMath ? `$${plain}$` : plain);
      for (const [i, text] of texts.entries()) this.#emit(kinds[i] ?? 'word', text, start, this.#at);
      return;
    }
    if (otherLetter.test(character)) {
      this.#at = start;
      this.#foreignWord();
      if (this.#at === start) this.#at += character.length;
    }
  }
}

/** In a formula letters are variables, but for names of functions and words that somebody forgot to mark as text. */
function areVariablesInMath(run: string): boolean {
  if (run.length <= 3) return !functionNames.has(run.toLowerCase());
  if (run === run.toUpperCase()) return true;
  for (let i = 1; i < run.length; i += 1) if (run.charCodeAt(i) <= run.charCodeAt(i - 1)) return false;
  return true;
}

/** In prose a single letter is a variable, and a few capitals are the name of a figure. */
function areVariablesInText(run: string): boolean {
  if (run.length === 1) return run !== 'a' && run !== 'A' && run !== 'I';
  return run.length <= 4 && run === run.toUpperCase();
}

function withoutMarks(word: string): string {
  return word.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
