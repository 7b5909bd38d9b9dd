/**
 * Compares two expressions. Constants: rational ones exactly; real ones by enclosures, which prove a difference, and
 * by zero bounds and normal forms, which prove equality. With letters: normal forms prove equality; values at many
 * points prove a difference, if both have the same letters and differ at every point where both have a value.
 *
 * A letter is taken for any positive number that makes sense, integer or not, independent of the other letters. If
 * the expressions agree on many numbers of a kind, as on odd ones, and not on others, nothing is said.
 */
import { Random } from '../../stats/random.ts';
import { type Comparison, different, equal, unknown } from './comparison.ts';
import { decideZero } from './decide-zero.ts';
import { type Assignment, evaluate } from './evaluate.ts';
import { type Expression, expressionKey, lettersOf, opposite, someIn, sum } from './expression.ts';
import { Intervals, order } from './intervals.ts';
import { LimitError } from './limits.ts';
import { NormalForms } from './normal-form.ts';
import { type Polynomial, polynomialOf } from './polynomial.ts';
import { bitLength, isEqual, type Rational, rational, rationalText, ZERO } from './rational.ts';

/** `variables` are letters that either may depend on or not; of other letters both must have the same. */
export function compareExpressions(
  a: Expression,
  b: Expression,
  variables: ReadonlySet<string> = new Set(),
): Comparison {
  if (expressionKey(a) === expressionKey(b)) return equal('text', 'the same expression');
  const infinite = compareInfinities(a, b);
  if (infinite !== undefined) return infinite;
  const [lettersA, lettersB] = [lettersOf(a), lettersOf(b)];
  if (lettersA.size === 0 && lettersB.size === 0) return compareConstants(a, b);
  const proved = proveZero(sum(a, opposite(b)), [a, b]);
  if (proved) return equal('normal-form', 'their difference comes to 0');
  const letters = new Set([...lettersA, ...lettersB]);
  const differing = [...letters].filter((name) => lettersA.has(name) !== lettersB.has(name));
  if (differing.some((name) => !variables.has(name)))
    return unknown('they have different letters, which the problem may relate');
  return comparePoints(a, b, [...letters]);
}

function compareInfinities(a: Expression, b: Expression): Comparison | undefined {
  const [left, right] = [infinityOf(a), infinityOf(b)];
  if (left === 0 && right === 0) return undefined;
  if (left === undefined || right === undefined) return unknown('infinity within an expression');
  if (left === right) return equal('text', 'both are infinite');
  if (left !== 0 && right !== 0) return different('kind', 'one is plus, the other minus infinity');
  const { kind } = evaluate(left === 0 ? a : b, new Intervals(64), new Map());
  return kind === 'exact' || kind === 'enclosed'
    ? different('kind', 'one is infinite')
    : unknown('one is infinite');
}

/** 1 or −1 for plain infinity, 0 for an expression without it, undefined for one with it. */
function infinityOf(expression: Expression): -1 | 0 | 1 | undefined {
  const isInfinite = (part: Expression): boolean => part.kind === 'constant' && part.name === 'infinity';
  if (isInfinite(expression)) return 1;
  if (expression.kind === 'product' && expression.factors.length === 2) {
    const [first, second] = expression.factors;
    if (first?.kind === 'number' && second !== undefined && isInfinite(second))
      return first.value.numerator < 0n ? -1 : first.value.numerator > 0n ? 1 : undefined;
  }
  return someIn(expression, isInfinite) ? undefined : 0;
}

function compareConstants(a: Expression, b: Expression): Comparison {
  const intervals = new Intervals(64);
  const [valueA, valueB] = [evaluate(a, intervals, new Map()), evaluate(b, intervals, new Map())];
  if (valueA.kind === 'exact' && valueB.kind === 'exact') {
    const texts = [shown(valueA.value), shown(valueB.value)];
    return isEqual(valueA.value, valueB.value)
      ? equal('rational', `both are ${texts[0]}`)
      : different('rational', texts.join(' is not '));
  }
  if (valueA.kind === 'undefined-there' || valueB.kind === 'undefined-there')
    return hasUnit(a) || hasUnit(b) ? compareComplex(a, b) : compareUnreal(a, b);
  if (hasUnit(a) || hasUnit(b)) return compareComplex(a, b);
  const difference = sum(a, opposite(b));
  const early = decideZero(difference, 256);
  if (early === undefined && proveZero(difference, [a, b]))
    return equal('normal-form', 'their difference comes to 0');
  const decision = early ?? decideZero(difference);
  if (decision === undefined) return unknown('their values are too near to tell them apart');
  return decision.isZero
    ? equal('zero-bound', 'their difference is nearer to 0 than such a number can be, unless it is 0')
    : different('enclosure', 'their values lie in disjoint intervals');
}

