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
    .enum(['claims', 'exact', 'model', 'frozen', 'endpoint'])
    .default('claims')
    .describe(
      'Who sums a turn up: the symbolic `claims` (keeps what the text claims) or `exact` (drops invalid steps), the `model` that is trained, or the checkpoint it began from, `frozen`; or another model, the `endpoint` of `summary.model`. The symbolic ones are of the lab. The paper: Qwen3-4B-Instruct-2507, frozen.',
    ),
  summary: z
    .strictObject({
      model: z
        .string()
        .min(1)
        .optional()
        .describe('Whom `endpoint` asks, as `--model` takes it: `openai:URL#MODEL`, a preset.'),
      maxTokens: positiveInteger.default(2048).describe('Most tokens of a summary. The reference: 2,048.'),
      temperature: z.number().min(0).default(0.7).describe('The reference: 0.7.'),
      topP: z.number().gt(0).max(1).optional().describe('Of an endpoint. The reference: 0.8.'),
      topK: positiveInteger.optional().describe('Of an endpoint. The reference: 20.'),
    })
    .optional()
    .describe(
      'How a model sums up. Needed with problems that are not of the lab, whose summaries have limits of their own.',
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
