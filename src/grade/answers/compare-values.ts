/** Two values with their units. A unit that only one of them has is the one that the problem asks for. */
import type { Answer } from './answer.ts';
import { compareExpressions } from './compare-expressions.ts';
import { type Comparison, unknown } from './comparison.ts';
import { type Expression, number, product, quotient, someIn } from './expression.ts';

type Value = Extract<Answer, { readonly kind: 'value' }>;

export function compareValues(a: Value, b: Value, variables: ReadonlySet<string> = new Set()): Comparison {
  if (a.approximate === true || b.approximate === true) return unknown('one is only known to some digits');
  const [left, right] = [a.unit, b.unit];
  if (left === right) return withAngles(a, b, variables);
  if (left === '%' || right === '%') return comparePercent(a, b);
  if (left !== undefined && right !== undefined) return unknown(`one is in ${left}, the other in ${right}`);
  return withAngles(a, b, variables);
}

function withAngles(a: Value, b: Value, variables: ReadonlySet<string>): Comparison {
  const comparison = compareExpressions(a.value, b.value, variables);
  const hasPi = [a.value, b.value].some((value) => someIn(value, isPi));
  if (!hasPi || comparison.verdict === 'equal') return comparison;
  // 60° and π/3, where the sign was written.
  if (a.unit !== b.unit && (a.unit === '°' || b.unit === '°')) {
    const [x, y] = a.unit === '°' ? [radians(a.value), b.value] : [a.value, radians(b.value)];
    return compareExpressions(x, y);
  }
  return couldBeOneAngle(a.value, b.value)
    ? unknown('one may be in degrees, the other in radians')
    : comparison;
}

/** 60 and π/3 without any sign: the same angle, if it is one. */
function couldBeOneAngle(a: Expression, b: Expression): boolean {
  const withPi = [a, b].filter((value) => someIn(value, isPi));
  const [angle] = withPi;
  if (withPi.length !== 1 || angle === undefined) return false;
  const degrees = angle === a ? b : a;
  return compareExpressions(angle, radians(degrees)).verdict === 'equal';
}

/** 50 % and 0.5 are equal; 50 % and 50 are, where the problem asks for percent. */
function comparePercent(a: Value, b: Value): Comparison {
  const comparison = compareExpressions(a.value, b.value);
  if (comparison.verdict !== 'different') return comparison;
  const [x, y] =
    a.unit === '%' ? [product(a.value, number(100)), b.value] : [a.value, product(b.value, number(100))];
  return compareExpressions(x, y).verdict === 'different'
    ? comparison
    : unknown('one is in percent, and the other may be');
}

function radians(degrees: Expression): Expression {
  return quotient(product(degrees, { kind: 'constant', name: 'pi' }), number(180));
}

function isPi(part: Expression): boolean {
  return part.kind === 'constant' && part.name === 'pi';
}
