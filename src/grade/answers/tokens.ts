/**
 * The tokens of an answer: numbers, letters, words, commands and symbols. Commands that mean the same have one name,
 * and those that only say how it looks are gone.
 */
import { LimitError, limits } from './limits.ts';
import { plainNotation } from './plain-notation.ts';
import { power, type Rational, rational } from './rational.ts';
import { greekLetters, isShortWord, isWord, plainFunctions } from './vocabulary.ts';

export interface Token {
  readonly kind: 'number' | 'letter' | 'word' | 'command' | 'symbol';
  /** Digits, the letter's name, the word in lower case, the command without its backslash, the symbol. */
  readonly text: string;
  /** There was a space before it. */
  readonly space: boolean;
  readonly value?: Rational;
  /** A number with commas between groups of three digits, which could be a list. */
  readonly grouped?: boolean;
}

const sameCommand: Readonly<Record<string, string>> = {
  ...{
    dfrac: 'frac',
    tfrac: 'frac',
    cfrac: 'frac',
    dbinom: 'binom',
    tbinom: 'binom',
    leq: 'le',
    leqslant: 'le',
  },
  ...{
    geq: 'ge',
    geqslant: 'ge',
    leqq: 'le',
    geqq: 'ge',
    lt: '<',
    gt: '>',
    neq: 'ne',
    dots: 'ldots',
    cdots: 'ldots',
  },
  ...{
    dotsc: 'ldots',
    dotsb: 'ldots',
    varnothing: 'emptyset',
    smallsetminus: 'setminus',
    backslash: 'setminus',
  },
  ...{ lvert: '|', rvert: '|', vert: '|', mid: '|', colon: ':', lbrace: '\\{', rbrace: '\\}', ast: '*' },
  ...{
    lbrack: '[',
    rbrack: ']',
    langle: '(',
    rangle: ')',
    lparen: '(',
    rparen: ')',
    arcctg: 'arccot',
    tg: 'tan',
  },
  ...{ ctg: 'cot', arctg: 'arctan', varphi: 'phi', varepsilon: 'epsilon', vartheta: 'theta', varrho: 'rho' },
  ...{ rightarrow: 'to', longrightarrow: 'to', Longrightarrow: 'implies', Rightarrow: 'implies', prime: "'" },
  ...{
    times: '*',
    cdot: '*',
    bullet: '*',
    div: '/',
    thickapprox: 'approx',
    simeq: 'approx',
    operatorname: 'text',
  },
  ...{ mathrm: 'text', textrm: 'text', textbf: 'text', textit: 'text', mbox: 'text', textnormal: 'text' },
  ...{ emph: 'text', textsf: 'text', texttt: 'text', hbox: 'text', bar: 'overline' },
};
const wordCommands: Readonly<Record<string, string>> = {
  land: 'and',
  wedge: 'and',
  lor: 'or',
  vee: 'or',
  forall: 'for',
  exists: 'some',
};
const silentCommands = new Set(
  `displaystyle textstyle scriptstyle limits quad qquad mathbf mathit boldsymbol bm pmb mathcal mathfrak mathsf
  boxed fbox rm bf it phantom nolimits hfill ensuremath big Big bigl bigr Bigl Bigr hspace vspace , ; : ! space
  thinspace medspace nonumber notag hfil mathop mathstrut strut color`.split(/\s+/),
);
const symbols = new Set(['<', '>', '|', '*', '/', ':', '[', ']', '(', ')', "'", '\\{', '\\}']);
const braced = /^\{((?:[^{}]|\{[^{}]*\})*)\}/;

/** Throws a LimitError for a text that is too long. */
export function tokensOf(text: string): readonly Token[] {
  if (text.length > limits.characters) throw new LimitError(`an answer of ${text.length} characters`);
  const tokens: Token[] = [];
  new Lexer(tokens).read(plainNotation(text), false);
  return withoutClosingPoint(tokens);
}

