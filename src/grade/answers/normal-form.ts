/**
 * Expressions as fractions of polynomials. Powers with letters in the exponent come apart into primes and monomials,
 * sines and cosines into powers of e^(ι·), factorials and floors lose their whole shifts, logarithms their products.
 * What is not understood becomes a generator of its own, named by the normal form of its arguments.
 */
import { Algebra, type Fraction, type Generator } from './algebra.ts';
import { decideSign, decideZero } from './decide-zero.ts';
import { evaluate } from './evaluate.ts';
import {
  call,
  type Expression,
  type FunctionName,
  lettersOf,
  number,
  opposite,
  product,
  quotient,
  raise,
  someIn,
  sum,
} from './expression.ts';
import { Intervals } from './intervals.ts';
import { LimitError } from './limits.ts';
import {
  commonPowers,
  constantOf,
  contentOf,
  onlyTerm,
  type Polynomial,
  type Powers,
  polynomialKey,
  polynomialOf,
  powersKey,
  scaled,
  sortedPowers,
} from './polynomial.ts';
import type { Rational } from './rational.ts';
import * as q from './rational.ts';
import { absoluteOf, factorsOf, rootOf } from './roots.ts';

const HALF = q.rational(1, 2);
const inverseFunctions: Partial<Record<FunctionName, FunctionName>> = {
  arcsin: 'sin',
  arccos: 'cos',
  arctan: 'tan',
};

export class NormalForms {
  readonly algebra = new Algebra();
  readonly #nonNegative: ReadonlySet<string>;
  /** Of a generator base^[powers]: what it is a power of. */
  readonly #exponentials = new Map<string, { readonly base: string; readonly powers: Powers }>();

  /** `expressions` are those that will be compared: a letter under an even root in one is not negative in any. */
  constructor(expressions: readonly Expression[]) {
    this.#nonNegative = new Set(expressions.flatMap((one) => [...nonNegativeLetters(one)]));
  }

  of(expression: Expression): Fraction {
    const { algebra } = this;
    switch (expression.kind) {
      case 'number':
        return algebra.number(expression.value);
      case 'constant':
        return this.#constant(expression.name, expression);
      case 'letter': {
        const kind = this.#nonNegative.has(expression.name) ? 'positive' : 'letter';
        return algebra.powerOf(`'${expression.name}`, { kind, expression, hasLetters: true });
      }
      case 'sum':
        return expression.terms.map((term) => this.of(term)).reduce((a, b) => algebra.add(a, b));
      case 'product':
        return expression.factors.map((factor) => this.of(factor)).reduce((a, b) => algebra.multiply(a, b));
      case 'quotient':
        return algebra.multiply(
          this.of(expression.numerator),
          algebra.invert(this.of(expression.denominator)),
        );
      case 'power':
        return this.#power(this.of(expression.base), this.of(expression.exponent));
      case 'call':
        return this.#call(expression);
      case 'application':
        return this.#opaque(expression.name, expression);
      case 'either-sign':
        throw new LimitError('a sign that was left open');
    }
  }

