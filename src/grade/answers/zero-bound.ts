/**
 * How small a real algebraic number that is not 0 can be. So an enclosure narrower than this bound that holds 0 proves
 * that the number is 0: numerical evaluation decides equality of radicals exactly.
 *
 * The bound (Burnikel, Funke, Mehlhorn, Schirra, Schmitt: A separation bound for real algebraic expressions, 2001):
 * write E = U / L with algebraic integers U and L, all of whose conjugates are at most u and l in absolute value, in
 * a field of degree at most D, the product of the indices of the different roots. Unless E is 0 the norm of U is at
 * least 1, so |U| ≥ u^(1 − D) and |E| ≥ u^(1 − D) / l. Twice a cosine of a rational part of π is an algebraic integer
 * with conjugates up to 2 in a cyclotomic field, whose degree joins D once.
 */
import { type Expression, expressionKey } from './expression.ts';
import { add, bitLength, divide, isZero, multiply, ONE, type Rational, rational, ZERO } from './rational.ts';

/** Logarithms to base 2, rounded up, of u and l. */
interface Sizes {
  readonly u: number;
  readonly l: number;
}

/** Bits after the point at which an enclosure of `expression` − 0 decides; undefined for what is not algebraic. */
export function decisiveBits(expression: Expression): number | undefined {
  const fields: Fields = { roots: new Map(), cyclotomic: 1 };
  const sizes = sizesOf(expression, fields);
  if (sizes === undefined) return undefined;
  let degree = totient(fields.cyclotomic);
  for (const index of fields.roots.values()) degree *= index;
  const bits = (degree - 1) * sizes.u + sizes.l;
  return Number.isFinite(bits) ? Math.ceil(bits) + 2 : undefined;
}

interface Fields {
  /** Index of each different root, by what it is. */
  readonly roots: Map<string, number>;
  /** Order of the roots of unity that the cosines and sines need. */
  cyclotomic: number;
}

function sizesOf(expression: Expression, fields: Fields): Sizes | undefined {
  switch (expression.kind) {
    case 'number':
      return sizesOfRational(expression.value);
    case 'sum':
      return combined(expression.terms, fields, (a, b) => ({
        u: Math.max(a.u + b.l, b.u + a.l) + 1,
        l: a.l + b.l,
      }));
    case 'product':
      return combined(expression.factors, fields, (a, b) => ({ u: a.u + b.u, l: a.l + b.l }));
    case 'quotient':
      return combined([expression.numerator, expression.denominator], fields, (a, b) => ({
        u: a.u + b.l,
        l: a.l + b.u,
      }));
    case 'power':
      return sizesOfPower(expression.base, expression.exponent, fields);
    case 'call':
      return sizesOfCall(expression, fields);
    default:
      return undefined;
  }
}

function sizesOfRational({ numerator, denominator }: Rational): Sizes {
  return { u: Math.max(1, bitLength(numerator)), l: Math.max(0, bitLength(denominator - 1n)) };
}

function combined(
  parts: readonly Expression[],
  fields: Fields,
  combine: (a: Sizes, b: Sizes) => Sizes,
): Sizes | undefined {
  let all: Sizes | undefined;
  for (const part of parts) {
    const sizes = sizesOf(part, fields);
    if (sizes === undefined) return undefined;
    all = all === undefined ? sizes : combine(all, sizes);
  }
  return all;
}

function sizesOfPower(base: Expression, exponent: Expression, fields: Fields): Sizes | undefined {
  if (exponent.kind !== 'number') return undefined;
  const { numerator, denominator } = exponent.value;
  const inner = sizesOf(base, fields);
  if (inner === undefined || denominator > 64n) return undefined;
  const root = denominator === 1n ? inner : rootSizes(base, inner, Number(denominator), fields);
  const times = Number(numerator < 0n ? -numerator : numerator);
  const raised = { u: Math.max(1, root.u * times), l: root.l * times };
  return numerator < 0n ? { u: Math.max(1, raised.l), l: raised.u } : raised;
}

