/**
 * Canonical form of a lab problem: equal for two problems exactly when one becomes the other by renaming
 * propositions and by reordering rules, premises and givens. Colour refinement on the propositions, then
 * individualisation where it leaves ties, taking the least of the labellings (McKay 1981, without its search
 * pruning except for twins); exact, and about ten microseconds for the problems of the lab.
 */
import { seedFrom } from '../stats/random.ts';
import type { LabProblem, Rule } from './world.ts';

type Problem = Pick<LabProblem, 'given' | 'rules' | 'goal'>;

/** A rule over proposition indices; a single premise is written twice. */
interface IndexedRule {
  readonly first: number;
  readonly second: number;
  readonly conclusion: number;
}

/** The form as text: `<givens>|<goal>|<rules>` over canonical letters, for example `a|c|a>b,b>c`. */
export function canonicalForm(problem: Problem): string {
  const index = new Map<string, number>();
  const indexOf = (proposition: string): number => {
    const known = index.get(proposition);
    if (known !== undefined) return known;
    index.set(proposition, index.size);
    return index.size - 1;
  };
  const given = problem.given.map(indexOf);
  const goal = indexOf(problem.goal);
  const rules = problem.rules.map((rule: Rule): IndexedRule => {
    const [first = '', second = first] = rule.premises;
    return { first: indexOf(first), second: indexOf(second), conclusion: indexOf(rule.conclusion) };
  });
  const colours = Int32Array.from({ length: index.size }, () => 1);
  for (const proposition of given) colours[proposition] = 2;
  colours[goal] = 3;
  return least(given, goal, rules, colours);
}

export type Split = 'train' | 'validation' | 'test';

/**
 * The part of the data that a form belongs to, by a hash of the form: 70 % train, 10 % validation, 20 % test. A
 * problem and its renamings always fall into the same part, so the parts are disjoint by construction, without
 * any list of what has been generated; and each part has the same distribution.
 */
export function splitOf(form: string): Split {
  const bucket = seedFrom('split', form) % 10;
  return bucket < 7 ? 'train' : bucket === 7 ? 'validation' : 'test';
}

function least(
  given: readonly number[],
  goal: number,
  rules: readonly IndexedRule[],
  start: Int32Array,
): string {
  const colours = refine(rules, start);
  const cell = firstTie(colours);
  if (cell.length === 0) return written(given, goal, rules, colours);
  let best: string | undefined;
  const tried: number[] = [];
  for (const member of cell) {
    if (tried.some((other) => areTwins(rules, member, other))) continue;
    tried.push(member);
    const next = colours.slice();
    next[member] = mix(colours[member] ?? 0, 0x5bd1e995);
    const form = least(given, goal, rules, next);
    if (best === undefined || form < best) best = form;
  }
  return best ?? '';
}

/** Refines until no class splits. Colours are hashes: a collision joins two classes, and costs time, not truth. */
function refine(rules: readonly IndexedRule[], start: Int32Array): Int32Array {
  let colours = start;
  for (let classes = countClasses(colours); ; ) {
    const next = colours.map((colour) => mix(colour, 0x2545f491));
    for (const { first, second, conclusion } of rules) {
      const a = colours[first] ?? 0;
      const b = colours[second] ?? 0;
      const c = colours[conclusion] ?? 0;
      const premises = first === second ? mix(a, 11) : (mix(a, 13) + mix(b, 13)) | 0;
      const rule = mix(premises, mix(c, 17));
      // Sums of hashes: a multiset has no order.
      next[first] = ((next[first] ?? 0) + mix(rule, a)) | 0;
      if (first !== second) next[second] = ((next[second] ?? 0) + mix(rule, b)) | 0;
      next[conclusion] = ((next[conclusion] ?? 0) + mix(rule, 19)) | 0;
    }
    const refined = countClasses(next);
    if (refined <= classes) return colours;
    colours = next;
    classes = refined;
  }
}

function countClasses(colours: Int32Array): number {
  return new Set(colours).size;
}

/** Members of the tied class with the least colour; empty when every proposition has its own. */
function firstTie(colours: Int32Array): number[] {
  const seen = new Set<number>();
  let tied: number | undefined;
  for (const colour of colours) {
    if (seen.has(colour) && (tied === undefined || colour < tied)) tied = colour;
    seen.add(colour);
  }
  return tied === undefined ? [] : [...colours.keys()].filter((i) => colours[i] === tied);
}

/** True when exchanging two propositions of one class leaves the rules as they are. */
function areTwins(rules: readonly IndexedRule[], a: number, b: number): boolean {
  const swap = (i: number): number => (i === a ? b : i === b ? a : i);
  const has = (first: number, second: number, conclusion: number): boolean =>
    rules.some(
      (rule) =>
        rule.conclusion === conclusion &&
        ((rule.first === first && rule.second === second) ||
          (rule.first === second && rule.second === first)),
    );
  return rules.every((rule) => has(swap(rule.first), swap(rule.second), swap(rule.conclusion)));
}

function written(
  given: readonly number[],
  goal: number,
  rules: readonly IndexedRule[],
  colours: Int32Array,
): string {
  const order = [...colours.keys()].sort((a, b) => (colours[a] ?? 0) - (colours[b] ?? 0));
  const letters: string[] = [];
  for (const [rank, proposition] of order.entries()) letters[proposition] = String.fromCharCode(97 + rank);
  const name = (i: number): string => letters[i] ?? '';
  const texts = rules.map(({ first, second, conclusion }) => {
    const premises = first === second ? name(first) : [name(first), name(second)].sort().join('');
    return `${premises}>${name(conclusion)}`;
  });
  return `${given.map(name).sort().join('')}|${name(goal)}|${texts.sort().join()}`;
}

function mix(a: number, b: number): number {
  let x = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 13);
}