  #constant(name: string, expression: Expression): Fraction {
    switch (name) {
      case 'pi':
        return this.algebra.powerOf('π', { kind: 'positive', expression, hasLetters: false });
      case 'e':
        return this.algebra.powerOf('e', { kind: 'positive', expression, hasLetters: false });
      case 'i':
        return this.algebra.powerOf('ι', this.algebra.generator('ι'));
      default:
        throw new LimitError('infinity within an expression');
    }
  }

  #opaque(name: string, expression: Extract<Expression, { kind: 'call' | 'application' }>): Fraction {
    const keys = expression.arguments.map((argument) => this.#key(this.of(argument)));
    const isSymmetric = ['gcd', 'lcm', 'max', 'min'].includes(name);
    const id = `${expression.kind} ${name}(${(isSymmetric ? keys.sort() : keys).join(',')})`;
    const hasLetters = expression.kind === 'application' || lettersOf(expression).size > 0;
    return this.algebra.powerOf(id, { kind: 'letter', expression, hasLetters });
  }

  #key({ numerator, denominator }: Fraction): string {
    const key = polynomialKey(numerator);
    return constantOf(denominator) === undefined ? `(${key})/(${polynomialKey(denominator)})` : key;
  }

  #power(base: Fraction, exponent: Fraction): Fraction {
    const rational = constantOf(exponent.denominator) && constantOf(exponent.numerator);
    if (rational !== undefined) return this.#rationalPower(base, rational);
    const above = this.#symbolicPower(base.numerator, exponent);
    if (constantOf(base.denominator) !== undefined) return above;
    return this.algebra.multiply(above, this.algebra.invert(this.#symbolicPower(base.denominator, exponent)));
  }

  #rationalPower(base: Fraction, { numerator, denominator }: Rational): Fraction {
    if (denominator === 1n) return this.algebra.integerPower(base, numerator);
    if (denominator > 64n) throw new LimitError('a root of too high an index');
    const root = rootOf(this.algebra, base, Number(denominator));
    if (root === undefined) throw new LimitError('a root that is not real');
    return this.algebra.integerPower(root, numerator);
  }

  /** Power by power: base^(c m + …) = (base^m)^c · …. */
  #symbolicPower(base: Polynomial, exponent: Fraction): Fraction {
    const { algebra } = this;
    let result = algebra.number(q.ONE);
    for (const { coefficient, powers } of this.#exponentTerms(exponent)) {
      const factor =
        powers.length === 0
          ? this.#rationalPower({ numerator: base, denominator: polynomialOf(q.ONE) }, coefficient)
          : this.#powerOfParts(base, coefficient, powers);
      result = algebra.multiply(result, factor);
    }
    return result;
  }

  /** The terms of an exponent; a fraction that is no sum of terms is one. */
  #exponentTerms(exponent: Fraction): readonly { readonly coefficient: Rational; readonly powers: Powers }[] {
    if (constantOf(exponent.denominator) !== undefined) return [...exponent.numerator.values()];
    const expression = this.algebra.expressionOf(exponent);
    const id = `(${this.#key(exponent)})`;
    const whole = this.algebra.powerOf(id, { kind: 'letter', expression, hasLetters: true });
    return [...whole.numerator.values()];
  }

  #powerOfParts(base: Polynomial, coefficient: Rational, powers: Powers): Fraction {
    const { algebra } = this;
    if (base.size === 0) throw new LimitError('a power of 0 with an open exponent');
    const content = contentOf(base);
    let result = algebra.number(q.ONE);
    const take = (id: string, generator: Generator, times: Rational): void => {
      const exponent = q.multiply(coefficient, times);
      result = algebra.multiply(result, this.#exponential(id, generator, powers, exponent));
    };
    for (const [integer, sign] of [
      [content.numerator, 1],
      [content.denominator, -1],
    ] as const) {
      for (const [prime, times] of factorsOf(integer)) {
        const generator = { kind: 'integer', expression: number(prime), hasLetters: false } as const;
        take(`#${prime}`, generator, q.rational(sign * times));
      }
    }
    const common = commonPowers(base);
    for (const [id, exponent] of common) take(id, algebra.generator(id), exponent);
    const rest = algebra.multiplyWhole(
      scaled(base, q.divide(q.ONE, content)),
      polynomialOf(
        q.ONE,
        common.map(([id, exponent]) => [id, q.negate(exponent)] as const),
      ),
    );
    const only = onlyTerm(rest);
    if (only !== undefined && only.powers.length === 0) {
      if (only.coefficient.numerator < 0n)
        take('-', { kind: 'sign', expression: number(-1), hasLetters: false }, q.ONE);
    } else {
      const expression = algebra.expressionOfWhole(rest);
      const hasLetters = algebra.hasLetters(rest);
      take(`(${polynomialKey(rest)})`, { kind: 'letter', expression, hasLetters }, q.ONE);
    }
    return result;
  }

  #exponential(baseId: string, base: Generator, powers: Powers, times: Rational): Fraction {
    const before = this.#exponentials.get(baseId);
    if (before !== undefined) {
      const root = this.algebra.generator(before.base);
      return this.#exponential(before.base, root, sortedPowers(mergedPowers(before.powers, powers)), times);
    }
    const logarithm = baseId === 'e' ? powers[0] : undefined;
    if (powers.length === 1 && logarithm !== undefined && q.isEqual(logarithm[1], q.ONE)) {
      // e^(ln 5) is 5.
      const prime = /^ln #(\d+)$/.exec(logarithm[0])?.[1];
      if (prime !== undefined) {
        const generator = { kind: 'integer', expression: number(BigInt(prime)), hasLetters: false } as const;
        return this.algebra.powerOf(`#${prime}`, generator, times);
      }
    }
    // Made known, so that a power of this power finds it.
    this.algebra.powerOf(baseId, base);
    const exponent = this.algebra.expressionOfWhole(polynomialOf(q.ONE, powers));
    const id = `${baseId}^[${powersKey(powers)}]`;
    this.#exponentials.set(id, { base: baseId, powers });
    const isPositive = base.kind === 'positive' || base.kind === 'integer';
    const kind = isPositive ? 'positive' : base.kind === 'sign' ? 'sign' : 'letter';
    const expression =
      base.expression === undefined || exponent === undefined ? undefined : raise(base.expression, exponent);
    const hasLetters = base.hasLetters || powers.some(([name]) => this.algebra.generator(name).hasLetters);
    return this.algebra.powerOf(id, { kind, expression, hasLetters }, times);
  }

  #call(expression: Extract<Expression, { kind: 'call' }>): Fraction {
    const { name, arguments: args } = expression;
    const [a = number(0), b = number(0)] = args;
    const { algebra } = this;
    if (lettersOf(expression).size === 0) {
      const value = evaluate(expression, new Intervals(256), new Map());
      if (value.kind === 'exact') return algebra.number(value.value);
    }
    switch (name) {
      case 'root': {
        if (b.kind !== 'number' || b.value.numerator <= 0n) return this.of(raise(a, quotient(number(1), b)));
        return this.#rationalPower(this.of(a), q.divide(q.ONE, b.value));
      }
      case 'abs': {
        const sign = lettersOf(a).size === 0 ? decideSign(a) : undefined;
        if (sign !== undefined) return this.of(sign < 0 ? opposite(a) : a);
        return absoluteOf(algebra, this.of(a));
      }
      case 'floor':
        return this.#floor(this.of(a));
      case 'ceil':
        return algebra.negate(this.#floor(algebra.negate(this.of(a))));
      case 'factorial':
        return this.#factorial(this.of(a));
      case 'doubleFactorial':
        return this.#doubleFactorial(expression, a);
      case 'binomial': {
        const rest = call('factorial', sum(a, opposite(b)));
        return this.of(quotient(call('factorial', a), product(call('factorial', b), rest)));
      }
      case 'ln':
        return this.#logarithm(this.of(a));
      case 'log':
        return algebra.multiply(this.#logarithm(this.of(a)), algebra.invert(this.#logarithm(this.of(b))));
      case 'sin':
      case 'cos':
      case 'tan':
      case 'cot':
      case 'sec':
      case 'csc':
        return this.#trigonometric(name, this.of(a));
      case 'arcsin':
      case 'arccos':
      case 'arctan':
        return this.#inverse(expression, a);
      default:
        return this.#opaque(name, expression);
    }
  }

  #floor(argument: Fraction): Fraction {
    const shift = this.#shiftOf(argument);
    const rest = this.algebra.add(argument, this.algebra.number(q.rational(-shift)));
    const expression = this.algebra.expressionOf(rest);
    if (rest.numerator.size === 0) return this.algebra.number(q.rational(shift));
    const inner = this.algebra.powerOf(`⌊${this.#key(rest)}⌋`, {
      kind: 'letter',
      expression: expression === undefined ? undefined : call('floor', expression),
      hasLetters: this.algebra.hasLetters(rest.numerator) || this.algebra.hasLetters(rest.denominator),
    });
    return this.algebra.add(inner, this.algebra.number(q.rational(shift)));
  }

  /** The whole part of the constant term. */
  #shiftOf({ numerator, denominator }: Fraction): bigint {
    const term = constantOf(denominator) === undefined ? undefined : numerator.get('');
    return term === undefined ? 0n : q.floor(term.coefficient);
  }

  #factorial(argument: Fraction): Fraction {
    const { algebra } = this;
    const shift = this.#shiftOf(argument);
    if (shift > 40n || shift < -40n) throw new LimitError('a factorial shifted too far');
    const rest = algebra.add(argument, algebra.number(q.rational(-shift)));
    const inner = algebra.expressionOf(rest);
    let result = algebra.powerOf(`!${this.#key(rest)}`, {
      kind: 'positive',
      expression: inner === undefined ? undefined : call('factorial', inner),
      hasLetters: algebra.hasLetters(rest.numerator) || algebra.hasLetters(rest.denominator),
    });
    const shifted = (by: bigint): Fraction => algebra.add(rest, algebra.number(q.rational(by)));
    for (let k = 1n; k <= shift; k += 1n) result = algebra.multiply(result, shifted(k));
    for (let k = 0n; k > shift; k -= 1n) result = algebra.multiply(result, algebra.invert(shifted(k)));
    return result;
  }

  /** (2m)!! = 2^m m! and (2m − 1)!! = (2m)! / (2^m m!). */
  #doubleFactorial(expression: Extract<Expression, { kind: 'call' }>, argument: Expression): Fraction {
    const { numerator, denominator } = this.of(argument);
    const isEven = (value: Rational): boolean => q.isInteger(value) && value.numerator % 2n === 0n;
    const shift = numerator.get('')?.coefficient ?? q.ZERO;
    const others = [...numerator].filter(([key]) => key !== '');
    if (
      constantOf(denominator) === undefined ||
      !q.isInteger(shift) ||
      !others.every(([, { coefficient }]) => isEven(coefficient))
    )
      return this.#opaque('doubleFactorial', expression);
    const odd = !isEven(shift);
    const half = quotient(odd ? sum(argument, number(1)) : argument, number(2));
    const even = product(raise(number(2), half), call('factorial', half));
    return this.of(odd ? quotient(call('factorial', sum(argument, number(1))), even) : even);
  }

  #logarithm({ numerator, denominator }: Fraction): Fraction {
    const top = this.#logarithmOfWhole(numerator);
    if (constantOf(denominator) !== undefined) return top;
    return this.algebra.add(top, this.algebra.negate(this.#logarithmOfWhole(denominator)));
  }

  #logarithmOfWhole(polynomial: Polynomial): Fraction {
    const { algebra } = this;
    if (polynomial.size === 0) throw new LimitError('a logarithm of 0');
    let result = algebra.number(q.ZERO);
    const take = (id: string, inner: Expression | undefined, hasLetters: boolean, times: Rational): void => {
      const expression = inner === undefined ? undefined : call('ln', inner);
      const one = algebra.powerOf(`ln ${id}`, { kind: 'letter', expression, hasLetters });
      result = algebra.add(result, algebra.multiply(one, algebra.number(times)));
    };
    const content = contentOf(polynomial);
    for (const [integer, sign] of [
      [content.numerator, 1],
      [content.denominator, -1],
    ] as const)
      for (const [prime, times] of factorsOf(integer))
        take(`#${prime}`, number(prime), false, q.rational(sign * times));
    const divisor: [string, Rational][] = [];
    for (const [id, exponent] of commonPowers(polynomial)) {
      const { kind, expression, hasLetters } = algebra.generator(id);
      if (!['letter', 'positive', 'integer'].includes(kind) || expression === undefined) continue;
      // The logarithm of a letter's even power does not need the letter to be positive.
      if (kind === 'letter' && (exponent.denominator !== 1n || exponent.numerator % 2n === 0n)) continue;
      divisor.push([id, q.negate(exponent)]);
      const power = this.#exponentials.get(id);
      if (id === 'e') result = algebra.add(result, algebra.number(exponent));
      else if (power !== undefined) {
        const times = { numerator: polynomialOf(exponent, power.powers), denominator: polynomialOf(q.ONE) };
        const base = algebra.powerOf(power.base, algebra.generator(power.base));
        result = algebra.add(result, algebra.multiply(times, this.#logarithm(base)));
      } else take(id, expression, hasLetters, exponent);
    }
    const rest = algebra.multiplyWhole(
      scaled(polynomial, q.divide(q.ONE, content)),
      polynomialOf(q.ONE, sortedPowers(divisor)),
    );
    const only = onlyTerm(rest);
    if (only?.powers.length === 0 && only.coefficient.numerator === 1n) return result;
    const key = `(${polynomialKey(rest)})`;
    take(key, algebra.expressionOfWhole(rest), algebra.hasLetters(rest), q.ONE);
    return result;
  }

  #trigonometric(name: 'sin' | 'cos' | 'tan' | 'cot' | 'sec' | 'csc', argument: Fraction): Fraction {
    const { algebra } = this;
    const forward = this.#turn(argument);
    const backward = this.#turn(algebra.negate(argument));
    const twiceCosine = algebra.add(forward, backward);
    const unit = algebra.powerOf('ι', algebra.generator('ι'), q.rational(-1));
    const twiceSine = algebra.multiply(unit, algebra.add(forward, algebra.negate(backward)));
    const half = (value: Fraction): Fraction => algebra.multiply(value, algebra.number(HALF));
    switch (name) {
      case 'sin':
        return half(twiceSine);
      case 'cos':
        return half(twiceCosine);
      case 'tan':
        return algebra.multiply(twiceSine, algebra.invert(twiceCosine));
      case 'cot':
        return algebra.multiply(twiceCosine, algebra.invert(twiceSine));
      case 'sec':
        return algebra.invert(half(twiceCosine));
      case 'csc':
        return algebra.invert(half(twiceSine));
    }
  }

  /** e^(ι argument). */
  #turn(argument: Fraction): Fraction {
    const { algebra } = this;
    let result = algebra.number(q.ONE);
    for (const { coefficient, powers } of this.#exponentTerms(argument)) {
      const key = powersKey(powers);
      const generator = { kind: 'letter', expression: undefined, hasLetters: true } as const;
      const turn =
        key === 'π^1'
          ? algebra.powerOf('½', algebra.generator('½'), coefficient)
          : algebra.powerOf(`turn[${key}]`, generator, coefficient);
      result = algebra.multiply(result, turn);
    }
    return result;
  }

  /** arctan 1 and its like are rational parts of π: guessed from the value, and proved. */
  #inverse(expression: Extract<Expression, { kind: 'call' }>, argument: Expression): Fraction {
    const direct = inverseFunctions[expression.name];
    if (direct !== undefined && lettersOf(expression).size === 0) {
      for (const [top, bottom] of partsOfPi) {
        const angle = product(number(q.rational(top, bottom)), { kind: 'constant', name: 'pi' });
        const isNear = decideZero(sum(expression, opposite(angle)), 64) === undefined;
        if (isNear && decideZero(sum(call(direct, angle), opposite(argument)))?.isZero === true)
          return this.of(angle);
      }
    }
    return this.#opaque(expression.name, expression);
  }
}