/** √(−1/2) is the same number however it is written; 1/0 is none. */
function compareUnreal(a: Expression, b: Expression): Comparison {
  return proveZero(sum(a, opposite(b)), [a, b])
    ? equal('normal-form', 'their difference comes to 0')
    : unknown('one has no real value');
}

function hasUnit(expression: Expression): boolean {
  return someIn(expression, (part) => part.kind === 'constant' && part.name === 'i');
}

/** Complex constants: proved different where real and imaginary part can be told apart and one of them is not 0. */
function compareComplex(a: Expression, b: Expression): Comparison {
  const forms = new NormalForms([a, b]);
  const { numerator, denominator } = forms.of(sum(a, opposite(b)));
  if (numerator.size === 0) return equal('normal-form', 'their difference comes to 0');
  if (denominator.size !== 1) return unknown('complex numbers that do not come apart');
  const parts = new Map<boolean, Polynomial>();
  for (const [key, term] of numerator) {
    const imaginary = term.powers.some(([id]) => id === 'ι');
    const powers = term.powers.filter(([id]) => id !== 'ι');
    parts.set(imaginary, new Map([...(parts.get(imaginary) ?? []), [key, { ...term, powers }]]));
  }
  const decisions = [...parts.values()].map((part) => {
    const expression = forms.algebra.expressionOfWhole(part);
    return expression === undefined ? undefined : decideZero(expression)?.isZero;
  });
  if (decisions.some((isZero) => isZero === false))
    return different('enclosure', 'their real or imaginary parts differ');
  return decisions.every((isZero) => isZero === true)
    ? equal('zero-bound', 'real and imaginary parts are equal')
    : unknown('complex numbers that could not be told apart');
}

/** Whether an expression comes to 0, as a sum whose parts with the same letters have coefficients that are 0. */
export function proveZero(expression: Expression, compared: readonly Expression[] = [expression]): boolean {
  const forms = new NormalForms(compared);
  let numerator: Polynomial;
  try {
    ({ numerator } = forms.of(expression));
  } catch (error) {
    // A division by 0 that only the normal form shows: there is no value to be equal to.
    if (error instanceof RangeError || error instanceof LimitError) return false;
    throw error;
  }
  if (numerator.size === 0) return true;
  const { algebra } = forms;
  const groups = new Map<string, Map<string, Polynomial>>();
  for (const [key, term] of numerator) {
    const isNumber = (id: string): boolean => {
      const { kind, hasLetters, expression: own } = algebra.generator(id);
      return !hasLetters && own !== undefined && (kind === 'integer' || kind === 'root');
    };
    const rest = term.powers.filter(([id]) => !isNumber(id));
    const name = rest.map(([id, exponent]) => `${id}^${rationalText(exponent)}`).join('*');
    const group = groups.get(name) ?? new Map();
    group.set(
      key,
      polynomialOf(
        term.coefficient,
        term.powers.filter(([id]) => isNumber(id)),
      ),
    );
    groups.set(name, group);
  }
  return [...groups.values()].every((group) => {
    if (group.size < 2) return false;
    const terms = [...group.values()].map((term) => algebra.expressionOfWhole(term));
    return terms.every((term) => term !== undefined) && decideZero(sum(...terms))?.isZero === true;
  });
}

/**
 * Values at points of several kinds. An accident of small numbers is let pass (n and n² agree at 1); agreement at many
 * points of a kind, or at any large integer, may be agreement wherever the problem looks, and proves nothing.
 */
