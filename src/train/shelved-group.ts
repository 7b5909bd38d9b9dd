/** A group of attempts whose samples are on the shelf: rewards are at hand, tokens and texts are read when they are needed. */
import type { Grade } from '../grade/grade.ts';
import type { Rollout, RolloutGroup } from './collect.ts';
import type { ShelvedSample } from './pipeline/sample-shelf.ts';

export interface ShelvedRollout extends Omit<Rollout, 'sample'> {
  readonly shelved: ShelvedSample;
}

export interface ShelvedGroup extends Omit<RolloutGroup, 'rollouts_G'> {
  readonly rollouts_G: readonly ShelvedRollout[];
}

/** The whole group, once; it is off the shelf then. */
export async function takeGroup({ problem, prompt_T, rollouts_G }: ShelvedGroup): Promise<RolloutGroup> {
  const taken = rollouts_G.map(
    async ({ shelved, ...rest }): Promise<Rollout> => ({ ...rest, sample: await shelved.take() }),
  );
  return { problem, prompt_T, rollouts_G: await Promise.all(taken) };
}

/** Nobody wants it: its samples go off the shelf. */
export function letGroupGo({ rollouts_G }: ShelvedGroup): void {
  for (const { shelved } of rollouts_G) shelved.letGo();
}

/** A grade without what a judge said to it, which may be long and of which training has no use; the journal has it. */
export function leanGrade(grade: Grade): Grade {
  const { grader } = grade;
  return grade.kind === 'graded'
    ? { kind: 'graded', points: grade.points, report: '', items: [], grader }
    : { kind: 'ungraded', cause: grade.cause, detail: grade.detail, grader };
}
