/**
 * Fractions of polynomials whose generators have relations: 2^(1/2) · 2^(1/2) = 2, ι² = −1, |x|² = x², and a root to
 * its index is its radicand. Every relation holds wherever both sides are defined over the real numbers, so two
 * expressions whose difference comes to 0 are equal there. The form is not unique, so nothing follows from a
 * difference that does not come to 0.
 */
import { type Expression, number, product, quotient, raise, sum } from './expression.ts';
import { LimitError, limits } from './limits.ts';
import {
  addTerm,
  constantOf,
  leadingTerm,
  NO_TERMS,
  onlyTerm,
  type Polynomial,
  type Powers,
  polynomialKey,
  polynomialOf,
  powersKey,
  scaled,
  sortedPowers,
  sumOf,
  type Term,
} from './polynomial.ts';
import type { Rational } from './rational.ts';
import * as q from './rational.ts';

export interface Fraction {
  readonly numerator: Polynomial;
  readonly denominator: Polynomial;
}

export type GeneratorKind =
  /** Any integer power, of either sign. */
  | 'letter'
  /** Positive, with any rational power. */
  | 'positive'
  /** A positive integer whose whole powers are numbers. */
  | 'integer'
  /** The imaginary unit. */
  | 'unit'
  /** e^(ιπ), whose whole powers are signs. */
  | 'half-turn'
  /** (−1) to the power of something. */
  | 'sign'
  | 'absolute'
  | 'root';

export interface Generator {
  readonly kind: GeneratorKind;
  /** What it stands for; undefined where no real expression does. */
  readonly expression: Expression | undefined;
  readonly hasLetters: boolean;
  /** What |…| and roots are of. */
  readonly of?: Polynomial;
  /** Of a root. */
  readonly index?: number;
}

const ONE_TERM = polynomialOf(q.ONE);
const MINUS_ONE = q.rational(-1);

export class Algebra {
  readonly #generators = new Map<string, Generator>();
  #products = 0;

  constructor() {
    this.#generators.set('ι', { kind: 'unit', expression: undefined, hasLetters: false });
    this.#generators.set('½', { kind: 'half-turn', expression: undefined, hasLetters: false });
  }

  generator(id: string): Generator {
    const found = this.#generators.get(id);
    if (found === undefined) throw new TypeError(`no generator ${id}`);
    return found;
  }

  /** A power of a generator, which is made known under its id. */
  powerOf(id: string, generator: Generator, exponent: Rational = q.ONE): Fraction {
    if (!this.#generators.has(id)) this.#generators.set(id, generator);
    return this.#whole(this.#settled(q.ONE, [[id, exponent]]));
  }

  number(value: Rational): Fraction {
    return this.#whole(polynomialOf(value));
  }

  add(a: Fraction, b: Fraction): Fraction {
    if (polynomialKey(a.denominator) === polynomialKey(b.denominator))
      return this.#reduced(sumOf([a.numerator, b.numerator]), a.denominator);
    return this.#reduced(
      sumOf([this.multiplyWhole(a.numerator, b.denominator), this.multiplyWhole(b.numerator, a.denominator)]),
      this.multiplyWhole(a.denominator, b.denominator),
    );
  }

