/**
 * Tokens to an expression. What is not understood throws a SyntaxFault, never comes out as something else: the answer
 * is then compared as text only.
 */
import {
  call,
  type Expression,
  type FunctionName,
  letter,
  number,
  opposite,
  product,
  quotient,
  raise,
  sum,
} from './expression.ts';
import { LimitError, limits } from './limits.ts';
import { isInteger, rational } from './rational.ts';
import type { Reading } from './reading.ts';
import { SyntaxFault, TokenCursor } from './token-cursor.ts';
import { isSymbol } from './token-lists.ts';
import type { Token } from './tokens.ts';

const functions: Readonly<Record<string, FunctionName>> = {
  ...{ sin: 'sin', cos: 'cos', tan: 'tan', cot: 'cot', sec: 'sec', csc: 'csc', ln: 'ln', log: 'log' },
  ...{ arcsin: 'arcsin', arccos: 'arccos', arctan: 'arctan' },
};
const severalArguments: ReadonlySet<string> = new Set(['gcd', 'lcm', 'max', 'min']);
const inverseOf: Readonly<Record<string, FunctionName>> = { sin: 'arcsin', cos: 'arccos', tan: 'arctan' };
const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** The expression that all tokens together are. Throws a SyntaxFault or a LimitError. */
export function parseExpression(tokens: readonly Token[], reading: Reading): Expression {
  return new ExpressionParser(tokens, reading).whole();
}

class ExpressionParser {
  readonly #in: TokenCursor;
  readonly #reading: Reading;
  #depth = 0;
  /** Within |…|, where a bar closes. */
  #bars = 0;
  /** Within the argument of a sine, where degrees are parts of π. */
  #angle = false;

  constructor(tokens: readonly Token[], reading: Reading) {
    this.#in = new TokenCursor(tokens);
    this.#reading = reading;
  }

  whole(): Expression {
    const value = this.#sumOrOver();
    const token = this.#in.peek();
    if (token !== undefined) throw new SyntaxFault(`unexpected ${token.text}`);
    return value;
  }

