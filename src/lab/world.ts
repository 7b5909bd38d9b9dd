/**
 * The miniature world: propositions, rules with one or two premises, and derivations. A problem always has a
 * goal that can be reached and that is not given, and carries its shortest derivation; `labProblem` is the only
 * way to make one, so nothing else in the lab checks that again.
 */

/** Every proposition there is. A letter is one token, alone or fused with the word that follows it. */
export const PROPOSITIONS: readonly string[] = [...'ABCDEFGHIJKLMNOPQRST'];

/** A rule of a problem, and equally a step of a proof: the step claims that the rule may be used there. */
export interface Rule {
  /** One or two distinct propositions; their order is how the rule is written and means nothing. */
  readonly premises: readonly string[];
  readonly conclusion: string;
}

export interface LabProblem {
  readonly given: readonly string[];
  /** In the order of the statement. */
  readonly rules: readonly Rule[];
  readonly goal: string;
  /** The shortest derivation of the goal, in an order in which it can be written down. */
  readonly solution: readonly Rule[];
  /** Length of the shortest derivation. */
  readonly steps: number;
}

export type LabProblemResult =
  | { readonly ok: true; readonly problem: LabProblem }
  | { readonly ok: false; readonly reason: string };

/** Checks the parts of a problem and adds its shortest derivation. */
export function labProblem(given: readonly string[], rules: readonly Rule[], goal: string): LabProblemResult {
  if (new Set(given).size < given.length) return failure('a proposition is given twice');
  if (given.includes(goal)) return failure('the goal is given');
  for (const [index, rule] of rules.entries()) {
    const count = rule.premises.length;
    if (count < 1 || count > 2) return failure('a rule has one or two premises');
    if (new Set([...rule.premises, rule.conclusion]).size <= count)
      return failure('a rule names a proposition twice');
    if (rules.slice(0, index).some((earlier) => sameRule(earlier, rule)))
      return failure('a rule is stated twice');
  }
  const solution = shortestDerivation(given, rules, goal);
  if (solution === undefined) return failure('the rules do not give the goal');
  return { ok: true, problem: { given, rules, goal, solution, steps: solution.length } };
}

/** True when two rules have the same premises, in either order, and the same conclusion. */
export function sameRule(a: Rule, b: Rule): boolean {
  return (
    a.conclusion === b.conclusion &&
    a.premises.length === b.premises.length &&
    a.premises.every((premise) => b.premises.includes(premise)) &&
    b.premises.every((premise) => a.premises.includes(premise))
  );
}

export function isGivenRule(problem: LabProblem, step: Rule): boolean {
  return problem.rules.some((rule) => sameRule(rule, step));
}

export function premisesHold(rule: Rule, known: ReadonlySet<string>): boolean {
  return rule.premises.every((premise) => known.has(premise));
}

/** A step that the problem allows at a point where `known` is established. */
export function isValidStep(problem: LabProblem, step: Rule, known: ReadonlySet<string>): boolean {
  return premisesHold(step, known) && isGivenRule(problem, step);
}

/**
 * Everything the rules give: the established propositions, and for each new one the first rule that gave it, in
 * an order in which they can be applied.
 */
export function forwardClosure(
  given: readonly string[],
  rules: readonly Rule[],
): { readonly known: ReadonlySet<string>; readonly fired: readonly Rule[] } {
  const known = new Set(given);
  const fired: Rule[] = [];
  for (let before = -1; before < fired.length; ) {
    before = fired.length;
    for (const rule of rules) {
      if (known.has(rule.conclusion) || !premisesHold(rule, known)) continue;
      known.add(rule.conclusion);
      fired.push(rule);
    }
  }
  return { known, fired };
}

/** The steps, in their order, that the conclusion `goal` of these steps rests on (last supporter wins). */
export function neededSteps(steps: readonly Rule[], goal: string): Rule[] {
  const wanted = new Set([goal]);
  const needed: Rule[] = [];
  for (const step of steps.toReversed()) {
    if (!wanted.delete(step.conclusion)) continue;
    for (const premise of step.premises) wanted.add(premise);
    needed.push(step);
  }
  return needed.reverse();
}

/**
 * The derivation of `goal` with the fewest steps, or undefined when there is none; of several, the first in the
 * order of the rules. Exact: branch and bound over one supporting rule per proposition.
 */
export function shortestDerivation(
  given: readonly string[],
  rules: readonly Rule[],
  goal: string,
): readonly Rule[] | undefined {
  const reachable = forwardClosure(given, rules).known;
  if (!reachable.has(goal)) return undefined;
  const usable = rules.filter((rule) => premisesHold(rule, reachable));
  const facts = new Set(given);
  let best: readonly Rule[] | undefined;

  const extend = (chosen: readonly Rule[], open: readonly string[]): void => {
    if (best !== undefined && chosen.length + open.length >= best.length) return;
    const [next, ...rest] = open;
    if (next === undefined) {
      // A choice whose supports form a circle does not fire completely.
      const { fired } = forwardClosure(given, chosen);
      if (fired.length === chosen.length) best = fired;
      return;
    }
    for (const rule of usable) {
      if (rule.conclusion !== next) continue;
      const support = [...chosen, rule];
      const missing = rule.premises.filter(
        (premise) =>
          !facts.has(premise) && !rest.includes(premise) && !support.some((s) => s.conclusion === premise),
      );
      extend(support, [...rest, ...missing]);
    }
  };
  extend([], [goal]);
  return best;
}

function failure(reason: string): LabProblemResult {
  return { ok: false, reason };
}
