/** The items of a list as one answer: names that stand for all, ranges with dots, unions and intersections. */
import { type Answer, type Name, NotUnderstood, type Piece } from './answer.ts';
import { rationalValue } from './compare-expressions.ts';
import { number } from './expression.ts';
import type { IntegerPart } from './integer-sets.ts';
import { limits } from './limits.ts';
import { isInteger } from './rational.ts';
import { intersection, joined, point } from './regions.ts';

export interface Item {
  /** `range` for the dots of 1, 2, …, 9. */
  readonly answer: Answer | 'range';
  readonly separator: string | undefined;
}

export function combineItems(items: readonly Item[]): Answer {
  if (items.some(({ answer }) => answer === 'range')) return range(items);
  const answers = named(items.flatMap(({ answer }) => (answer === 'range' ? [] : [answer])));
  const [only] = answers;
  if (only === undefined) throw new NotUnderstood('a list of nothing');
  if (answers.length === 1) return only;
  const separators = items.slice(1).map(({ separator }) => separator);
  return (
    unionOfIntegers(answers) ??
    combinedRegions(answers, separators) ?? { kind: 'collection', items: flattened(answers), braces: false }
  );
}

/** x = 1, 2, 3: the name of the first is that of all; (x, y) = (1, 0) or (0, 1) likewise. */
function named(answers: readonly Answer[]): readonly Answer[] {
  const [first, ...others] = answers;
  if (first?.kind !== 'named' || first.name.kind === 'function' || first.name.kind === 'label')
    return answers;
  if (others.some(({ kind }) => kind === 'named')) return answers;
  const { name } = first;
  return [first, ...others.map((answer): Answer => ({ kind: 'named', name, answer }))];
}

/** ±1, 2 is three values. */
function flattened(answers: readonly Answer[]): Answer[] {
  return answers.flatMap((answer) => {
    if (answer.kind === 'collection' && !answer.braces) return answer.items;
    if (answer.kind !== 'named' || answer.answer.kind !== 'collection' || answer.answer.braces)
      return [answer];
    const { name } = answer;
    return answer.answer.items.map((item): Answer => ({ kind: 'named', name, answer: item }));
  });
}

function range(items: readonly Item[]): Answer {
  const dots = items.findIndex(({ answer }) => answer === 'range');
  const values = items.map(({ answer }) => {
    const value = answer !== 'range' && answer.kind === 'value' ? rationalValue(answer.value) : undefined;
    return value !== undefined && isInteger(value) ? value.numerator : undefined;
  });
  const [first, second] = values;
  const last = values.at(-1);
  if (dots !== items.length - 2 || dots < 1 || first === undefined || last === undefined)
    throw new NotUnderstood('a range without its ends');
  const step = dots > 1 && second !== undefined ? second - first : 1n;
  const isRegular = values.slice(0, dots).every((value, index) => value === first + BigInt(index) * step);
  if (!isRegular || step <= 0n || (last - first) % step !== 0n || last < first)
    throw new NotUnderstood('a range that is no arithmetic progression');
  const count = (last - first) / step + 1n;
  if (count > BigInt(limits.items)) {
    const part: IntegerPart = { kind: 'range', from: first, to: last, step };
    return { kind: 'integers', set: { parts: [part], excluded: [] } };
  }
  const all = Array.from({ length: Number(count) }, (_, index) => first + BigInt(index) * step);
  return {
    kind: 'collection',
    items: all.map((value): Answer => ({ kind: 'value', value: number(value) })),
    braces: false,
  };
}

/** Sets of integers and integers in one list are one set. */
function unionOfIntegers(answers: readonly Answer[]): Answer | undefined {
  if (!answers.some((answer) => unnamed(answer).kind === 'integers')) return undefined;
  const parts: IntegerPart[] = [];
  for (const answer of answers) {
    const inner = unnamed(answer);
    if (inner.kind === 'integers' && inner.set.excluded.length === 0) parts.push(...inner.set.parts);
    else if (inner.kind === 'value') {
      const value = rationalValue(inner.value);
      if (value === undefined || !isInteger(value))
        throw new NotUnderstood('a number among sets of integers');
      parts.push({ kind: 'point', value: value.numerator });
    } else throw new NotUnderstood('sets of integers among other things');
  }
  return { kind: 'integers', set: { parts, excluded: [] } };
}

/** x < 1 or x > 3; 0 < c and c < 1; n = 1, n ≥ 3. */
function combinedRegions(
  answers: readonly Answer[],
  separators: readonly (string | undefined)[],
): Answer | undefined {
  const names = new Set<string>();
  const regions: Piece[][] = [];
  let inequalities = 0;
  for (const answer of answers) {
    if (answer.kind !== 'named' || answer.name.kind !== 'letter') return undefined;
    names.add(answer.name.letter);
    if (answer.answer.kind === 'region') {
      inequalities += 1;
      regions.push([...answer.answer.pieces]);
    } else if (answer.answer.kind === 'value' && rationalValue(answer.answer.value) !== undefined)
      regions.push([point(answer.answer.value)]);
    else return undefined;
  }
  const [letter] = names;
  if (inequalities === 0) return undefined;
  if (names.size !== 1 || letter === undefined) throw new NotUnderstood('inequalities of several letters');
  const union = joined(regions.flat());
  const common = regions.reduce<Piece[] | undefined>(
    (all, region) => (all === undefined ? undefined : intersection(all, region)),
    regions[0],
  );
  if (union === undefined || common === undefined) throw new NotUnderstood('ends that could not be compared');
  const isUnion = separators.every((text) => text === 'or');
  const isCommon = separators.every((text) => text === 'and');
  // A comma may mean either, unless one of them would make no sense.
  const pieces =
    isUnion || common.length === 0 ? union : isCommon && inequalities === regions.length ? common : undefined;
  if (pieces === undefined) throw new NotUnderstood('inequalities in a list');
  const name: Name = { kind: 'letter', letter };
  return { kind: 'named', name, answer: { kind: 'region', pieces } };
}

function unnamed(answer: Answer): Answer {
  return answer.kind === 'named' && answer.name.kind === 'letter' ? answer.answer : answer;
}
