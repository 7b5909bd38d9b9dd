/**
 * Writes lab problems of a stated difficulty. Every problem has a chain of steps in which each step uses the
 * conclusion before it, dead ends that apply but lead nowhere, and distractors that never apply; so its shortest
 * derivation is unique. The same seed gives the same problems.
 */
import { z } from 'zod';
import type { Random } from '../stats/random.ts';
import { canonicalForm, type Split, splitOf } from './canonical.ts';
import { type LabProblem, PROPOSITIONS, type Rule } from './world.ts';

const rangeSchema = z
  .tuple([z.int().min(0), z.int().min(0)])
  .refine(([low, high]) => low <= high, 'the first number must not exceed the second');

export const labProfileSchema = z
  .strictObject({
    stepWeights: z
      .array(z.number().min(0))
      .min(1)
      .refine((weights) => weights.some((weight) => weight > 0), 'at least one weight must be positive')
      .describe(
        'Relative share of problems by length of the shortest derivation, from 1 step on: the shape of the difficulty.',
      ),
    given: rangeSchema
      .refine(([low]) => low >= 1, 'at least one proposition is given')
      .describe('Least and most propositions given.'),
    deadEnds: rangeSchema.describe('Least and most rules that apply but lead nowhere.'),
    distractors: rangeSchema.describe('Least and most rules that never apply.'),
    secondPremise: z.number().min(0).max(1).describe('Chance that a rule has two premises.'),
  })
  .refine(
    (profile) =>
      profile.stepWeights.length + profile.given[1] + profile.deadEnds[1] + 2 * profile.distractors[1] <=
      PROPOSITIONS.length,
    `the largest problem needs more than ${PROPOSITIONS.length} propositions`,
  )
  .describe('Difficulty of lab problems.');

export type LabProfile = z.infer<typeof labProfileSchema>;

/** `main`: 2 to 7 steps, peaked at 3 to 5. `quick`: 1 to 4 steps. `small`: the first lessons of the curriculum. */
export const LAB_PROFILES = {
  main: {
    stepWeights: [0, 0.15, 0.2, 0.2, 0.2, 0.15, 0.1],
    given: [2, 3],
    deadEnds: [1, 4],
    distractors: [0, 2],
    secondPremise: 0.3,
  },
  quick: {
    stepWeights: [0.15, 0.25, 0.3, 0.3],
    given: [1, 2],
    deadEnds: [0, 2],
    distractors: [0, 1],
    secondPremise: 0.3,
  },
  small: {
    stepWeights: [0.4, 0.3, 0.3],
    given: [1, 2],
    deadEnds: [0, 1],
    distractors: [0, 1],
    secondPremise: 0.2,
  },
} as const satisfies Record<string, LabProfile>;

/** One problem; with `steps`, of exactly that length instead of one drawn from the profile. */
export function generateProblem(profile: LabProfile, random: Random, steps?: number): LabProblem {
  const length = steps ?? drawSteps(profile, random);
  const names = random.shuffled(PROPOSITIONS);
  const fresh = (): string => {
    const name = names.pop();
    if (name === undefined) throw new RangeError('a lab problem ran out of propositions');
    return name;
  };
  const premises = (first: string, others: readonly string[]): string[] => {
    if (!random.chance(profile.secondPremise)) return [first];
    const partners = others.filter((other) => other !== first);
    return partners.length === 0 ? [first] : random.shuffled([first, random.pick(partners)]);
  };

  const given = Array.from({ length: random.integer(...profile.given) }, fresh);
  const facts = [...given];
  const solution: Rule[] = [];
  for (let i = 0; i < length; i += 1) {
    const previous = solution.at(-1)?.conclusion ?? random.pick(given);
    const rule = { premises: premises(previous, facts), conclusion: fresh() };
    solution.push(rule);
    facts.push(rule.conclusion);
  }
  const goal = facts.at(-1) ?? '';
  const beforeGoal = facts.slice(0, -1);

  const deadEnds: Rule[] = [];
  for (let i = random.integer(...profile.deadEnds); i > 0; i -= 1) {
    const source = random.pick([...beforeGoal, ...deadEnds.map((rule) => rule.conclusion)]);
    deadEnds.push({ premises: premises(source, beforeGoal), conclusion: fresh() });
  }
  const distractors: Rule[] = [];
  for (let i = random.integer(...profile.distractors); i > 0; i -= 1) {
    const never = fresh();
    const from = random.chance(0.5) ? random.shuffled([never, random.pick(beforeGoal)]) : [never];
    const derived = facts.slice(given.length).filter((fact) => !from.includes(fact));
    distractors.push({ premises: from, conclusion: random.chance(0.6) ? fresh() : random.pick(derived) });
  }
  const rules = random.shuffled([...solution, ...deadEnds, ...distractors]);
  return { given, rules, goal, solution, steps: length };
}

export interface GenerateOptions {
  readonly profile: LabProfile;
  readonly random: Random;
  /** Only problems whose canonical form belongs to this part. */
  readonly split?: Split;
  /** Canonical forms that must not come. */
  readonly exclude?: ReadonlySet<string>;
  /** Each form at most once (default); without it, forms come as often as the profile makes them. */
  readonly distinct?: boolean;
}

/**
 * An endless stream of problems with their canonical forms. The length is drawn first and kept while forms are
 * rejected, so exclusion does not change the shape of the difficulty; where a length is used up (short problems
 * have few forms), a new one is drawn, and after 100 such lengths in a row a RangeError is thrown.
 */
export function* generateProblems(
  options: GenerateOptions,
): Generator<{ readonly problem: LabProblem; readonly form: string }, never, undefined> {
  const { profile, random, split, exclude, distinct = true } = options;
  const seen = new Set<string>();
  for (let failures = 0; failures < 100; ) {
    const steps = drawSteps(profile, random);
    const attempts = 200;
    let found = false;
    for (let i = 0; i < attempts && !found; i += 1) {
      const problem = generateProblem(profile, random, steps);
      const form = canonicalForm(problem);
      if (exclude?.has(form) || (split !== undefined && splitOf(form) !== split)) continue;
      if (distinct && seen.has(form)) continue;
      seen.add(form);
      found = true;
      yield { problem, form };
    }
    failures = found ? 0 : failures + 1;
  }
  throw new RangeError('the profile has no more problems that are allowed here');
}

function drawSteps(profile: LabProfile, random: Random): number {
  return 1 + random.weighted(profile.stepWeights);
}
