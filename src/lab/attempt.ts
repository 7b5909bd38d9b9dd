/**
 * What a symbolic author of the lab writes: a thought and a proof. Both authors (`teacher.ts`, `student.ts`) pick
 * forward steps in the same way and may begin from the steps of a summary.
 */
import type { Random } from '../stats/random.ts';
import { renderAttempt } from './prompts.ts';
import { renderSteps } from './text.ts';
import { type LabProblem, premisesHold, type Rule } from './world.ts';

export interface LabAttempt {
  /** Text of the thinking block, without its tags. */
  readonly thought: string;
  readonly proof: readonly Rule[];
}

/** The attempt as an assistant's turn. */
export function attemptText({ thought, proof }: LabAttempt): string {
  return renderAttempt(thought, renderSteps(proof));
}

/**
 * A rule that applies and says something new; with probability `followRate` one that uses `newest`, if there is
 * one. Undefined when no rule applies.
 */
export function pickForwardStep(
  problem: LabProblem,
  known: ReadonlySet<string>,
  newest: string | undefined,
  followRate: number,
  random: Random,
): Rule | undefined {
  const applicable = problem.rules.filter((rule) => !known.has(rule.conclusion) && premisesHold(rule, known));
  if (applicable.length === 0) return undefined;
  if (newest !== undefined && random.chance(followRate)) {
    const following = applicable.filter((rule) => rule.premises.includes(newest));
    if (following.length > 0) return random.pick(following);
  }
  return random.pick(applicable);
}
