/**
 * The value of an expression at values of its letters, rational or enclosed: exact where it is rational, otherwise enclosed.
 * `undefined-there` is a proof that there is no real value (a division by 0, a root of a negative number); `undecided`
 * says that this precision does not tell, or that this kind of expression is not evaluated.
 */
import { arctangent, cosine, exponential, logarithm, pi, sine } from './elementary.ts';
import type { Expression } from './expression.ts';
import { type Interval, type Intervals, order, signOf } from './intervals.ts';
import { LimitError, refuseBits } from './limits.ts';
import {
  add,
  bitLength,
  ceil,
  compare,
  divide,
  exactRoot,
  floor,
  greatestCommonDivisor,
  isInteger,
  isZero,
  multiply,
  negate,
  ONE,
  power,
  type Rational,
  rational,
  ZERO,
} from './rational.ts';

export type Value =
  | { readonly kind: 'exact'; readonly value: Rational }
  | { readonly kind: 'enclosed'; readonly interval: Interval }
  | { readonly kind: 'undefined-there' }
  | { readonly kind: 'undecided' };

export type Assignment = ReadonlyMap<string, Rational | Interval>;

const undecided: Value = { kind: 'undecided' };
const nowhere: Value = { kind: 'undefined-there' };
const exact = (value: Rational): Value => ({ kind: 'exact', value });

export function evaluate(expression: Expression, intervals: Intervals, letters: Assignment): Value {
  return new Evaluation(intervals, letters).of(expression);
}

class Evaluation {
  readonly #in: Intervals;
  readonly #letters: Assignment;

  constructor(intervals: Intervals, letters: Assignment) {
    this.#in = intervals;
    this.#letters = letters;
  }

