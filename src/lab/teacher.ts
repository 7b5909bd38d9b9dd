/**
 * The teacher whose texts are distilled: it searches forward until the goal, says which rules it tried in vain,
 * checks backwards and writes the steps that are needed. It is long-winded on purpose. A share of its proofs is
 * flawed and kept, as the paper keeps low-scoring proofs. The numbers are those of the feasibility study.
 */
import { z } from 'zod';
import type { Random } from '../stats/random.ts';
import { type LabAttempt, pickForwardStep } from './attempt.ts';
import { renderStep } from './text.ts';
import { isValidStep, type LabProblem, neededSteps, premisesHold, type Rule } from './world.ts';

const probability = z.number().min(0).max(1);

export const teacherSchema = z
  .strictObject({
    verbosities: z
      .array(probability)
      .min(1)
      .default([0, 0.3, 0.6, 0.8])
      .describe('One is drawn per answer: the chance of a vain try before a step.'),
    triesPerStep: z.int().min(0).default(3).describe('Most vain tries before one step.'),
    followRate: probability.default(0.85).describe('Chance to go on from the newest result.'),
    checkRate: probability.default(0.8).describe('Chance of the backward check.'),
    flawRate: probability
      .default(0.2)
      .describe('Share of flawed proofs: half keep every step, half lack a needed one.'),
  })
  .describe('How the teacher writes.');

export type TeacherParameters = z.infer<typeof teacherSchema>;

export const TEACHER: TeacherParameters = teacherSchema.parse({});

/** One attempt. Of the steps of a summary, `start`, it goes on from those that are valid. */
export function teacherAttempt(
  problem: LabProblem,
  random: Random,
  parameters: TeacherParameters = TEACHER,
  start: readonly Rule[] = [],
): LabAttempt {
  const verbosity = random.pick(parameters.verbosities);
  const known = new Set(problem.given);
  const steps: Rule[] = [];
  for (const step of start) {
    if (known.has(step.conclusion) || !isValidStep(problem, step, known)) continue;
    known.add(step.conclusion);
    steps.push(step);
  }
  let newest = steps.at(-1)?.conclusion;
  const words: string[] = [];
  const tried = new Set<Rule>();
  while (!known.has(problem.goal)) {
    const step = pickForwardStep(problem, known, newest, parameters.followRate, random);
    if (step === undefined) throw new Error('the goal of a lab problem can always be reached');
    for (let tries = 0; tries < parameters.triesPerStep && random.chance(verbosity); tries += 1) {
      const vain = problem.rules.filter((rule) => !tried.has(rule) && !premisesHold(rule, known));
      if (vain.length === 0) break;
      const rule = random.pick(vain);
      tried.add(rule);
      words.push(`try ${renderStep(rule)} no.`);
    }
    words.push(renderStep(step));
    steps.push(step);
    known.add(step.conclusion);
    newest = step.conclusion;
  }
  words.push('done.');
  const needed = neededSteps(steps, problem.goal);
  if (random.chance(parameters.checkRate)) words.push('check', ...needed.toReversed().map(renderStep));
  return { thought: words.join(' '), proof: written(steps, needed, parameters.flawRate, random) };
}

function written(
  steps: readonly Rule[],
  needed: readonly Rule[],
  flawRate: number,
  random: Random,
): readonly Rule[] {
  if (!random.chance(flawRate)) return needed;
  if (random.chance(0.5)) return steps;
  if (needed.length === 1) return needed;
  return needed.toSpliced(random.below(needed.length - 1), 1);
}
