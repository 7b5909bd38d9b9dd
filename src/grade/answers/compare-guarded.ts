/**
 * Answers under conditions, and with letters of their own. A letter that an answer introduces, because a condition
 * declares it or the problem does not have it, may have another name in the other answer; the conditions must then
 * say the same.
 */
import type { Answer, Condition } from './answer.ts';
import { compareExpressions, rationalValue } from './compare-expressions.ts';
import { familiesDiffer } from './compare-families.ts';
import type { Context } from './compare-structures.ts';
import { type Comparison, different, equal, unknown } from './comparison.ts';
import { setOfExpression } from './describe-integers.ts';
import { type Expression, opposite, renameLetters, sum } from './expression.ts';
import { compareIntegerSets, type Domain, type IntegerSet } from './integer-sets.ts';
import { argumentsOf, lettersOfAnswer, mapCondition, mapExpressions } from './letters-of-answer.ts';
import { isInteger } from './rational.ts';

type Compare = (a: Answer, b: Answer, context: Context) => Comparison;

interface Guarded {
  readonly answer: Answer;
  /** Those that restrict something. */
  readonly conditions: readonly Condition[];
  /** Letters that the answer introduces. */
  readonly own: ReadonlySet<string>;
}

const mostLetters = 4;

/** Undefined for two answers without conditions or letters of their own. */
export function compareGuarded(
  a: Answer,
  b: Answer,
  context: Context,
  compare: Compare,
): Comparison | undefined {
  // The members of a list have their letters each for itself, unless something is said of all.
  const isList = (answer: Answer): boolean => answer.kind === 'collection' && !isRecord(answer);
  if (a.kind !== 'guarded' && b.kind !== 'guarded' && (isList(a) || isList(b))) return undefined;
  const bound = new Set([...argumentsOf(unguarded(a)), ...argumentsOf(unguarded(b))]);
  const [left, right] = [guardedOf(a, context, bound), guardedOf(b, context, bound)];
  const isPlain = ({ conditions, own }: Guarded): boolean => conditions.length === 0 && own.size === 0;
  if (isPlain(left) && isPlain(right))
    return a.kind === 'guarded' || b.kind === 'guarded'
      ? compare(left.answer, right.answer, context)
      : undefined;
  const sets = compareSets(left, right);
  if (sets !== undefined) return sets;
  if (left.own.size === 0 && right.own.size === 0) {
    const comparison = compare(left.answer, right.answer, context);
    return sameConditions(left.conditions, right.conditions)
      ? comparison
      : unknown('the conditions of the two are not known to be the same');
  }
  let nearest = unknown('letters of their own that could not be matched');
  for (const names of bijections([...right.own], [...left.own])) {
    const rename = (expression: Expression): Expression => renameLetters(expression, names);
    const renamed = mapExpressions(right.answer, rename);
    if (compare(left.answer, renamed, context).verdict !== 'equal') continue;
    const conditions = right.conditions.map((condition) => renamedCondition(condition, names));
    if (sameConditions(left.conditions, conditions))
      return equal('parts', names.size > 0 ? 'the same but for the names of letters' : 'the same');
    nearest = unknown('the same, under conditions that are not known to be the same');
  }
  const values = [singleValue(left.answer), singleValue(right.answer)] as const;
  const restricts = [...left.conditions, ...right.conditions].some(
    ({ domain, relation }) => domain.startsWith('text') || relation?.operator === '=',
  );
  const [x, y] = values;
  if (x !== undefined && y !== undefined && !restricts && sameArguments(x.letters, y.letters)) {
    const renamed = renameLetters(y.value, new Map(y.letters.map((name, i) => [name, x.letters[i] ?? name])));
    if (familiesDiffer([x.value, renamed], [left.own, right.own], x.letters))
      return different('parts', 'families that do not have the same members');
  }
  return nearest;
}

function unguarded(answer: Answer): Answer {
  return answer.kind === 'guarded' ? answer.answer : answer;
}

/** Several names, each with its value: P(x) = cx, Q(x) = cx + c. */
function isRecord({ items }: Extract<Answer, { kind: 'collection' }>): boolean {
  const names = items.map((item) => (item.kind === 'named' && 'letter' in item.name ? item.name.letter : ''));
  return new Set(names).size === items.length && !names.includes('');
}

function guardedOf(answer: Answer, { given }: Context, bound: ReadonlySet<string>): Guarded {
  const inner = unguarded(answer);
  const all = answer.kind === 'guarded' ? answer.conditions : [];
  const letters = lettersOfAnswer(inner);
  const declared = all.flatMap((condition) => condition.letters).filter((letter) => letters.has(letter));
  // What the problem calls r may be r_1 in an answer.
  const isGiven = (letter: string): boolean =>
    given?.has(letter) === true || given?.has(letter.split('_')[0] ?? '') === true;
  // n = 2^k, k ≥ 0: what is neither given nor named runs.
  const running =
    inner.kind === 'named' && inner.name.kind === 'letter'
      ? all.flatMap(({ relation }) =>
          [relation?.left, relation?.right].flatMap((side) => (side?.kind === 'letter' ? [side.name] : [])),
        )
      : [];
  const introduced = given === undefined ? [] : [...letters].filter((letter) => !isGiven(letter));
  const restricting = all.filter(
    ({ domain, relation, letters: own }) =>
      relation !== undefined ||
      (domain !== '' && (own.length === 0 || own.some((letter) => letters.has(letter)))),
  );
  const named = introducedNames(inner);
  return {
    answer: inner,
    conditions: restricting,
    own: new Set(
      [
        ...declared,
        ...running.filter((letter) => letters.has(letter) && !isGiven(letter)),
        ...introduced,
      ].filter((letter) => !named.has(letter) && !bound.has(letter)),
    ),
  };
}