class Lexer {
  readonly #tokens: Token[];
  #space = false;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  read(text: string, inText: boolean): void {
    for (let at = 0; at < text.length; ) {
      const rest = text.slice(at, at + 400);
      at += this.#one(rest, inText, text, at);
    }
  }

  /** Reads one token, and returns how many characters it has. */
  #one(rest: string, inText: boolean, whole: string, at: number): number {
    const blank = /^(?:\s|~|&|\{\}|")+/.exec(rest)?.[0];
    if (blank !== undefined) {
      this.#space = true;
      return blank.length;
    }
    const found = this.#number(rest);
    if (found > 0) return found;
    const run = /^[A-Za-z]+/.exec(rest)?.[0];
    if (run !== undefined) {
      this.#letters(run, inText, whole, at);
      return run.length;
    }
    if (rest.startsWith('\\')) return this.#command(rest);
    const circle = /^\^\s*(?:\\circ|\{\s*\\circ\s*\})/.exec(rest)?.[0];
    if (circle !== undefined) {
      this.#push('symbol', '°');
      return circle.length;
    }
    const character = String.fromCodePoint(rest.codePointAt(0) ?? 0);
    this.#push('symbol', character);
    return character.length;
  }

  #number(rest: string): number {
    // 0.1\overline{6}: the repeated digits.
    const repeating = /^(\d*)\.(\d*)\\(?:overline|bar|dot)\s*\{?(\d+)\}?/.exec(rest);
    if (repeating !== null) {
      const [all, whole = '', fixed = '', period = ''] = repeating;
      const scale = power(rational(10), BigInt(fixed.length)).numerator;
      const nines = power(rational(10), BigInt(period.length)).numerator - 1n;
      const top = BigInt(`${whole}${fixed}${period}` || '0') - BigInt(`${whole}${fixed}` || '0');
      this.#push('number', all, { value: rational(top, scale * nines) });
      return all.length;
    }
    const grouped = /^\d{1,3}(?:,\d{3})+(?![\d,])(?!\.\d*,)/.exec(rest)?.[0];
    if (grouped !== undefined && !/^0/.test(grouped)) {
      // `10,000` is a number; `1,234` is most likely one. Never `1,000,22`.
      const value = rational(BigInt(grouped.replaceAll(',', '')));
      const isSure = /,0/.test(grouped);
      this.#push('number', grouped, isSure ? { value } : { value, grouped: true });
      return grouped.length;
    }
    const spaced = /^\d{1,3}(?: \d{3})+(?![\d.,]\d)(?!\d)/.exec(rest)?.[0];
    const plain = spaced ?? /^(?:\d+(?:\.\d+)?|\.\d+)/.exec(rest)?.[0];
    if (plain === undefined) return 0;
    // A point that ends a sentence is not a decimal point: the pattern needs a digit after it.
    const digits = plain.replaceAll(' ', '');
    const [whole = '', fixed = ''] = digits.split('.');
    const scale = power(rational(10), BigInt(fixed.length)).numerator;
    this.#push('number', digits, { value: rational(BigInt(`${whole}${fixed}`), scale) });
    return plain.length;
  }

  #letters(run: string, inText: boolean, whole: string, at: number): void {
    const [kind, text] = this.#kindOf(run, inText, whole, at);
    // Short runs that are no words are products of letters; capitals name a segment.
    if (kind !== 'product') this.#push(kind, text);
    else for (const letter of run) this.#push('letter', letter);
  }

  #kindOf(run: string, inText: boolean, whole: string, at: number): [Token['kind'] | 'product', string] {
    const lower = run.toLowerCase();
    if (run.length > 1 && plainFunctions.has(run)) return ['command', run];
    if (run.length === 1) {
      // "a prime": an article, not a letter.
      const next = /^a\s+([a-z]+)/i.exec(whole.slice(at, at + 40))?.[1]?.toLowerCase() ?? '';
      const isArticle = next.length >= 3 && !['are', 'and', 'for'].includes(next) && this.#afterWord();
      return isArticle ? ['word', 'a'] : ['letter', run];
    }
    if (inText || isWord(run)) return ['word', lower];
    if (isShortWord(run)) {
      const before = /\s$/.test(whole.slice(0, at)) && this.#afterWord();
      const after = /^\s+([A-Za-z]{2,})/.exec(whole.slice(at + run.length))?.[1] ?? '';
      if (before || isWord(after)) return ['word', lower];
    }
    if (run.length >= 4) return ['word', lower];
    return /^[A-Z]+$/.test(run) ? ['letter', run] : ['product', run];
  }

  #afterWord(): boolean {
    return this.#tokens.at(-1)?.kind === 'word';
  }

  #command(rest: string): number {
    const found = /^\\([A-Za-z]+|[^A-Za-z])/.exec(rest);
    const [all, raw = ''] = found ?? ['\\', ''];
    const name = sameCommand[raw] ?? raw;
    const after = rest.slice(all.length);
    if (name === '\\') {
      this.#push('symbol', ';');
      return all.length;
    }
    if (name === '{' || name === '}') {
      this.#push('symbol', `\\${name}`);
      return all.length;
    }
    if (name === '%' || name === '#' || name === '_') {
      this.#push('symbol', name === '%' ? '%' : ' ');
      return all.length;
    }
    if (name === ' ' || silentCommands.has(raw)) {
      this.#space = true;
      return all.length;
    }
    if (name === 'text') {
      const content = braced.exec(after.trimStart());
      if (content === null) return all.length;
      this.#space = true;
      this.read(content[1] ?? '', true);
      this.#space = true;
      return all.length + (after.length - after.trimStart().length) + content[0].length;
    }
    if (name === 'mathbb') {
      const content = /^\s*(?:\{\s*([A-Z])\s*\}|([A-Z]))/.exec(after);
      this.#push('command', `set ${content?.[1] ?? content?.[2] ?? ''}`);
      return all.length + (content?.[0].length ?? 0);
    }
    if (name === 'begin' || name === 'end') {
      const content = braced.exec(after);
      this.#push('command', `${name} ${content?.[1] ?? ''}`);
      return all.length + (content?.[0].length ?? 0);
    }
    const word = wordCommands[name];
    if (word !== undefined) this.#push('word', word);
    else if (symbols.has(name)) this.#push('symbol', name);
    else if (greekLetters.has(name)) this.#push('letter', `\\${name}`);
    else this.#push('command', name === 'lg' ? 'log' : name);
    return all.length;
  }

  #push(kind: Token['kind'], text: string, more: Partial<Token> = {}): void {
    this.#tokens.push({ kind, text, space: this.#space, ...more });
    this.#space = false;
  }
}

/** Without the point or comma that ends a sentence. */
export function withoutClosingPoint(tokens: readonly Token[]): readonly Token[] {
  const last = tokens.findLastIndex(
    ({ kind, text }) => !(kind === 'symbol' && ['.', ',', ';', ':'].includes(text)),
  );
  return last === tokens.length - 1 ? tokens : tokens.slice(0, last + 1);
}