/** Within the ranges of arccos, arcsin and arctan. */
const partsOfPi = [1, 2, 3, 4, 5, 6, 8, 10, 12].flatMap((bottom) =>
  Array.from({ length: 2 * bottom + 1 }, (_, index) => [index - bottom, bottom] as const),
);

function mergedPowers(a: Powers, b: Powers): Map<string, Rational> {
  const merged = new Map(a);
  for (const [id, exponent] of b) merged.set(id, q.add(merged.get(id) ?? q.ZERO, exponent));
  return merged;
}

/** Letters that stand alone under an even root or in a logarithm. */
function nonNegativeLetters(expression: Expression): Set<string> {
  const names = new Set<string>();
  someIn(expression, (part) => {
    const inner =
      part.kind === 'call' && (isEvenRoot(part) || part.name === 'ln' || part.name === 'log')
        ? part.arguments[0]
        : part.kind === 'power' && part.exponent.kind === 'number' && isEven(part.exponent.value.denominator)
          ? part.base
          : undefined;
    if (inner?.kind === 'letter') names.add(inner.name);
    return false;
  });
  return names;
}

function isEvenRoot({ name, arguments: [, index] }: Extract<Expression, { kind: 'call' }>): boolean {
  return name === 'root' && index?.kind === 'number' && isEven(index.value.numerator);
}

function isEven(value: bigint): boolean {
  return value % 2n === 0n;
}
