/** The part of the recipe's schema that describes training on states of the Reasoning Cache. */
import { z } from 'zod';
import { rlSchema } from './schema-stages.ts';

const positiveInteger = z.int().positive();

/** All that reinforcement learning has but hints, for its states are what attempts go on from; and where they come from. */
export const rcSchema = rlSchema.omit({ hints: true }).extend({
  from: z.enum(['base', 'sft', 'rl']).default('sft').describe('Checkpoint that training begins from.'),
  turns: positiveInteger
    .default(3)
    .describe(
      'Turns of a trajectory; the states that they begin with and the one after the last are trained on. The paper: 3.',
    ),
  statesPerTrajectory: positiveInteger
    .default(2)
    .describe('States drawn of a trajectory, each for one group. The reference: 2 of 4.'),
  summariser: z
    .enum(['claims', 'exact', 'model', 'frozen'])
    .default('claims')
    .describe(
      'Who sums a turn up: the symbolic `claims` (keeps what the text claims) or `exact` (drops invalid steps), the `model` that is trained, or the checkpoint it began from, `frozen`. The paper: a frozen model.',
    ),
  backlog: z
    .int()
    .min(0)
    .default(0)
    .describe(
      'Trajectories that may begin before the groups that need them, so that a group that replaces another has its state at once; what waits so grows older. Those that begin with their groups are bounded by `pipeline.maxLag`.',
    ),
  trajectoriesAtOnce: positiveInteger
    .optional()
    .describe(
      'Most trajectories that take a turn at once; absent, all that the lag allows. Attempts have places of their own.',
    ),
});
