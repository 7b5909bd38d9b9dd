/**
 * Roots and absolute values in the algebra: positive factors leave a root whole, squares leave it as absolute values,
 * and what is left becomes a generator whose power is its radicand.
 */
import type { Algebra, Fraction } from './algebra.ts';
import { call, number } from './expression.ts';
import {
  commonPowers,
  contentOf,
  leadingTerm,
  onlyTerm,
  type Polynomial,
  polynomialKey,
  polynomialOf,
  scaled,
  sortedPowers,
} from './polynomial.ts';
import type { Rational } from './rational.ts';
import * as q from './rational.ts';

/** A positive rational to a rational power, with primes as generators. */
export function powerOfRational(algebra: Algebra, base: Rational, exponent: Rational): Fraction {
  if (q.isInteger(exponent)) return algebra.number(q.power(base, exponent.numerator));
  let result = algebra.number(q.ONE);
  const parts = [
    [base.numerator, exponent],
    [base.denominator, q.negate(exponent)],
  ] as const;
  for (const [integer, sign] of parts) {
    for (const [prime, times] of factorsOf(integer)) {
      const generator = {
        kind: 'integer',
        expression: number(prime),
        hasLetters: false,
      } as const;
      const power = algebra.powerOf(`#${prime}`, generator, q.multiply(sign, q.rational(times)));
      result = algebra.multiply(result, power);
    }
  }
  return result;
}

/**
 * Primes with their exponents. What trial division leaves is kept whole, or as the power that it is: a generator need
 * not be prime for its relations to hold.
 */
export function factorsOf(integer: bigint): Map<bigint, number> {
  const factors = new Map<bigint, number>();
  let rest = integer;
  for (let p = 2n; p < 5000n && p * p <= rest; p += p === 2n ? 1n : 2n) {
    while (rest % p === 0n) {
      factors.set(p, (factors.get(p) ?? 0) + 1);
      rest /= p;
    }
  }
  if (rest > 1n) {
    let [base, times] = [rest, 1];
    for (const k of [2, 3, 5, 7]) {
      const root = q.integerRoot(base, k);
      if (root ** BigInt(k) === base) [base, times] = [root, times * k];
    }
    factors.set(base, (factors.get(base) ?? 0) + times);
  }
  return factors;
}

/** The root of a fraction, or undefined where it is not real. */
export function rootOf(algebra: Algebra, fraction: Fraction, index: number): Fraction | undefined {
  const { numerator, denominator } = fraction;
  if (numerator.size === 0) return fraction;
  if (denominator.size === 1) return rootOfWhole(algebra, numerator, index);
  // N / D under a root is N D^(index − 1) under it, over D, or over |D| for an even index.
  let radicand = numerator;
  for (let i = 1; i < index; i += 1) radicand = algebra.multiplyWhole(radicand, denominator);
  const top = rootOfWhole(algebra, radicand, index);
  const bottom = { numerator: denominator, denominator: polynomialOf(q.ONE) };
  const below = index % 2 === 0 ? absoluteOf(algebra, bottom) : bottom;
  return top === undefined ? undefined : algebra.multiply(top, algebra.invert(below));
}

function rootOfWhole(algebra: Algebra, radicand: Polynomial, index: number): Fraction | undefined {
  const content = contentOf(radicand);
  const inverse = q.rational(1, index);
  let result = powerOfRational(algebra, content, inverse);
  const inside: [string, Rational][] = [];
  const divisor: [string, Rational][] = [];
  for (const [id, exponent] of commonPowers(radicand)) {
    const { kind, of } = algebra.generator(id);
    divisor.push([id, q.negate(exponent)]);
    if (kind === 'positive' || kind === 'integer') {
      result = algebra.multiply(
        result,
        algebra.powerOf(id, algebra.generator(id), q.multiply(exponent, inverse)),
      );
      continue;
    }
    if (!q.isInteger(exponent) || (kind !== 'letter' && kind !== 'absolute') || of !== undefined) {
      inside.push([id, exponent]);
      continue;
    }
    const whole = q.floorDivide(exponent.numerator, BigInt(index));
    const base = algebra.powerOf(id, algebra.generator(id));
    const outside = index % 2 === 0 ? absoluteOf(algebra, base) : base;
    if (whole !== 0n) result = algebra.multiply(result, algebra.integerPower(outside, whole));
    const rest = exponent.numerator - whole * BigInt(index);
    if (rest !== 0n) inside.push([id, q.rational(rest)]);
  }
  const primitive = algebra.multiplyWhole(
    scaled(radicand, q.divide(q.ONE, content)),
    polynomialOf(q.ONE, sortedPowers(divisor)),
  );
  if (index === 2 && inside.length === 0) {
    const square = squareRootOf(algebra, primitive);
    if (square !== undefined) {
      const root = { numerator: square, denominator: polynomialOf(q.ONE) };
      return algebra.multiply(result, absoluteOf(algebra, root));
    }
  }
  let rest = algebra.multiplyWhole(primitive, polynomialOf(q.ONE, sortedPowers(inside)));
  const only = onlyTerm(rest);
  if (only !== undefined && only.powers.length === 0) {
    if (only.coefficient.numerator > 0n) return result;
    if (index % 2 === 1) return algebra.negate(result);
    const unit = { kind: 'unit', expression: undefined, hasLetters: false } as const;
    return index === 2 ? algebra.multiply(result, algebra.powerOf('ι', unit)) : undefined;
  }
  if (index % 2 === 1 && (leadingTerm(rest)?.coefficient.numerator ?? 1n) < 0n) {
    rest = scaled(rest, q.rational(-1));
    result = algebra.negate(result);
  }
  const inner = algebra.expressionOfWhole(rest);
  const generator = {
    kind: 'root',
    expression: inner === undefined ? undefined : call('root', inner, number(index)),
    hasLetters: algebra.hasLetters(rest),
    of: rest,
    index,
  } as const;
  return algebra.multiply(result, algebra.powerOf(`√${index}[${polynomialKey(rest)}]`, generator));
}

