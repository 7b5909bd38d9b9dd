/** Exact rational numbers over BigInt: lowest terms, positive denominator. */
import { LimitError, refuseBits } from './limits.ts';

export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export const ZERO: Rational = { numerator: 0n, denominator: 1n };
export const ONE: Rational = { numerator: 1n, denominator: 1n };

/** The quotient of two integers. Throws a RangeError for a denominator of 0. */
export function rational(numerator: bigint | number, denominator: bigint | number = 1n): Rational {
  let [n, d] = [BigInt(numerator), BigInt(denominator)];
  if (d === 0n) throw new RangeError('a denominator of 0');
  if (d === 1n) return { numerator: n, denominator: d };
  if (d < 0n) [n, d] = [-n, -d];
  const common = greatestCommonDivisor(n, d);
  return common === 1n
    ? { numerator: n, denominator: d }
    : { numerator: n / common, denominator: d / common };
}

export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

export function add(a: Rational, b: Rational): Rational {
  if (a.denominator === 1n && b.denominator === 1n)
    return { numerator: a.numerator + b.numerator, denominator: 1n };
  return rational(
    a.numerator * b.denominator + b.numerator * a.denominator,
    checked(a.denominator * b.denominator),
  );
}

export function negate(a: Rational): Rational {
  return { numerator: -a.numerator, denominator: a.denominator };
}

export function subtract(a: Rational, b: Rational): Rational {
  return add(a, negate(b));
}

export function multiply(a: Rational, b: Rational): Rational {
  return rational(checked(a.numerator * b.numerator), checked(a.denominator * b.denominator));
}

/** Throws a RangeError for a divisor of 0. */
export function divide(a: Rational, b: Rational): Rational {
  return rational(checked(a.numerator * b.denominator), checked(a.denominator * b.numerator));
}

/** An integer power. Throws a RangeError for a negative power of 0, a LimitError for a result that is too large. */
export function power(base: Rational, exponent: bigint): Rational {
  const size = exponent < 0n ? -exponent : exponent;
  const larger = Math.max(bitLength(base.numerator), bitLength(base.denominator));
  if (larger > 1) refuseBits(larger * Number(size));
  const [n, d] = larger > 1 ? [base.numerator ** size, base.denominator ** size] : unitPower(base, size);
  return exponent < 0n ? rational(d, n) : { numerator: n, denominator: d };
}

/** Powers of −1, 0 and 1, however large the exponent. */
function unitPower({ numerator }: Rational, exponent: bigint): readonly [bigint, bigint] {
  if (exponent === 0n) return [1n, 1n];
  return [numerator === -1n && exponent % 2n === 0n ? 1n : numerator, 1n];
}

/** Negative, 0 or positive as `a` is less than, equal to or greater than `b`. */
export function compare(a: Rational, b: Rational): -1 | 0 | 1 {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function isEqual(a: Rational, b: Rational): boolean {
  return a.numerator === b.numerator && a.denominator === b.denominator;
}

export function isZero(a: Rational): boolean {
  return a.numerator === 0n;
}

export function isInteger(a: Rational): boolean {
  return a.denominator === 1n;
}

/** The greatest integer not above `a`. */
export function floor(a: Rational): bigint {
  return floorDivide(a.numerator, a.denominator);
}

export function ceil(a: Rational): bigint {
  return -floorDivide(-a.numerator, a.denominator);
}

/** The quotient rounded down; the divisor is positive. */
export function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

/** Bits of the absolute value; 0 for 0. */
export function bitLength(a: bigint): number {
  const size = a < 0n ? -a : a;
  if (size < 0x20000000000000n) return size === 0n ? 0 : Math.floor(Math.log2(Number(size))) + 1;
  const hex = size.toString(16);
  return (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex[0] ?? '0', 16)));
}

/** The greatest integer whose `index`-th power is not above `a`, for `a` ≥ 0. */
export function integerRoot(a: bigint, index: number): bigint {
  if (a < 2n) return a;
  if (index === 1) return a;
  const k = BigInt(index);
  let guess = 1n << BigInt(Math.ceil(bitLength(a) / index));
  while (true) {
    const next = ((k - 1n) * guess + a / guess ** (k - 1n)) / k;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** The rational `index`-th root of a non-negative rational, if it has one. */
export function exactRoot(a: Rational, index: number): Rational | undefined {
  if (a.numerator < 0n || index < 1 || index > 4096) return undefined;
  const [n, d] = [integerRoot(a.numerator, index), integerRoot(a.denominator, index)];
  const k = BigInt(index);
  return n ** k === a.numerator && d ** k === a.denominator ? { numerator: n, denominator: d } : undefined;
}

/** As `3`, `-1/2`. */
export function rationalText({ numerator, denominator }: Rational): string {
  return denominator === 1n ? numerator.toString() : `${numerator}/${denominator}`;
}

function checked(value: bigint): bigint {
  // The cheap test first: most numbers are small.
  if (value > -0x1_0000_0000_0000_0000n && value < 0x1_0000_0000_0000_0000n) return value;
  if (bitLength(value) > 4 * 60_000) throw new LimitError('a number that is too large');
  return value;
}