/** Names of values are no parameters. */
function introducedNames(answer: Answer): ReadonlySet<string> {
  if (answer.kind === 'named' && answer.name.kind === 'letter') return new Set([answer.name.letter]);
  return new Set();
}

function renamedCondition(condition: Condition, names: ReadonlyMap<string, string>): Condition {
  const letters = condition.letters.map((letter) => names.get(letter) ?? letter);
  return { ...mapCondition(condition, (expression) => renameLetters(expression, names)), letters };
}

function sameConditions(a: readonly Condition[], b: readonly Condition[]): boolean {
  const covers = (some: readonly Condition[], others: readonly Condition[]): boolean =>
    some.every((one) => others.some((other) => isSameCondition(one, other)));
  return covers(a, b) && covers(b, a);
}

function isSameCondition(a: Condition, b: Condition): boolean {
  if (a.domain !== b.domain || [...a.letters].sort().join() !== [...b.letters].sort().join()) return false;
  if (a.relation === undefined || b.relation === undefined) return a.relation === b.relation;
  if (a.relation.operator !== b.relation.operator) return false;
  const [left, right] = [a, b].map(({ relation }) =>
    relation === undefined ? undefined : sum(relation.left, opposite(relation.right)),
  );
  if (left === undefined || right === undefined) return false;
  if (compareExpressions(left, right).verdict === 'equal') return true;
  const isSymmetric = a.relation.operator === '!=' || a.relation.operator === '=';
  return isSymmetric && compareExpressions(left, opposite(right)).verdict === 'equal';
}

/** n = 4k + 3 for integers k, on both sides. */
function compareSets(a: Guarded, b: Guarded): Comparison | undefined {
  const [left, right] = [setOf(a), setOf(b)];
  if (left === undefined || right === undefined) return undefined;
  const comparison = compareIntegerSets(left, right);
  return comparison.verdict === 'unknown' ? undefined : comparison;
}

function setOf({ answer, conditions, own }: Guarded): IntegerSet | undefined {
  if (answer.kind === 'integers' && conditions.length === 0) return answer.set;
  if (answer.kind !== 'named' || answer.name.kind !== 'letter' || answer.answer.kind !== 'value')
    return undefined;
  const excluded: bigint[] = [];
  const domain: Domain = 'open';
  // Who says k ∈ ℤ means no fewer numbers than who says nothing of k, and no more than the problem asks for.
  let isAnyInteger = false;
  for (const { domain: words, relation } of conditions) {
    if (words === 'integer') isAnyInteger = true;
    else if (words !== '' || relation === undefined) return undefined;
    else {
      const { operator, left, right } = relation;
      const value = operator === '!=' && left.kind === 'letter' ? rationalValue(right) : undefined;
      if (value === undefined || !isInteger(value) || value.numerator !== 0n) return undefined;
      excluded.push(0n);
    }
  }
  if (own.size > 1 || (own.size === 0 && excluded.length === 0)) return undefined;
  const set = setOfExpression(answer.answer.value, domain, isAnyInteger);
  const [part] = set?.parts ?? [];
  if (set === undefined || part?.kind !== 'class')
    return isAnyInteger || excluded.length > 0 ? undefined : set;
  // k ≠ 0 takes the remainder itself out.
  return excluded.length === 0 ? set : part.residue === 0n ? { parts: set.parts, excluded } : undefined;
}

interface SingleValue {
  readonly value: Expression;
  /** Arguments of the function that it is the value of. */
  readonly letters: readonly string[];
}

function singleValue(answer: Answer): SingleValue | undefined {
  if (answer.kind === 'value') return { value: answer.value, letters: [] };
  if (answer.kind !== 'named' || answer.answer.kind !== 'value') return undefined;
  const letters = answer.name.kind === 'function' ? answer.name.arguments : [];
  return { value: answer.answer.value, letters };
}

function sameArguments(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length;
}

/** All ways to call the letters of one list by those of another that is as long. */
function bijections(from: readonly string[], to: readonly string[]): ReadonlyMap<string, string>[] {
  if (from.length !== to.length || from.length > mostLetters) return [];
  const [first, ...others] = from;
  if (first === undefined) return [new Map()];
  return to.flatMap((name) =>
    bijections(
      others,
      to.filter((other) => other !== name),
    ).map((rest) => new Map([[first, name], ...rest])),
  );
}