/** |N / D|. */
export function absoluteOf(algebra: Algebra, { numerator, denominator }: Fraction): Fraction {
  const top = absoluteOfWhole(algebra, numerator);
  return denominator.size === 1
    ? top
    : algebra.multiply(top, algebra.invert(absoluteOfWhole(algebra, denominator)));
}

function absoluteOfWhole(algebra: Algebra, polynomial: Polynomial): Fraction {
  if (polynomial.size === 0) return algebra.number(q.ZERO);
  const content = contentOf(polynomial);
  const divisor: [string, Rational][] = [];
  let result = algebra.number(content);
  for (const [id, exponent] of commonPowers(polynomial)) {
    const generator = algebra.generator(id);
    const isPositive = ['positive', 'integer', 'absolute'].includes(generator.kind);
    const isEvenRoot = generator.kind === 'root' && (generator.index ?? 1) % 2 === 0;
    const isLetter = generator.kind === 'letter' && q.isInteger(exponent);
    if (!isPositive && !isEvenRoot && !isLetter) continue;
    divisor.push([id, q.negate(exponent)]);
    const power = isLetter
      ? algebra.integerPower(absoluteGenerator(algebra, id), exponent.numerator)
      : algebra.powerOf(id, generator, exponent);
    result = algebra.multiply(result, power);
  }
  let rest = algebra.multiplyWhole(
    scaled(polynomial, q.divide(q.ONE, content)),
    polynomialOf(q.ONE, sortedPowers(divisor)),
  );
  const only = onlyTerm(rest);
  if (only !== undefined && only.powers.length === 0) return result;
  if ((leadingTerm(rest)?.coefficient.numerator ?? 1n) < 0n) rest = scaled(rest, q.rational(-1));
  const inner = algebra.expressionOfWhole(rest);
  const generator = {
    kind: 'absolute',
    expression: inner === undefined ? undefined : call('abs', inner),
    hasLetters: algebra.hasLetters(rest),
    of: rest,
  } as const;
  return algebra.multiply(result, algebra.powerOf(`|${polynomialKey(rest)}|`, generator));
}

function absoluteGenerator(algebra: Algebra, id: string): Fraction {
  const { expression, hasLetters } = algebra.generator(id);
  const of = polynomialOf(q.ONE, [[id, q.ONE]]);
  const absolute = expression === undefined ? undefined : call('abs', expression);
  return algebra.powerOf(`|${polynomialKey(of)}|`, {
    kind: 'absolute',
    expression: absolute,
    hasLetters,
    of,
  });
}

/** A polynomial whose square this is, term by term from the leading one; undefined where there is none. */
function squareRootOf(algebra: Algebra, square: Polynomial): Polynomial | undefined {
  if (square.size < 2 || square.size > 60) return undefined;
  // In an order of monomials that products keep: exponents compared generator by generator.
  const order = [...new Set([...square.values()].flatMap(({ powers }) => powers.map(([id]) => id)))].sort();
  const first = (polynomial: Polynomial) =>
    [...polynomial.values()].reduce((best, term) =>
      isBefore(term.powers, best.powers, order) ? term : best,
    );
  const leading = first(square);
  const coefficient = q.exactRoot(leading.coefficient, 2);
  if (coefficient === undefined) return undefined;
  const half = q.rational(1, 2);
  const start = leading.powers.map(([id, exponent]) => [id, q.multiply(exponent, half)] as const);
  if (start.some(([, exponent]) => !q.isInteger(exponent))) return undefined;
  let root = polynomialOf(coefficient, start);
  for (let step = 0; step <= square.size; step += 1) {
    const rest = new Map(square);
    const minus = scaled(algebra.multiplyWhole(root, root), q.rational(-1));
    for (const [key, term] of minus) {
      const own = rest.get(key);
      const sum = own === undefined ? term.coefficient : q.add(own.coefficient, term.coefficient);
      if (q.isZero(sum)) rest.delete(key);
      else rest.set(key, { coefficient: sum, powers: term.powers });
    }
    if (rest.size === 0) return root;
    const next = first(rest);
    const exponents = new Map(next.powers);
    for (const [id, exponent] of start) exponents.set(id, q.subtract(exponents.get(id) ?? q.ZERO, exponent));
    const powers = sortedPowers(exponents);
    if (powers.some(([, exponent]) => exponent.numerator < 0n)) return undefined;
    const term = polynomialOf(q.divide(next.coefficient, q.add(coefficient, coefficient)), powers);
    root = new Map([...root, ...term]);
  }
  return undefined;
}

function isBefore(
  a: readonly (readonly [string, Rational])[],
  b: typeof a,
  order: readonly string[],
): boolean {
  const [left, right] = [new Map(a), new Map(b)];
  for (const id of order) {
    const difference = q.compare(left.get(id) ?? q.ZERO, right.get(id) ?? q.ZERO);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