function comparePoints(a: Expression, b: Expression, letters: readonly string[]): Comparison {
  const random = new Random('points', ...letters);
  // A floor takes integers most often, and is the same for many small ones.
  const isStepwise = [a, b].some((one) => someIn(one, isRounded));
  let apart = 0;
  let example = '';
  for (const { draw, accidents } of isStepwise ? [largeIntegers, largeIntegers] : pointKinds) {
    let together = 0;
    const seen = new Set<string>();
    for (let i = 0; i < 10; i += 1) {
      const values = letters.map(() => draw(random));
      const text = values.map((value, index) => `${letters[index]} = ${rationalText(value)}`).join(', ');
      // Letters with the same value cancel by accident.
      if (seen.has(text) || new Set(values.map(rationalText)).size < letters.length) continue;
      seen.add(text);
      const point = new Map(letters.map((name, index) => [name, values[index] ?? ZERO]));
      const relation = relationAt(a, b, point);
      if (relation === 'together') together += 1;
      if (relation !== 'apart') continue;
      apart += 1;
      if (example === '') example = text;
    }
    if (together > accidents)
      return unknown('they agree at some values of the letters, and could not be proved equal');
  }
  return apart >= 6
    ? different('points', `they differ at ${apart} points, for one where ${example}`)
    : unknown('there are too few values of the letters where both have one');
}

interface PointKind {
  readonly draw: (random: Random) => Rational;
  /** Points of ten where they may agree all the same. */
  readonly accidents: number;
}

const largeIntegers: PointKind = { draw: (random) => rational(random.integer(100, 900)), accidents: 0 };
const pointKinds: readonly PointKind[] = [
  { draw: (random) => rational(random.integer(2, 17)), accidents: 2 },
  largeIntegers,
  { draw: (random) => rational(random.integer(1, 21), 22), accidents: 1 },
  { draw: (random) => rational(random.integer(12, 140), 11), accidents: 1 },
];

function isRounded(part: Expression): boolean {
  return part.kind === 'call' && (part.name === 'floor' || part.name === 'ceil') && lettersOf(part).size > 0;
}

function relationAt(a: Expression, b: Expression, point: Assignment): 'apart' | 'together' | 'nowhere' {
  try {
    for (const bits of [96, 384]) {
      const intervals = new Intervals(bits);
      const [left, right] = [evaluate(a, intervals, point), evaluate(b, intervals, point)];
      if (left.kind === 'exact' && right.kind === 'exact')
        return isEqual(left.value, right.value) ? 'together' : 'apart';
      if (left.kind === 'undefined-there' || right.kind === 'undefined-there') return 'nowhere';
      if (left.kind === 'undecided' || right.kind === 'undecided') continue;
      const [x, y] = [left, right].map((value) =>
        value.kind === 'exact' ? intervals.of(value.value) : value.interval,
      );
      if (x !== undefined && y !== undefined && order(x, y) !== 0) return 'apart';
      // Wide intervals may overlap whatever the values are.
      const isTight = [x, y].every(
        (value) => value !== undefined && bitLength(value.high - value.low) < bits - 64,
      );
      if (bits === 384) return isTight ? 'together' : 'nowhere';
    }
    return 'nowhere';
  } catch (error) {
    if (error instanceof LimitError) return 'nowhere';
    throw error;
  }
}

function shown(value: Rational): string {
  const text = rationalText(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** The value, where it is a rational number. */
export function rationalValue(expression: Expression): Rational | undefined {
  if (expression.kind === 'number') return expression.value;
  if (lettersOf(expression).size > 0) return undefined;
  const value = evaluate(expression, new Intervals(64), new Map());
  return value.kind === 'exact' ? value.value : undefined;
}

/** −1, 0 or 1 as the first real constant is less than, equal to or greater than the second; undefined if unknown. */
export function orderConstants(a: Expression, b: Expression): -1 | 0 | 1 | undefined {
  if (lettersOf(a).size > 0 || lettersOf(b).size > 0) return undefined;
  const verdict = compareExpressions(a, b).verdict;
  if (verdict === 'equal') return 0;
  if (verdict === 'unknown') return undefined;
  for (let bits = 64; bits <= 4096; bits *= 2) {
    const value = evaluate(sum(a, opposite(b)), new Intervals(bits), new Map());
    if (value.kind === 'exact') return value.value.numerator < 0n ? -1 : 1;
    if (value.kind !== 'enclosed') continue;
    if (value.interval.high < 0n) return -1;
    if (value.interval.low > 0n) return 1;
  }
  return undefined;
}