  sum(): Expression {
    this.#depth += 1;
    if (this.#depth > limits.depth) throw new LimitError('brackets that are nested too deep');
    const terms = [this.#signedTerm()];
    while (this.#isSign(this.#in.peek())) terms.push(this.#signedTerm());
    this.#depth -= 1;
    return sum(...terms);
  }

  #signedTerm(): Expression {
    const signs: string[] = [];
    while (this.#isSign(this.#in.peek())) signs.push(this.#in.next().text);
    return signs.reduceRight((term, sign) => {
      if (sign === '+') return term;
      if (sign === '-') return opposite(term);
      return { kind: 'either-sign', opposite: sign === 'mp', argument: term } as const;
    }, this.#term());
  }

  #isSign(token: Token | undefined): boolean {
    if (token?.kind === 'symbol') return token.text === '+' || token.text === '-';
    return token?.kind === 'command' && (token.text === 'pm' || token.text === 'mp');
  }

  #term(): Expression {
    let value = this.#factor(true);
    let afterSlash = false;
    for (let token = this.#in.peek(); token !== undefined; token = this.#in.peek()) {
      if (isSymbol(token, '*') || isSymbol(token, '/') || isSymbol(token, ':')) {
        if (token.text === ':') break;
        this.#in.next();
        const factor = this.#isSign(this.#in.peek()) ? this.#signedFactor() : this.#factor(true);
        afterSlash = token.text === '/';
        // 1/2x: all that follows without a sign may be below the slash.
        const below = afterSlash && this.#reading.slash === 'whole' ? this.#impliedProduct(factor) : factor;
        value = afterSlash ? quotient(value, below) : product(value, factor);
      } else if (token.kind === 'command' && token.text === 'bmod') {
        this.#in.next();
        value = call('mod', value, this.#factor(true));
      } else if (this.#startsFactor(token)) value = product(value, this.#factor(false));
      else break;
    }
    return value;
  }

  #impliedProduct(first: Expression): Expression {
    let value = first;
    for (let token = this.#in.peek(); this.#startsFactor(token); token = this.#in.peek())
      value = product(value, this.#factor(false));
    return value;
  }

  #signedFactor(): Expression {
    const { text } = this.#in.next();
    if (text !== '+' && text !== '-') throw new SyntaxFault('two signs in a row');
    const factor = this.#factor(true);
    return text === '-' ? opposite(factor) : factor;
  }

  /** Whether a token can go on a product without a sign for it. */
  #startsFactor(token: Token | undefined): boolean {
    if (token === undefined || token.kind === 'word') return false;
    const before = this.#in.peek(-1);
    if (token.kind === 'number') {
      // 4cos after a fraction or a bracket, n2^n; never `2 3` or `x2`.
      const after = this.#in.peek(1);
      const isPower = before?.kind === 'letter' && after !== undefined && isSymbol(after, '^');
      return isPower || (before !== undefined && isSymbol(before, '}', ')') && this.#in.closesGroup());
    }
    if (token.kind === 'letter') return true;
    if (token.kind === 'symbol') {
      if (token.text === '|') return this.#bars === 0;
      return token.text === '(' || token.text === '{' || token.text === '[';
    }
    return this.#isBaseCommand(token.text);
  }

  #isBaseCommand(name: string): boolean {
    return (
      name in functions ||
      severalArguments.has(name) ||
      ['pi', 'infty', 'frac', 'sqrt', 'binom', 'lfloor', 'lceil', 'overline', 'exp'].includes(name)
    );
  }

  #factor(first: boolean): Expression {
    let value = this.#base(first);
    for (let token = this.#in.peek(); token !== undefined; token = this.#in.peek()) {
      if (isSymbol(token, '^')) {
        this.#in.next();
        value = raise(value, this.#script());
        const again = this.#in.peek();
        if (again !== undefined && isSymbol(again, '^')) throw new SyntaxFault('two exponents in a row');
      } else if (isSymbol(token, '!')) {
        this.#in.next();
        const twice = this.#in.peek();
        const isDouble = twice !== undefined && isSymbol(twice, '!') && !twice.space;
        if (isDouble) this.#in.next();
        value = call(isDouble ? 'doubleFactorial' : 'factorial', value);
      } else if (isSymbol(token, '°')) {
        this.#in.next();
        const degree = quotient({ kind: 'constant', name: 'pi' }, number(180));
        if (this.#angle) value = product(value, degree);
      } else if (isSymbol(token, '%')) {
        this.#in.next();
        value = quotient(value, number(100));
      } else break;
    }
    return value;
  }

  /** An exponent: a group, or one token, with a sign at most. */
  #script(): Expression {
    const token = this.#in.peek();
    if (token === undefined) throw new SyntaxFault('an exponent is missing');
    if (isSymbol(token, '{')) return this.#group();
    if (isSymbol(token, '-')) {
      this.#in.next();
      return opposite(this.#script());
    }
    if (token.kind === 'number' && token.value !== undefined) {
      // TeX takes one digit, but who writes x^10 means the tenth power.
      this.#in.next();
      return number(token.value);
    }
    return this.#base(true);
  }

  #base(first: boolean): Expression {
    const token = this.#in.next();
    switch (token.kind) {
      case 'number':
        return this.#number(token);
      case 'letter':
        return this.#letter(token);
      case 'word':
        throw new SyntaxFault(`the word ${token.text}`);
      case 'symbol':
        return this.#bracket(token, first);
      case 'command':
        return this.#command(token);
    }
  }

  #number({ value }: Token): Expression {
    if (value === undefined) throw new SyntaxFault('a number without a value');
    const mixed = isInteger(value) ? this.#in.properFraction() : undefined;
    return number(
      mixed === undefined ? value : rational(value.numerator * mixed.bottom + mixed.top, mixed.bottom),
    );
  }

  #letter({ text }: Token): Expression {
    const name = this.#subscripted(text);
    const next = this.#in.peek();
    if (next !== undefined && isSymbol(next, "'")) throw new SyntaxFault('a derivative');
    if (next !== undefined && isSymbol(next, '(') && this.#isFunction(name)) {
      this.#in.next();
      return { kind: 'application', name, arguments: this.#list(')') };
    }
    if (name === 'i' && this.#reading.i === 'unit') return { kind: 'constant', name: 'i' };
    if (name === 'e' && this.#reading.e === 'constant') return { kind: 'constant', name: 'e' };
    if (/^[A-Z]{2,}$/.test(name)) {
      // XZ and ZX are one segment, or a product.
      if (this.#reading.capitals === 'product') return product(...[...name].map(letter));
      return letter(name.length === 2 ? [...name].sort().join('') : name);
    }
    return letter(name);
  }

  /** A letter's name with its subscript, as far as it has one. */
  #subscripted(text: string): string {
    const next = this.#in.peek();
    if (next === undefined || !isSymbol(next, '_')) return text;
    this.#in.next();
    const token = this.#in.next();
    if (!isSymbol(token, '{')) return `${text}_${token.text}`;
    let name = `${text}_`;
    for (let depth = 1; depth > 0; ) {
      const part = this.#in.next();
      if (isSymbol(part, '{')) depth += 1;
      if (isSymbol(part, '}')) depth -= 1;
      if (depth > 0) name += part.text;
    }
    return name;
  }

  #isFunction(name: string): boolean {
    if (this.#reading.functions.has(name)) return true;
    return this.#in.hasComma();
  }

  #list(closer: string): Expression[] {
    const items = [this.sum()];
    for (let token = this.#in.next(); !isSymbol(token, closer); token = this.#in.next()) {
      if (!isSymbol(token, ',', ';')) throw new SyntaxFault(`unexpected ${token.text} in a list`);
      items.push(this.sum());
    }
    return items;
  }

  #bracket(token: Token, first: boolean): Expression {
    const closer = closers[token.text];
    if (closer !== undefined) return this.#inside(closer);
    if (token.text === '|' && (first || this.#bars === 0)) {
      this.#bars += 1;
      const inner = this.sum();
      this.#bars -= 1;
      if (!isSymbol(this.#in.next(), '|')) throw new SyntaxFault('a bar that is not closed');
      return call('abs', inner);
    }
    throw new SyntaxFault(`unexpected ${token.text}`);
  }

  /** What stands up to the closing bracket, perhaps with \over or \choose in it. */
  #inside(closer: string): Expression {
    const bars = this.#bars;
    this.#bars = 0;
    const value = this.#sumOrOver();
    this.#bars = bars;
    if (!isSymbol(this.#in.next(), closer)) throw new SyntaxFault(`${closer} is missing`);
    return value;
  }

  #sumOrOver(): Expression {
    const value = this.sum();
    const infix = this.#in.peek();
    if (infix?.kind !== 'command' || (infix.text !== 'over' && infix.text !== 'choose')) return value;
    this.#in.next();
    const below = this.sum();
    return infix.text === 'over' ? quotient(value, below) : call('binomial', value, below);
  }

  #group(): Expression {
    this.#in.next();
    return this.#inside('}');
  }

  /** The argument of a TeX command: a group, one digit, or one token. */
  #argument(): Expression {
    const token = this.#in.peek();
    if (token === undefined) throw new SyntaxFault('an argument is missing');
    if (isSymbol(token, '{')) return this.#group();
    if (token.kind === 'number' && /^\d{2,}$/.test(token.text)) {
      // \frac12 has two arguments of one digit: the token gives up its first.
      return number(this.#in.firstDigit(token));
    }
    return this.#base(true);
  }

  #command({ text: name }: Token): Expression {
    switch (name) {
      case 'pi':
        return { kind: 'constant', name: 'pi' };
      case 'infty':
        return { kind: 'constant', name: 'infinity' };
      case 'frac': {
        const top = this.#argument();
        const bottom = this.#argument();
        this.#in.refuseHalfToken();
        return quotient(top, bottom);
      }
      case 'binom': {
        const top = this.#argument();
        const bottom = this.#argument();
        this.#in.refuseHalfToken();
        return call('binomial', top, bottom);
      }
      case 'sqrt':
        return this.#root();
      case 'exp': {
        const base = { kind: 'constant', name: 'e' } as const;
        return raise(base, this.#functionArgument());
      }
      case 'lfloor':
      case 'lceil': {
        const inner = this.sum();
        const closing = this.#in.next();
        const expected = name === 'lfloor' ? 'rfloor' : 'rceil';
        if (closing.text !== expected) throw new SyntaxFault(`${expected} is missing`);
        return call(name === 'lfloor' ? 'floor' : 'ceil', inner);
      }
      case 'overline':
        return this.#decorated(name);
      default:
    }
    if (severalArguments.has(name)) return this.#severalArguments(name as FunctionName);
    const known = functions[name];
    if (known === undefined) throw new SyntaxFault(`the command ${name}`);
    return this.#functionCall(known);
  }

  #decorated(name: string): Expression {
    const inner = this.#argument();
    if (inner.kind !== 'letter') throw new SyntaxFault('a bar over more than a letter');
    return letter(`${name} ${inner.name}`);
  }

  #root(): Expression {
    let index: Expression = number(2);
    const next = this.#in.peek();
    if (next !== undefined && isSymbol(next, '[')) {
      this.#in.next();
      index = this.#inside(']');
    }
    const token = this.#in.peek();
    // √12 written with the sign has the whole number under it; \sqrt12 has one digit.
    if (token?.kind === 'number' && token.value !== undefined && token.space) {
      this.#in.next();
      return call('root', number(token.value), index);
    }
    const radicand = this.#argument();
    this.#in.refuseHalfToken();
    return call('root', radicand, index);
  }

  #severalArguments(name: FunctionName): Expression {
    const token = this.#in.next();
    const closer = isSymbol(token, '(') ? ')' : isSymbol(token, '\\{') ? '\\}' : undefined;
    if (closer === undefined) throw new SyntaxFault(`${name} without its arguments`);
    return call(name, ...this.#list(closer));
  }

  #functionCall(name: FunctionName): Expression {
    let base: Expression | undefined;
    let exponent: Expression | undefined;
    for (let token = this.#in.peek(); token !== undefined; token = this.#in.peek()) {
      if (isSymbol(token, '^') && exponent === undefined) {
        this.#in.next();
        exponent = this.#script();
      } else if (isSymbol(token, '_') && name === 'log' && base === undefined) {
        this.#in.next();
        base = this.#argument();
      } else break;
    }
    const isInverse = exponent?.kind === 'number' && exponent.value.numerator === -1n;
    const inverse = isInverse ? inverseOf[name] : undefined;
    if (isInverse && inverse === undefined) throw new SyntaxFault(`${name} to the power of −1`);
    const argument = this.#functionArgument(['sin', 'cos', 'tan', 'cot', 'sec', 'csc'].includes(name));
    if (name === 'log' && base === undefined && this.#reading.log === 'natural') return call('ln', argument);
    const value =
      name === 'log' ? call('log', argument, base ?? number(10)) : call(inverse ?? name, argument);
    return exponent === undefined || isInverse ? value : raise(value, exponent);
  }

  /** A bracket, or all factors up to the next sign or function: sin 2x, cos π/7 is cos π over 7 in no book. */
  #functionArgument(isAngle = false): Expression {
    const angle = this.#angle;
    this.#angle = isAngle;
    const token = this.#in.peek();
    let value: Expression;
    if (token !== undefined && isSymbol(token, '(', '{', '[')) value = this.#factorOfFunction();
    else {
      value = this.#factor(true);
      for (let next = this.#in.peek(); next !== undefined; next = this.#in.peek()) {
        if (next.kind === 'command' && next.text in functions) break;
        if (isSymbol(next, '/') && isAngle) throw new SyntaxFault('a slash after an open argument');
        if (isSymbol(next, '(') || !this.#startsFactor(next)) break;
        value = product(value, this.#factor(false));
      }
    }
    this.#angle = angle;
    return value;
  }

  /** \sin(x)^2 and \ln(x)! are left alone: readers disagree about them. */
  #factorOfFunction(): Expression {
    const value = this.#base(true);
    const next = this.#in.peek();
    if (next !== undefined && isSymbol(next, '^', '!')) throw new SyntaxFault('a power of an argument');
    return value;
  }
}