  of(expression: Expression): Value {
    switch (expression.kind) {
      case 'number':
        return exact(expression.value);
      case 'constant':
        if (expression.name === 'pi') return enclosed(pi(this.#in));
        if (expression.name === 'e') return enclosed(exponential(this.#in, this.#in.of(ONE)));
        return undecided;
      case 'letter': {
        const value = this.#letters.get(expression.name);
        if (value === undefined) return undecided;
        return 'low' in value ? enclosed(value) : exact(value);
      }
      case 'sum':
        return this.#fold(expression.terms, ZERO, add, (a, b) => this.#in.add(a, b));
      case 'product':
        return this.#fold(expression.factors, ONE, multiply, (a, b) => this.#in.multiply(a, b));
      case 'quotient':
        return this.#quotient(this.of(expression.numerator), this.of(expression.denominator));
      case 'power':
        return this.#power(this.of(expression.base), this.of(expression.exponent));
      case 'call':
        return this.#call(
          expression.name,
          expression.arguments.map((argument) => this.of(argument)),
        );
      default:
        return undecided;
    }
  }

  #fold(
    parts: readonly Expression[],
    start: Rational,
    exactly: (a: Rational, b: Rational) => Rational,
    enclosing: (a: Interval, b: Interval) => Interval,
  ): Value {
    let rest = start;
    let interval: Interval | undefined;
    let doubtful = false;
    for (const part of parts) {
      const value = this.of(part);
      if (value.kind === 'undefined-there') return value;
      if (value.kind === 'undecided') doubtful = true;
      else if (value.kind === 'exact') rest = exactly(rest, value.value);
      else interval = interval === undefined ? value.interval : enclosing(interval, value.interval);
    }
    if (doubtful) return undecided;
    return interval === undefined ? exact(rest) : enclosed(enclosing(interval, this.#in.of(rest)));
  }

  #quotient(a: Value, b: Value): Value {
    const trouble = firstTrouble([a, b]);
    if (trouble !== undefined) return trouble;
    if (b.kind === 'exact') {
      if (isZero(b.value)) return nowhere;
      if (a.kind === 'exact') return exact(divide(a.value, b.value));
    }
    const result = this.#in.divide(this.#interval(a), this.#interval(b));
    return result === undefined ? undecided : enclosed(result);
  }

  #power(base: Value, exponent: Value): Value {
    const trouble = firstTrouble([base, exponent]);
    if (trouble !== undefined) return trouble;
    if (exponent.kind === 'exact') {
      const { numerator, denominator } = exponent.value;
      if (denominator === 1n) return this.#integerPower(base, numerator);
      if (denominator > 4096n) return undecided;
      return this.#integerPower(this.#root(base, Number(denominator)), numerator);
    }
    const interval = this.#interval(base);
    const sign = signOf(interval);
    if (sign === 0 || sign === -1) return nowhere;
    if (sign === undefined) return undecided;
    const logOfBase = logarithm(this.#in, interval);
    return enclosed(exponential(this.#in, this.#in.multiply(this.#interval(exponent), logOfBase)));
  }

  #integerPower(base: Value, exponent: bigint): Value {
    if (base.kind === 'exact') {
      if (isZero(base.value) && exponent <= 0n) return nowhere;
      return exact(power(base.value, exponent));
    }
    if (base.kind !== 'enclosed') return base;
    const size = exponent < 0n ? -exponent : exponent;
    const magnitude = bitLength(this.#in.absolute(base.interval).high) - this.#in.bits;
    refuseBits(Math.max(1, magnitude) * Number(size));
    let result = this.#in.of(ONE);
    for (let square = base.interval, rest = size; rest > 0n; rest >>= 1n) {
      if (rest & 1n) result = this.#in.multiply(result, square);
      if (rest > 1n) square = this.#in.multiply(square, square);
    }
    if (size % 2n === 0n && result.low < 0n) result = { low: 0n, high: result.high };
    return exponent < 0n ? this.#quotient(exact(ONE), enclosed(result)) : enclosed(result);
  }

  #root(radicand: Value, index: number): Value {
    if (radicand.kind === 'exact') {
      const { value } = radicand;
      if (value.numerator < 0n) {
        if (index % 2 === 0) return nowhere;
        return negated(this.#root(exact(negate(value)), index), this.#in);
      }
      const root = exactRoot(value, index);
      return root === undefined ? this.#enclosedRoot(this.#in.of(value), index) : exact(root);
    }
    if (radicand.kind !== 'enclosed') return radicand;
    const sign = signOf(radicand.interval);
    if (sign === -1) {
      if (index % 2 === 0) return nowhere;
      return negated(this.#enclosedRoot(this.#in.negate(radicand.interval), index), this.#in);
    }
    // Where 0 is within, the radicand may as well be negative, and the root not exist.
    return sign === undefined && radicand.interval.low < 0n
      ? undecided
      : this.#enclosedRoot(radicand.interval, index);
  }

  /** Roots of a high index by their logarithm: the integer whose root it would be is too long. */
  #enclosedRoot(radicand: Interval, index: number): Value {
    if (index <= 8 || radicand.low <= 0n) return enclosed(this.#in.root(radicand, index));
    const part = this.#in.of(rational(1, index));
    return enclosed(exponential(this.#in, this.#in.multiply(logarithm(this.#in, radicand), part)));
  }

  #call(name: Extract<Expression, { kind: 'call' }>['name'], values: readonly Value[]): Value {
    const trouble = firstTrouble(values);
    if (trouble !== undefined) return trouble;
    const [a = undecided, b = undecided] = values;
    switch (name) {
      case 'root': {
        if (b.kind !== 'exact' || !isInteger(b.value)) return undecided;
        const index = Number(b.value.numerator);
        return index >= 1 && index <= 4096 ? this.#root(a, index) : undecided;
      }
      case 'abs':
        if (a.kind === 'exact') return a.value.numerator < 0n ? exact(negate(a.value)) : a;
        return enclosed(this.#in.absolute(this.#interval(a)));
      case 'floor':
        return this.#rounded(a, floor);
      case 'ceil':
        return this.#rounded(a, ceil);
      case 'factorial':
      case 'doubleFactorial':
        return factorial(a, name === 'factorial' ? 1n : 2n);
      case 'binomial':
        return binomial(a, b);
      case 'gcd':
      case 'lcm':
        return commonDivisor(values, name);
      case 'max':
      case 'min':
        return this.#extreme(values, name === 'max' ? 1 : -1);
      case 'mod':
        if (a.kind !== 'exact' || b.kind !== 'exact' || b.value.numerator <= 0n) return undecided;
        return exact(add(a.value, negate(multiply(b.value, rational(floor(divide(a.value, b.value)))))));
      case 'ln':
        return this.#logarithm(a);
      case 'log':
        return this.#quotient(this.#logarithm(a), this.#logarithm(b));
      default:
        return this.#trigonometric(name, this.#interval(a));
    }
  }

  #rounded(a: Value, round: (value: Rational) => bigint): Value {
    if (a.kind === 'exact') return exact(rational(round(a.value)));
    if (a.kind !== 'enclosed') return a;
    const ends = [a.interval.low, a.interval.high].map((end) => round(rational(end, this.#in.one)));
    return ends[0] === ends[1] ? exact(rational(ends[0] ?? 0n)) : undecided;
  }

  #extreme(values: readonly Value[], direction: 1 | -1): Value {
    let best = values[0] ?? undecided;
    for (const value of values.slice(1)) {
      if (best.kind === 'exact' && value.kind === 'exact') {
        if (compare(value.value, best.value) === direction) best = value;
        continue;
      }
      const ordered = order(this.#interval(value), this.#interval(best));
      if (ordered === 0) return undecided;
      if (ordered === direction) best = value;
    }
    return best;
  }

  #logarithm(a: Value): Value {
    if (a.kind === 'exact' && a.value.numerator === a.value.denominator) return exact(ZERO);
    const interval = this.#interval(a);
    const sign = signOf(interval);
    if (sign === undefined) return undecided;
    return sign === 1 ? enclosed(logarithm(this.#in, interval)) : nowhere;
  }

  #trigonometric(name: string, x: Interval): Value {
    const one = enclosed(this.#in.of(ONE));
    switch (name) {
      case 'sin':
        return enclosed(sine(this.#in, x));
      case 'cos':
        return enclosed(cosine(this.#in, x));
      case 'tan':
        return this.#quotient(enclosed(sine(this.#in, x)), enclosed(cosine(this.#in, x)));
      case 'cot':
        return this.#quotient(enclosed(cosine(this.#in, x)), enclosed(sine(this.#in, x)));
      case 'sec':
        return this.#quotient(one, enclosed(cosine(this.#in, x)));
      case 'csc':
        return this.#quotient(one, enclosed(sine(this.#in, x)));
      case 'arctan':
        return enclosed(arctangent(this.#in, x));
      case 'arcsin':
        return this.#arcsine(x);
      case 'arccos': {
        const arcsine = this.#arcsine(x);
        if (arcsine.kind !== 'enclosed') return arcsine;
        const { low, high } = pi(this.#in);
        const half = { low: low >> 1n, high: (high >> 1n) + 1n };
        return enclosed(this.#in.add(half, this.#in.negate(arcsine.interval)));
      }
      default:
        return undecided;
    }
  }

  /** arcsin x = 2 arctan(x / (1 + √(1 − x²))). */
  #arcsine(x: Interval): Value {
    const { one } = this.#in;
    if (x.low > one || x.high < -one) return nowhere;
    const rest = this.#in.add(this.#in.of(ONE), this.#in.negate(this.#in.multiply(x, x)));
    const root = this.#in.root(rest, 2);
    const argument = this.#in.divide(x, this.#in.add(this.#in.of(ONE), root));
    if (argument === undefined) return undecided;
    const half = arctangent(this.#in, argument);
    return enclosed(this.#in.add(half, half));
  }

  #interval(value: Value): Interval {
    if (value.kind === 'exact') return this.#in.of(value.value);
    if (value.kind === 'enclosed') return value.interval;
    throw new TypeError(`no interval for a value that is ${value.kind}`);
  }
}

function enclosed(interval: Interval): Value {
  return { kind: 'enclosed', interval };
}

function negated(value: Value, intervals: Intervals): Value {
  if (value.kind === 'exact') return exact(negate(value.value));
  return value.kind === 'enclosed' ? enclosed(intervals.negate(value.interval)) : value;
}

function firstTrouble(values: readonly Value[]): Value | undefined {
  return (
    values.find(({ kind }) => kind === 'undefined-there') ?? values.find(({ kind }) => kind === 'undecided')
  );
}

/** n! and n!! of integers from 0 on; of others, nothing is said. */
function factorial(value: Value, step: bigint): Value {
  if (value.kind !== 'exact' || !isInteger(value.value)) return undecided;
  const n = value.value.numerator;
  if (n < 0n) return n === -1n && step === 2n ? exact(ONE) : undecided;
  if (n > 5000n) throw new LimitError('a factorial that is too large');
  let result = 1n;
  for (let k = n; k > 1n; k -= step) result *= k;
  return exact(rational(result));
}

function binomial(top: Value, bottom: Value): Value {
  if (top.kind !== 'exact' || bottom.kind !== 'exact') return undecided;
  if (!isInteger(top.value) || !isInteger(bottom.value)) return undecided;
  const [n, k] = [top.value.numerator, bottom.value.numerator];
  if (n < 0n || k < 0n) return undecided;
  if (k > n) return exact(ZERO);
  const least = k < n - k ? k : n - k;
  if (least > 5000n) throw new LimitError('a binomial coefficient that is too large');
  refuseBits(bitLength(n) * Number(least));
  let result = 1n;
  for (let i = 1n; i <= least; i += 1n) result = (result * (n - least + i)) / i;
  return exact(rational(result));
}

function commonDivisor(values: readonly Value[], name: 'gcd' | 'lcm'): Value {
  let result: bigint | undefined;
  for (const value of values) {
    if (value.kind !== 'exact' || !isInteger(value.value) || isZero(value.value)) return undecided;
    const n = value.value.numerator < 0n ? -value.value.numerator : value.value.numerator;
    if (result === undefined) result = n;
    else {
      const divisor = greatestCommonDivisor(result, n);
      result = name === 'gcd' ? divisor : (result / divisor) * n;
    }
  }
  return result === undefined ? undecided : exact(rational(result));
}
