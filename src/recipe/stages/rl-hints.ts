/**
 * Hints that fade: some groups of the first steps are asked to go on from the beginning of a reference solution, so that
 * problems whose every attempt would fail teach something; the share falls in a line to none. Their attempts are graded
 * against the problem like all others.
 */
import { continuePrompt } from '../../lab/prompts.ts';
import { parseSteps } from '../../lab/text.ts';
import { Random } from '../../stats/random.ts';
import type { GroupSource } from './rl-source.ts';

export interface HintSettings {
  /** Of the groups of the first step. */
  readonly share: number;
  /** Step from which on there are none. */
  readonly untilStep: number;
}

/** Lab problems only: a hint is what the lab's Reasoning Cache would have kept of the solution's beginning. */
export function withHints(
  source: GroupSource,
  { share, untilStep }: HintSettings,
  { seed, groupsPerStep }: { readonly seed: number; readonly groupsPerStep: number },
): GroupSource {
  return {
    ...source,
    origin: async (index, request) => {
      const origin = await source.origin(index, request);
      if ('dropped' in origin) return origin;
      const random = new Random('hint', seed, index);
      const left = 1 - index / groupsPerStep / untilStep;
      const solution = parseSteps(origin.problem.solutions?.[0] ?? '');
      // The last step is never given away.
      if (!(random.next() < share * left) || solution.length < 2) return origin;
      const given = solution.slice(0, 1 + random.below(solution.length - 1));
      return {
        ...origin,
        messages: [{ role: 'user', content: continuePrompt(origin.problem.statement, given) }],
      };
    },
  };
}
