/**
 * Compares two answers part by part. Lists and sets are compared without regard to order and repetition, tuples with
 * it; names are heeded where both have one; different kinds are different only if no usual notation confuses them.
 */
import type { Answer, Name, Piece } from './answer.ts';
import { compareEquations } from './compare-equations.ts';
import { rationalValue } from './compare-expressions.ts';
import { familiesDiffer } from './compare-families.ts';
import { compareGuarded } from './compare-guarded.ts';
import { compareValues } from './compare-values.ts';
import { type Comparison, different, equal, unanimous, unknown } from './comparison.ts';
import { setOfExpression } from './describe-integers.ts';
import { lettersOf, renameLetters } from './expression.ts';
import { compareIntegerSets, type IntegerSet } from './integer-sets.ts';
import { mapExpressions } from './letters-of-answer.ts';
import { LimitError, limits } from './limits.ts';
import { interval } from './parse-region.ts';
import { isInteger, rationalText } from './rational.ts';
import { compareRegions, integersInside, joined, point } from './regions.ts';

export interface Context {
  /** Letters that the problem gives; all others were introduced by the answers. Undefined where that is not known. */
  readonly given: ReadonlySet<string> | undefined;
  /** Arguments of the functions whose values are compared, which a value may or may not depend on. */
  readonly variables: ReadonlySet<string>;
}

export function compareStructures(a: Answer, b: Answer, context: Context): Comparison {
  const guarded = compareGuarded(a, b, context, comparePlain);
  return guarded ?? comparePlain(a, b, context);
}

function comparePlain(a: Answer, b: Answer, context: Context): Comparison {
  const records = compareRecords(a, b, context);
  if (records !== undefined) return records;
  if (a.kind === 'named' || b.kind === 'named') {
    const [left, right] = [distributed(a), distributed(b)];
    if (left !== a || right !== b) return comparePlain(left, right, context);
    const [x, y] = [regionUnnamed(a), regionUnnamed(b)];
    if ((x !== a || y !== b) && (x.kind === 'collection' || y.kind === 'collection'))
      return comparePlain(x, y, context);
    if (a.kind === 'collection' || b.kind === 'collection') return compareCollections(a, b, context);
    return compareNamed(a, b, context);
  }
  if (a.kind === 'words' || b.kind === 'words') return compareWords(a, b);
  if (a.kind === 'equation' || b.kind === 'equation') {
    if (a.kind === 'equation' && b.kind === 'equation') return compareEquations(a, b);
    return unknown('one is an equation');
  }
  if (a.kind === 'value' && b.kind === 'value') return compareValues(a, b, context.variables);
  if (a.kind === 'tuple' || b.kind === 'tuple') return compareTuples(a, b, context);
  if (a.kind === 'integers' || b.kind === 'integers') return compareIntegers(a, b);
  if (a.kind === 'region' || b.kind === 'region') return compareWithRegion(a, b);
  return compareCollections(a, b, context);
}

const answersOfYesOrNo = new Set(['yes', 'no', 'true', 'false']);

function compareWords(a: Answer, b: Answer): Comparison {
  const [left, right] = [a, b].map((answer) => (answer.kind === 'words' ? answer.text : undefined));
  if (left !== undefined && left === right) return equal('text', 'the same words');
  if (left === 'infinitely many' || right === 'infinitely many') {
    const other = left === 'infinitely many' ? b : a;
    const items = other.kind === 'collection' ? other.items : [other];
    if (items.every((item) => item.kind === 'value' && rationalValue(item.value) !== undefined))
      return different('kind', 'one says that there are infinitely many');
  }
  if (left === 'none' || right === 'none') {
    const other = left === 'none' ? b : a;
    if (other.kind !== 'words' && other.kind !== 'guarded')
      return different('kind', 'one says that there is none');
  }
  if (
    left !== undefined &&
    right !== undefined &&
    answersOfYesOrNo.has(left) &&
    answersOfYesOrNo.has(right)
  ) {
    const isYes = (text: string): boolean => text === 'yes' || text === 'true';
    if (isYes(left) !== isYes(right)) return different('text', 'one says yes, the other no');
    return equal('text', 'both say the same');
  }
  return unknown('words that are not the same');
}

/** 1 ≤ n ≤ 3 beside a list is a set of numbers, not one member. */
function regionUnnamed(answer: Answer): Answer {
  return answer.kind === 'named' && answer.answer.kind === 'region' ? answer.answer : answer;
}

/** x ∈ {1, 2} is x = 1 or x = 2. */
function distributed(answer: Answer): Answer {
  if (answer.kind !== 'named' || answer.answer.kind !== 'collection') return answer;
  const { name } = answer;
  const items = answer.answer.items.map((item): Answer => ({ kind: 'named', name, answer: item }));
  return { kind: 'collection', items, braces: false };
}