  multiply(a: Fraction, b: Fraction): Fraction {
    return this.#reduced(
      this.multiplyWhole(a.numerator, b.numerator),
      this.multiplyWhole(a.denominator, b.denominator),
    );
  }

  negate(a: Fraction): Fraction {
    return { numerator: scaled(a.numerator, MINUS_ONE), denominator: a.denominator };
  }

  /** Throws a RangeError for 0. */
  invert(a: Fraction): Fraction {
    if (a.numerator.size === 0) throw new RangeError('a denominator of 0');
    return this.#reduced(a.denominator, a.numerator);
  }

  integerPower(a: Fraction, exponent: bigint): Fraction {
    const base = exponent < 0n ? this.invert(a) : a;
    const size = exponent < 0n ? -exponent : exponent;
    if (size > 1n && (base.numerator.size > 1 || base.denominator.size > 1) && size > 400n)
      throw new LimitError('a power of a sum that is too high');
    let result = this.number(q.ONE);
    for (let square = base, rest = size; rest > 0n; rest >>= 1n) {
      if (rest & 1n) result = this.multiply(result, square);
      if (rest > 1n) square = this.multiply(square, square);
    }
    return result;
  }

  multiplyWhole(a: Polynomial, b: Polynomial): Polynomial {
    if (a === ONE_TERM) return b;
    if (b === ONE_TERM) return a;
    const terms = new Map<string, Term>();
    for (const left of a.values()) {
      for (const right of b.values()) {
        this.#products += 1;
        if (this.#products > limits.products) throw new LimitError('too many products of terms');
        const coefficient = q.multiply(left.coefficient, right.coefficient);
        const settled = this.#settled(coefficient, [...left.powers, ...right.powers]);
        for (const [key, term] of settled) addTerm(terms, key, term);
      }
      if (terms.size > limits.terms) throw new LimitError('an expression of too many terms');
    }
    return terms;
  }

  hasLetters(polynomial: Polynomial): boolean {
    for (const { powers } of polynomial.values())
      if (powers.some(([id]) => this.generator(id).hasLetters)) return true;
    return false;
  }

  /** The expression that a fraction stands for; undefined where it is not real. */
  expressionOf({ numerator, denominator }: Fraction): Expression | undefined {
    const [top, bottom] = [this.expressionOfWhole(numerator), this.expressionOfWhole(denominator)];
    if (top === undefined || bottom === undefined) return undefined;
    return constantOf(denominator)?.numerator === 1n ? top : quotient(top, bottom);
  }

  expressionOfWhole(polynomial: Polynomial): Expression | undefined {
    const terms: Expression[] = [];
    for (const { coefficient, powers } of polynomial.values()) {
      const factors: Expression[] = [number(coefficient)];
      for (const [id, exponent] of powers) {
        const { expression } = this.generator(id);
        if (expression === undefined) return undefined;
        factors.push(q.isEqual(exponent, q.ONE) ? expression : raise(expression, number(exponent)));
      }
      terms.push(product(...factors));
    }
    return terms.length === 0 ? number(0) : sum(...terms);
  }

  #whole(numerator: Polynomial): Fraction {
    return { numerator, denominator: ONE_TERM };
  }

  /** Takes into the numerator whatever can be divided by, and roots out of a denominator of one term. */
  #reduced(numerator: Polynomial, denominator: Polynomial): Fraction {
    if (denominator.size === 0) throw new RangeError('a denominator of 0');
    if (denominator === ONE_TERM || numerator.size === 0) return this.#whole(numerator);
    const term = onlyTerm(denominator);
    if (term === undefined) return this.#withoutCommonFactor(numerator, denominator);
    const inverse: [string, Rational][] = [];
    let below = ONE_TERM;
    for (const [id, exponent] of term.powers) {
      const { kind, index = 1, of = ONE_TERM } = this.generator(id);
      if (kind === 'root' || (kind === 'absolute' && onlyTerm(of) === undefined)) {
        const whole = kind === 'root' ? index : 2;
        inverse.push([id, q.subtract(q.rational(whole), exponent)]);
        below = this.multiplyWhole(below, kind === 'root' ? of : this.multiplyWhole(of, of));
      } else inverse.push([id, q.negate(exponent)]);
    }
    const factor = this.#settled(q.divide(q.ONE, term.coefficient), inverse);
    const above = this.multiplyWhole(numerator, factor);
    return below === ONE_TERM ? this.#whole(above) : this.#reduced(above, below);
  }

  /** Equal up to a number above and below: the quotient is that number. Else the leading coefficient below is 1. */
  #withoutCommonFactor(numerator: Polynomial, denominator: Polynomial): Fraction {
    const [top, bottom] = [leadingTerm(numerator), leadingTerm(denominator)];
    if (top === undefined || bottom === undefined) return { numerator, denominator };
    const [above, below] = [
      scaled(numerator, q.divide(q.ONE, top.coefficient)),
      scaled(denominator, q.divide(q.ONE, bottom.coefficient)),
    ];
    const factor = q.divide(top.coefficient, bottom.coefficient);
    if (polynomialKey(above) === polynomialKey(below)) return this.number(factor);
    return { numerator: scaled(above, factor), denominator: below };
  }

  /** One term with its relations applied; more than one term where a radicand is a sum. */
  #settled(coefficient: Rational, powers: Powers): Polynomial {
    const exponents = new Map<string, Rational>();
    for (const [id, exponent] of powers)
      exponents.set(id, exponents.has(id) ? q.add(exponents.get(id) ?? q.ZERO, exponent) : exponent);
    let factor = coefficient;
    let others: Polynomial | undefined;
    const times = (polynomial: Polynomial, exponent: bigint): void => {
      const raised = this.#wholePower(polynomial, exponent);
      others = others === undefined ? raised : this.multiplyWhole(others, raised);
    };
    // Half turns first: they leave imaginary units.
    for (const [id, exponent] of [...exponents].sort(([a], [b]) => Number(b === '½') - Number(a === '½'))) {
      const { kind, of, index = 2, expression } = this.generator(id);
      const whole = q.floor(exponent);
      switch (kind) {
        case 'integer': {
          if (whole === 0n || expression?.kind !== 'number') break;
          factor = q.multiply(factor, q.power(expression.value, whole));
          exponents.set(id, q.subtract(exponent, q.rational(whole)));
          break;
        }
        case 'half-turn': {
          let rest = q.subtract(exponent, q.rational(whole));
          if (whole % 2n !== 0n) factor = q.negate(factor);
          if (q.compare(rest, q.rational(1, 2)) >= 0) {
            rest = q.subtract(rest, q.rational(1, 2));
            exponents.set('ι', q.add(exponents.get('ι') ?? q.ZERO, q.ONE));
          }
          exponents.set(id, rest);
          break;
        }
        case 'unit': {
          const now = exponents.get(id) ?? exponent;
          if (!q.isInteger(now)) break;
          const quarter = ((now.numerator % 4n) + 4n) % 4n;
          if (quarter >= 2n) factor = q.negate(factor);
          exponents.set(id, q.rational(quarter % 2n));
          break;
        }
        case 'sign':
          if (q.isInteger(exponent)) exponents.set(id, q.rational(((whole % 2n) + 2n) % 2n));
          break;
        case 'absolute':
        case 'root': {
          const period = kind === 'root' ? BigInt(index) : 2n;
          if (of === undefined || !q.isInteger(exponent)) break;
          const rounds = q.floorDivide(whole, period);
          if (rounds === 0n) break;
          exponents.set(id, q.rational(whole - rounds * period));
          times(of, kind === 'root' ? rounds : 2n * rounds);
          break;
        }
        default:
      }
    }
    // ι may have come after it was looked at.
    const turned = exponents.get('ι');
    if (turned !== undefined && q.isInteger(turned) && (turned.numerator > 1n || turned.numerator < 0n)) {
      return this.#settled(factor, [...exponents]);
    }
    const sorted = sortedPowers(exponents);
    const term: Polynomial = q.isZero(factor)
      ? NO_TERMS
      : new Map([[powersKey(sorted), { coefficient: factor, powers: sorted }]]);
    return others === undefined ? term : this.multiplyWhole(others, term);
  }

  /** Negative powers are of single terms only. */
  #wholePower(polynomial: Polynomial, exponent: bigint): Polynomial {
    if (exponent >= 0n) {
      let result: Polynomial = ONE_TERM;
      for (let i = 0n; i < exponent; i += 1n) result = this.multiplyWhole(result, polynomial);
      return result;
    }
    const term = onlyTerm(polynomial);
    if (term === undefined) throw new LimitError('a negative power of a sum');
    const count = q.rational(exponent);
    return this.#settled(
      q.power(term.coefficient, exponent),
      term.powers.map(([id, own]) => [id, q.multiply(own, count)] as const),
    );
  }
}
