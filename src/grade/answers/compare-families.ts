/**
 * Families of values such as 2x² + c for any c: what they run through is an affine space if the parameters occur to the
 * first power only. Families with different spaces differ, whatever infinitely many numbers the parameters may be.
 */
import { type Expression, lettersOf } from './expression.ts';
import { NormalForms } from './normal-form.ts';
import { constantOf } from './polynomial.ts';
import type { Rational } from './rational.ts';
import * as q from './rational.ts';

type Vector = Map<string, Rational>;

/** True where the families are known to differ. */
export function familiesDiffer(
  [a, b]: readonly [Expression, Expression],
  [parametersA, parametersB]: readonly [ReadonlySet<string>, ReadonlySet<string>],
  variables: Iterable<string> = [],
): boolean {
  const free = new Set(variables);
  const forms = new NormalForms([a, b]);
  const [left, right] = [spaceOf(forms, a, parametersA), spaceOf(forms, b, parametersB)];
  if (left === undefined || right === undefined) return false;
  // Whatever else they depend on must be the same, but for the arguments of functions.
  const others = (expression: Expression, own: ReadonlySet<string>): string =>
    [...lettersOf(expression)]
      .filter((name) => !own.has(name) && !free.has(name))
      .sort()
      .join(' ');
  if (others(a, parametersA) !== others(b, parametersB)) return false;
  const [basisA, basisB] = [reduced(left.directions), reduced(right.directions)];
  if (keyOf(basisA) !== keyOf(basisB)) return true;
  return remainder(difference(left.base, right.base), basisA).size > 0;
}

interface Space {
  readonly base: Vector;
  readonly directions: readonly Vector[];
}

function spaceOf(
  forms: NormalForms,
  expression: Expression,
  parameters: ReadonlySet<string>,
): Space | undefined {
  const { numerator, denominator } = forms.of(expression);
  if (constantOf(denominator) === undefined) return undefined;
  const base: Vector = new Map();
  const directions = new Map<string, Vector>();
  for (const { coefficient, powers } of numerator.values()) {
    // Only letters are independent of one another.
    if (powers.some(([id, exponent]) => !id.startsWith("'") || id.includes('^') || !q.isInteger(exponent)))
      return undefined;
    const own = powers.filter(([id]) => parameters.has(id.slice(1)));
    const [first] = own;
    if (own.length > 1 || (first !== undefined && !q.isEqual(first[1], q.ONE))) return undefined;
    const rest = powers
      .filter(([id]) => !parameters.has(id.slice(1)))
      .map(([id, exponent]) => `${id}^${q.rationalText(exponent)}`)
      .join('*');
    const vector = first === undefined ? base : (directions.get(first[0]) ?? new Map());
    vector.set(rest, coefficient);
    if (first !== undefined) directions.set(first[0], vector);
  }
  return { base, directions: [...directions.values()] };
}

/** Vectors in reduced echelon form, by the greatest key of each. */
function reduced(vectors: readonly Vector[]): Vector[] {
  let basis: Vector[] = [];
  for (const vector of vectors) {
    const rest = remainder(vector, basis);
    const lead = leadOf(rest);
    if (lead === undefined) continue;
    const unit = scaledBy(rest, q.divide(q.ONE, rest.get(lead) ?? q.ONE));
    basis = [...basis.map((other) => difference(other, scaledBy(unit, other.get(lead) ?? q.ZERO))), unit];
  }
  return basis.sort((x, y) => ((leadOf(x) ?? '') < (leadOf(y) ?? '') ? -1 : 1));
}

function remainder(vector: Vector, basis: readonly Vector[]): Vector {
  let rest = vector;
  for (const unit of basis) {
    const lead = leadOf(unit);
    if (lead !== undefined) rest = difference(rest, scaledBy(unit, rest.get(lead) ?? q.ZERO));
  }
  return rest;
}

function leadOf(vector: Vector): string | undefined {
  return [...vector.keys()].sort().at(-1);
}

function scaledBy(vector: Vector, factor: Rational): Vector {
  if (q.isZero(factor)) return new Map();
  return new Map([...vector].map(([key, value]) => [key, q.multiply(value, factor)]));
}

function difference(a: Vector, b: Vector): Vector {
  const result = new Map(a);
  for (const [key, value] of b) {
    const rest = q.subtract(result.get(key) ?? q.ZERO, value);
    if (q.isZero(rest)) result.delete(key);
    else result.set(key, rest);
  }
  return result;
}

function keyOf(basis: readonly Vector[]): string {
  return basis
    .map((vector) =>
      [...vector]
        .map(([key, value]) => `${key}:${q.rationalText(value)}`)
        .sort()
        .join(' '),
    )
    .join('; ');
}