function compareNamed(a: Answer, b: Answer, context: Context): Comparison {
  if (a.kind !== 'named' || b.kind !== 'named') {
    const [named, other] = a.kind === 'named' ? [a, b] : [b, a];
    if (named.kind !== 'named') return comparePlain(a, b, context);
    const within = withVariables(context, named.name);
    const inner =
      a.kind === 'named' ? comparePlain(a.answer, b, within) : comparePlain(a, named.answer, within);
    const set = other.kind === 'integers' ? integersOf(named) : undefined;
    if (set === undefined || other.kind !== 'integers') return inner;
    return compareIntegerSets(set, other.set);
  }
  const names = compareNames(a.name, b.name);
  if (names === 'unrelated') return unknown('values of different names');
  const right =
    names === 'same' ? b.answer : mapExpressions(b.answer, (value) => renameLetters(value, names));
  const comparison = familyAware(a, { ...b, answer: right }, context);
  const [setA, setB] = [integersOf(a), integersOf(b)];
  if (setA === undefined || setB === undefined || comparison.verdict === 'equal') return comparison;
  const sets = compareIntegerSets(setA, setB);
  // n = 4k + 3 and n = 4m + 3 have different letters; n = 4k + 3 and n = 4k − 1 the same one.
  return comparison.verdict === 'unknown' ? sets : unanimous([comparison, sets]);
}

/**
 * Where the problem is unknown, further letters of a function may be constants that the answer leaves open: 2x + c and
 * 2x + c + 1 are then the same functions.
 */
function familyAware(a: NamedAnswer, b: NamedAnswer, context: Context): Comparison {
  const comparison = comparePlain(a.answer, b.answer, withVariables(context, a.name));
  if (comparison.verdict !== 'different' || context.given !== undefined || a.name.kind !== 'function')
    return comparison;
  const known = new Set(a.name.arguments);
  const [x, y] = [a.answer, b.answer];
  if (x.kind !== 'value' || y.kind !== 'value') return comparison;
  const open = [x, y].map(({ value }) => new Set([...lettersOf(value)].filter((name) => !known.has(name))));
  const [left = new Set<string>(), right = new Set<string>()] = open;
  if (left.size + right.size === 0 || familiesDiffer([x.value, y.value], [left, right], known))
    return comparison;
  return unknown('their further letters may be constants that are left open');
}

type NamedAnswer = Extract<Answer, { readonly kind: 'named' }>;

function withVariables(context: Context, name: Name): Context {
  if (name.kind !== 'function') return context;
  return { ...context, variables: new Set([...context.variables, ...name.arguments]) };
}

/** What a letter runs through that is said to be 4k + 3 or 2^k. */
function integersOf({ name, answer }: Extract<Answer, { kind: 'named' }>): IntegerSet | undefined {
  if (answer.kind === 'integers') return answer.set;
  if (name.kind !== 'letter' || answer.kind !== 'value' || lettersOf(answer.value).has(name.letter))
    return undefined;
  // y = 2x + 1 is a line, n = 2k + 1 an odd number.
  if (['x', 'y', 'z'].some((letter) => lettersOf(answer.value).has(letter))) return undefined;
  return setOfExpression(answer.value);
}

/** `same` where the values can be compared as they are, else the letters of the second in terms of the first. */
function compareNames(a: Name, b: Name): 'same' | 'unrelated' | ReadonlyMap<string, string> {
  // An angle and another angle are not the same thing; an angle and the letter x may be.
  if (a.kind === 'label' && b.kind === 'label') return a.text === b.text ? 'same' : 'unrelated';
  if (a.kind === 'label' || b.kind === 'label') return 'same';
  if (a.kind === 'letter' && b.kind === 'letter') return a.letter === b.letter ? 'same' : 'unrelated';
  if (a.kind === 'tuple' && b.kind === 'tuple')
    return a.letters.join(' ') === b.letters.join(' ') ? 'same' : 'unrelated';
  if (a.kind !== 'function' || b.kind !== 'function' || a.arguments.length !== b.arguments.length)
    return 'unrelated';
  return new Map(b.arguments.map((letter, index) => [letter, a.arguments[index] ?? letter] as const));
}

/** a = 1, b = 2: several names, each with its value. Undefined where the answers are not both such. */
function compareRecords(a: Answer, b: Answer, context: Context): Comparison | undefined {
  const [left, right] = [recordOf(a), recordOf(b)];
  if (left === undefined || right === undefined) return undefined;
  if (left.size !== right.size || [...left.keys()].some((name) => !right.has(name)))
    return unknown('values of different names');
  return conjunction(
    [...left].map(([name, answer]) => compareStructures(answer, right.get(name) ?? answer, context)),
  );
}

