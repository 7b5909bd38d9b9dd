/**
 * The careless student, whose texts are what the base model learns from: it derives a few steps forward, now and
 * then a wrong one, never checks, seldom tidies up, and half the time that it did not get there it claims the
 * goal anyway. The numbers are those of the feasibility study.
 */
import { z } from 'zod';
import type { Random } from '../stats/random.ts';
import { type LabAttempt, pickForwardStep } from './attempt.ts';
import { renderSteps } from './text.ts';
import { type LabProblem, neededSteps, premisesHold, type Rule } from './world.ts';

const probability = z.number().min(0).max(1);

export const studentSchema = z
  .strictObject({
    errorRate: probability.describe('Chance that a step is wrong.'),
    maximumSteps: z.int().min(1).describe('The number of steps it will make is drawn from 1 to this.'),
    pruneRate: probability.describe('Chance that a finished proof is reduced to the steps it needs.'),
    followRate: probability.default(0.7).describe('Chance to go on from the newest result.'),
    jumpRate: probability
      .default(0.5)
      .describe('Chance to claim the goal without a rule when it was not reached.'),
    inventRate: probability
      .default(0.3)
      .describe('Share of wrong steps that are invented; the others use a rule that does not apply.'),
  })
  .describe('How careless the student is.');

export type StudentParameters = z.infer<typeof studentSchema>;

/** The student for each difficulty profile. */
export const STUDENTS = {
  main: studentSchema.parse({ errorRate: 0.08, maximumSteps: 7, pruneRate: 0.4 }),
  quick: studentSchema.parse({ errorRate: 0.2, maximumSteps: 4, pruneRate: 0.2 }),
} as const;

/** One attempt. `start` are steps of a summary, taken over unchecked and not repeated in the thought. */
export function carelessAttempt(
  problem: LabProblem,
  random: Random,
  parameters: StudentParameters,
  start: readonly Rule[] = [],
): LabAttempt {
  const known = new Set([...problem.given, ...start.map((step) => step.conclusion)]);
  const steps: Rule[] = [];
  let newest = start.at(-1)?.conclusion;
  for (
    let left = random.integer(1, parameters.maximumSteps);
    left > 0 && !known.has(problem.goal);
    left -= 1
  ) {
    const step = random.chance(parameters.errorRate)
      ? wrongStep(problem, known, parameters.inventRate, random)
      : pickForwardStep(problem, known, newest, parameters.followRate, random);
    if (step === undefined) break;
    steps.push(step);
    known.add(step.conclusion);
    newest = step.conclusion;
  }
  const all = [...start, ...steps];
  const thought = renderSteps(steps);
  if (known.has(problem.goal)) {
    return { thought, proof: random.chance(parameters.pruneRate) ? neededSteps(all, problem.goal) : all };
  }
  const from = newest ?? problem.given[0];
  if (from === undefined || !random.chance(parameters.jumpRate)) return { thought, proof: all };
  return { thought, proof: [...all, { premises: [from], conclusion: problem.goal }] };
}

function wrongStep(
  problem: LabProblem,
  known: ReadonlySet<string>,
  inventRate: number,
  random: Random,
): Rule {
  if (!random.chance(inventRate)) {
    const inapplicable = problem.rules.filter(
      (rule) => !known.has(rule.conclusion) && !premisesHold(rule, known),
    );
    if (inapplicable.length > 0) return random.pick(inapplicable);
  }
  const mentioned = problem.rules.flatMap((rule) => [...rule.premises, rule.conclusion]);
  return { premises: [random.pick([...known].sort())], conclusion: random.pick(mentioned) };
}