function rootSizes(radicand: Expression, { u, l }: Sizes, index: number, fields: Fields): Sizes {
  fields.roots.set(`${index}:${expressionKey(radicand)}`, index);
  // The root of U / L is the root of U L^(index − 1), over L.
  return { u: Math.max(1, (u + (index - 1) * l) / index), l };
}

function sizesOfCall(
  { name, arguments: parts }: Extract<Expression, { kind: 'call' }>,
  fields: Fields,
): Sizes | undefined {
  const [argument, second] = parts;
  if (argument === undefined) return undefined;
  if (name === 'root') {
    if (second?.kind !== 'number') return undefined;
    return sizesOfPower(
      argument,
      { kind: 'number', value: rational(second.value.denominator, second.value.numerator) },
      fields,
    );
  }
  // |x| is x or −x.
  if (name === 'abs') return sizesOf(argument, fields);
  const turn = partOfPi(argument);
  if (turn === undefined) return undefined;
  // cos(π p / q) = (ζ + 1/ζ) / 2 with ζ of order 2q; sines and tangents need a quarter turn as well.
  const order = 4 * Number(turn.denominator);
  if (order > 2000) return undefined;
  fields.cyclotomic = leastCommonMultiple(fields.cyclotomic, order);
  if (fields.cyclotomic > 10_000) return undefined;
  switch (name) {
    case 'sin':
    case 'cos':
      return { u: 1, l: 1 };
    case 'tan':
    case 'cot':
    case 'sec':
    case 'csc':
      // Quotients of sines, cosines and 1, over the common denominator 2.
      return { u: 2, l: 2 };
    default:
      return undefined;
  }
}

/** The rational r of an argument r π. */
function partOfPi(expression: Expression): Rational | undefined {
  const linear = linearInPi(expression);
  return linear !== undefined && isZero(linear.rest) ? linear.turn : undefined;
}

/** An expression as turn · π + rest with rational turn and rest. */
function linearInPi(
  expression: Expression,
): { readonly turn: Rational; readonly rest: Rational } | undefined {
  switch (expression.kind) {
    case 'number':
      return { turn: ZERO, rest: expression.value };
    case 'constant':
      return expression.name === 'pi' ? { turn: ONE, rest: ZERO } : undefined;
    case 'sum':
      return foldLinear(expression.terms, { turn: ZERO, rest: ZERO }, (a, b) => ({
        turn: add(a.turn, b.turn),
        rest: add(a.rest, b.rest),
      }));
    case 'product':
      return foldLinear(expression.factors, { turn: ZERO, rest: ONE }, (a, b) =>
        isZero(a.turn) || isZero(b.turn)
          ? {
              turn: add(multiply(a.turn, b.rest), multiply(a.rest, b.turn)),
              rest: multiply(a.rest, b.rest),
            }
          : undefined,
      );
    case 'quotient': {
      const [top, bottom] = [linearInPi(expression.numerator), linearInPi(expression.denominator)];
      if (top === undefined || bottom === undefined || !isZero(bottom.turn) || isZero(bottom.rest))
        return undefined;
      return { turn: divide(top.turn, bottom.rest), rest: divide(top.rest, bottom.rest) };
    }
    default:
      return undefined;
  }
}

type Linear = NonNullable<ReturnType<typeof linearInPi>>;

function foldLinear(
  parts: readonly Expression[],
  start: Linear,
  combine: (a: Linear, b: Linear) => Linear | undefined,
): Linear | undefined {
  let all: Linear | undefined = start;
  for (const part of parts) {
    const next = linearInPi(part);
    if (all === undefined || next === undefined) return undefined;
    all = combine(all, next);
  }
  return all;
}

function totient(n: number): number {
  let [result, rest] = [n, n];
  for (let p = 2; p * p <= rest; p += 1) {
    if (rest % p !== 0) continue;
    while (rest % p === 0) rest /= p;
    result -= result / p;
  }
  return rest > 1 ? result - result / rest : result;
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