function recordOf(answer: Answer): Map<string, Answer> | undefined {
  if (answer.kind === 'named' && answer.name.kind === 'tuple') {
    const { letters } = answer.name;
    if (answer.answer.kind !== 'tuple' || answer.answer.items.length !== letters.length) return undefined;
    const { items } = answer.answer;
    return new Map(letters.map((letter, index) => [letter, items[index] ?? answer] as const));
  }
  if (answer.kind !== 'collection' || answer.items.length < 2) return undefined;
  const record = new Map<string, Answer>();
  for (const item of answer.items) {
    if (item.kind !== 'named' || (item.name.kind !== 'letter' && item.name.kind !== 'function'))
      return undefined;
    const { name } = item;
    record.set(name.letter, name.kind === 'letter' ? item.answer : { ...item, name });
  }
  return record.size === answer.items.length ? record : undefined;
}

function compareTuples(a: Answer, b: Answer, context: Context): Comparison {
  if (a.kind === 'tuple' && b.kind === 'tuple') {
    const { items } = b;
    const comparison =
      a.items.length === items.length
        ? conjunction(a.items.map((item, index) => compareStructures(item, items[index] ?? item, context)))
        : different('parts', `${a.items.length} elements, and ${items.length}`);
    if (a.square === b.square || comparison.verdict === 'different') return comparison;
    return unknown('different brackets around the same elements');
  }
  const [tuple, other] = a.kind === 'tuple' ? [a, b] : [b, a];
  if (tuple.kind !== 'tuple') return unknown('no tuple');
  switch (other.kind) {
    case 'region': {
      const piece = pieceOf(tuple);
      if (piece === undefined) return unknown('a tuple and an interval');
      return a.kind === 'tuple'
        ? compareRegions([piece], other.pieces)
        : compareRegions(other.pieces, [piece]);
    }
    case 'value':
      return lettersOf(other.value).size === 0
        ? different('kind', 'one is a number, the other a tuple')
        : unknown('one is a tuple');
    case 'collection': {
      if (other.braces || other.items.some(({ kind }) => kind === 'tuple'))
        return compareCollections(a, b, context);
      // 5, 3, 7 and (5, 3, 7) may be meant to be the same.
      const loose: Answer = { kind: 'collection', items: tuple.items, braces: false };
      return compareCollections(loose, other, context).verdict === 'different'
        ? different('parts', 'different elements')
        : unknown('a list and a tuple of the same elements');
    }
    default:
      return unknown('one is a tuple');
  }
}

function pieceOf({ items, square }: Extract<Answer, { kind: 'tuple' }>): Piece | undefined {
  const [low, high] = items;
  if (items.length !== 2 || low?.kind !== 'value' || high?.kind !== 'value') return undefined;
  return interval(low.value, high.value, square, square);
}

function compareIntegers(a: Answer, b: Answer): Comparison {
  if (a.kind === 'integers' && b.kind === 'integers') return compareIntegerSets(a.set, b.set);
  const [set, other] = a.kind === 'integers' ? [a.set, b] : b.kind === 'integers' ? [b.set, a] : [];
  if (set === undefined || other === undefined) return unknown('no set of integers');
  if (other.kind === 'value' || other.kind === 'collection') {
    const items = other.kind === 'value' ? [other] : other.items;
    const values = items.map((item) => (item.kind === 'value' ? rationalValue(item.value) : undefined));
    if (values.some((value) => value === undefined)) return unknown('one is a set of integers');
    const numbers = values.filter((value) => value !== undefined);
    if (!numbers.every(isInteger)) return different('kind', 'one has a number that is no integer');
    const parts = numbers.map(({ numerator }) => ({ kind: 'point', value: numerator }) as const);
    return compareIntegerSets(set, { parts, excluded: [] });
  }
  if (other.kind === 'region') {
    const [part] = set.parts;
    const pieces = joined(other.pieces);
    const [piece] = pieces ?? [];
    // n ≥ 1 and "all positive integers".
    if (
      set.parts.length === 1 &&
      set.excluded.length === 0 &&
      part?.kind === 'class' &&
      part.modulus === 1n
    ) {
      const low = piece?.low === undefined ? undefined : rationalValue(piece.low);
      const from = low !== undefined && isInteger(low) && piece?.lowClosed ? low.numerator : undefined;
      if (pieces?.length === 1 && piece?.high === undefined && from !== undefined && from === part.domain)
        return equal('parts', 'the same integers');
    }
  }
  return unknown('one is a set of integers');
}

