/** A place in a list of tokens, with the looks ahead and back that an expression needs. */
import { isInteger } from './rational.ts';
import type { Token } from './tokens.ts';

/** Tokens that are no expression. */
export class SyntaxFault extends Error {
  override name = 'SyntaxFault';
}

export class TokenCursor {
  readonly #tokens: readonly Token[];
  #at = 0;
  /** Digits of the token at an index that commands have taken one by one. */
  readonly #digitsTaken = new Map<number, number>();

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** The token that comes next, or one so many further. */
  peek(offset = 0): Token | undefined {
    return this.#tokens[this.#at + offset];
  }

  next(): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new SyntaxFault('it ends too early');
    this.#at += 1;
    return token;
  }

  /** A brace before this is not that of an exponent or a subscript, after which a digit would be a slip. */
  closesGroup(): boolean {
    let depth = 0;
    for (let i = this.#at - 1; i >= 0; i -= 1) {
      const token = this.#tokens[i];
      if (token === undefined || token.kind !== 'symbol') continue;
      if (token.text === '}' || token.text === ')') depth += 1;
      if (token.text === '{' || token.text === '(') depth -= 1;
      if (depth > 0) continue;
      const before = this.#tokens[i - 1];
      return !(before?.kind === 'symbol' && (before.text === '^' || before.text === '_'));
    }
    return false;
  }

  /** Whether the bracket that opens here has a comma at its own level. */
  hasComma(): boolean {
    let depth = 0;
    for (let i = this.#at; i < this.#tokens.length; i += 1) {
      const token = this.#tokens[i];
      if (token?.kind !== 'symbol') continue;
      if ('([{'.includes(token.text)) depth += 1;
      if (')]}'.includes(token.text)) depth -= 1;
      if (depth === 1 && token.text === ',') return true;
      if (depth === 0) return false;
    }
    return false;
  }

  /** The fraction of a mixed number, 1½ or 1 1/2, where one follows. */
  properFraction(): { readonly top: bigint; readonly bottom: bigint } | undefined {
    const at = (offset: number): Token | undefined => this.#tokens[this.#at + offset];
    const digits = (token: Token | undefined): bigint | undefined =>
      token?.kind === 'number' && token.value !== undefined && isInteger(token.value)
        ? token.value.numerator
        : undefined;
    const isText = (offset: number, text: string): boolean => at(offset)?.text === text;
    let [top, bottom, length]: [bigint | undefined, bigint | undefined, number] = [undefined, undefined, 0];
    if (at(0)?.kind === 'command' && isText(0, 'frac')) {
      if (isText(1, '{') && isText(3, '}') && isText(4, '{') && isText(6, '}'))
        [top, bottom, length] = [digits(at(2)), digits(at(5)), 7];
      else if (at(1)?.kind === 'number' && /^\d\d$/.test(at(1)?.text ?? ''))
        [top, bottom, length] = [BigInt(at(1)?.text[0] ?? '0'), BigInt(at(1)?.text[1] ?? '0'), 2];
    } else if (at(0)?.kind === 'number' && at(0)?.space && isText(1, '/')) {
      [top, bottom, length] = [digits(at(0)), digits(at(2)), 3];
    }
    if (top === undefined || bottom === undefined || top <= 0n || top >= bottom) return undefined;
    this.#at += length;
    return { top, bottom };
  }

  /** \\frac12 has two arguments of one digit: the token gives them up one by one. */
  firstDigit(token: Token): bigint {
    const taken = this.#digitsTaken.get(this.#at) ?? 0;
    const digit = BigInt(token.text[taken] ?? '0');
    if (taken + 1 === token.text.length) this.#at += 1;
    else this.#digitsTaken.set(this.#at, taken + 1);
    return digit;
  }

  /** \frac123 and \sqrt12: TeX reads them in one way, and writers mean another. */
  refuseHalfToken(): void {
    if (this.#digitsTaken.has(this.#at)) throw new SyntaxFault('digits of which a command takes only some');
  }
}