function compareWithRegion(a: Answer, b: Answer): Comparison {
  const [left, right] = [piecesOf(a), piecesOf(b)];
  if (left === undefined || right === undefined) return unknown('one is a set of real numbers');
  const comparison = compareRegions(left, right);
  if (comparison.verdict !== 'different' || (a.kind === 'region' && b.kind === 'region')) return comparison;
  // 1 ≤ n ≤ 3 and 1, 2, 3: an interval may be meant as its integers.
  const [region, finite] = a.kind === 'region' ? [left, right] : [right, left];
  const inside = integersInside(region, finite.length + 2);
  if (inside === undefined || inside.length !== finite.length) return comparison;
  return compareRegions(inside.map(point), finite).verdict === 'different'
    ? comparison
    : unknown('an interval and the integers in it');
}

function piecesOf(answer: Answer): readonly Piece[] | undefined {
  if (answer.kind === 'region') return answer.pieces;
  const items = answer.kind === 'value' ? [answer] : answer.kind === 'collection' ? answer.items : undefined;
  const values = items?.map((item) =>
    item.kind === 'value' && lettersOf(item.value).size === 0 ? item.value : undefined,
  );
  if (values === undefined || values.some((value) => value === undefined)) return undefined;
  return values.flatMap((value) => (value === undefined ? [] : [point(value)]));
}

/** As sets; whatever is no list is a list of one. */
function compareCollections(a: Answer, b: Answer, context: Context): Comparison {
  const [left, right] = [itemsOf(a), itemsOf(b)];
  if (left.length * right.length > limits.items ** 2) throw new LimitError('lists that are too long');
  const table = new Table(left, right, context);
  const leftover = [...table.unmatched('left'), ...table.unmatched('right')];
  if (leftover.includes('different')) return different('parts', 'one has an element that the other has not');
  if (leftover.length === 0) return equal('parts', 'the same elements');
  return unknown('elements that could not be told apart');
}

function itemsOf(answer: Answer): readonly Answer[] {
  return answer.kind === 'collection' ? answer.items : [answer];
}

/** All pairs of two lists, compared when they are needed; rational numbers by their text. */
class Table {
  readonly #sides: Readonly<Record<'left' | 'right', readonly Answer[]>>;
  readonly #keys: Readonly<Record<'left' | 'right', readonly (string | undefined)[]>>;
  readonly #context: Context;
  readonly #known = new Map<string, Comparison['verdict']>();

  constructor(left: readonly Answer[], right: readonly Answer[], context: Context) {
    this.#sides = { left, right };
    this.#keys = { left: left.map(rationalKey), right: right.map(rationalKey) };
    this.#context = context;
  }

  /** Of each element without an equal on the other side: whether it differs from all there, or may not. */
  unmatched(side: 'left' | 'right'): ('different' | 'unknown')[] {
    const other = side === 'left' ? 'right' : 'left';
    const theirs = new Set(this.#keys[other]);
    const isRational = !this.#keys[other].includes(undefined);
    return this.#sides[side].flatMap((_, index) => {
      const key = this.#keys[side][index];
      if (key !== undefined && theirs.has(key)) return [];
      if (key !== undefined && isRational) return ['different'];
      const verdicts = new Set<Comparison['verdict']>();
      for (const at of this.#sides[other].keys()) {
        const verdict = side === 'left' ? this.#verdict(index, at) : this.#verdict(at, index);
        if (verdict === 'equal') return [];
        verdicts.add(verdict);
      }
      return [verdicts.has('unknown') ? 'unknown' : 'different'];
    });
  }

  #verdict(i: number, j: number): Comparison['verdict'] {
    const key = `${i} ${j}`;
    let verdict = this.#known.get(key);
    if (verdict === undefined) {
      const [a, b] = [this.#sides.left[i], this.#sides.right[j]];
      verdict =
        a === undefined || b === undefined ? 'unknown' : compareStructures(a, b, this.#context).verdict;
      this.#known.set(key, verdict);
    }
    return verdict;
  }
}

function rationalKey(answer: Answer): string | undefined {
  if (answer.kind !== 'value' || answer.approximate === true || answer.unit !== undefined) return undefined;
  const value = rationalValue(answer.value);
  return value === undefined ? undefined : rationalText(value);
}

/** Equal if all are, different if one is. */
export function conjunction(comparisons: readonly Comparison[]): Comparison {
  return (
    comparisons.find(({ verdict }) => verdict === 'different') ??
    comparisons.find(({ verdict }) => verdict === 'unknown') ??
    comparisons[0] ??
    equal('parts', 'nothing to tell apart')
  );
}
