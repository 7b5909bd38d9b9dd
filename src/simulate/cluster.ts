/**
 * What a simulation knows of the machines: how fast they sample, train and judge, how long attempts are, and what goes
 * wrong. Every field carries a description; docs/simulate.md says how the numbers are used.
 */
import { z } from 'zod';

const seconds = z.number().min(0);
const share = z.number().min(0).max(1);
const count = z.int().min(1);

const decodeSchema = z
  .strictObject({
    stepSeconds: seconds.describe(
      'Of one decoding step however few sequences it has: reading the weights, launching kernels.',
    ),
    secondsPerSequence: seconds.describe('Added to a step by each sequence that runs.'),
    secondsPerContextToken: seconds.describe(
      'Added to a step by each token that is in the caches of the running sequences: reading keys and values.',
    ),
  })
  .refine(({ stepSeconds, secondsPerSequence }) => stepSeconds + secondsPerSequence > 0, {
    message: 'a decoding step takes time: stepSeconds or secondsPerSequence has to be positive',
  });

export const samplingSchema = z.strictObject({
  nodes: count.describe('Nodes that sample.'),
  enginesPerNode: count.describe('Engines on a node, each with its own copy of the weights.'),
  sequencesPerEngine: count.describe(
    'Most sequences that an engine decodes at a time; the others wait for a place.',
  ),
  contextTokens: count.describe(
    'Prompt and sampled tokens that the cache of an engine has room for; when it is full the youngest sequence is put back and its cache is computed again later.',
  ),
  prefillTokensPerSecond: z
    .number()
    .positive()
    .describe('Prompt tokens that an engine reads a second; it decodes nothing meanwhile.'),
  decode: decodeSchema.describe('What a decoding step costs; every running sequence gets one token in it.'),
  publishSeconds: seconds
    .default(0)
    .describe(
      'How long newer weights take to arrive; neither engines nor trainer do anything else meanwhile.',
    ),
});

export const trainingSchema = z.strictObject({
  nodes: count.describe('Nodes that train.'),
  tokensPerSecondPerNode: z
    .number()
    .positive()
    .describe('Tokens, of prompts too, that a node runs forward and backward a second.'),
  stepSeconds: seconds.default(0).describe('Of an optimiser step however few tokens it has.'),
  recordSeconds: seconds
    .default(0)
    .describe('Between two steps for what is neither training nor waiting: writing the record.'),
});

export const judgeSchema = z.strictObject({
  medianSeconds: seconds.describe('Median time of a grading; log-normal.'),
  spread: seconds.default(0).describe('Standard deviation of the logarithm of that time.'),
});

export const lengthsSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('log-normal'),
    median: z.number().positive().describe('Median tokens of an attempt, if there were no limit.'),
    spread: seconds.describe('Standard deviation of the logarithm.'),
    sharedByGroup: share
      .default(0)
      .describe('Share of the variance of the logarithm that the attempts at one problem have in common.'),
  }),
  z.strictObject({
    kind: z.literal('recorded'),
    groups: z
      .array(z.array(z.int().min(1)).min(1))
      .min(1)
      .describe('Tokens of the attempts of each group, in the order in which groups were dispatched.'),
  }),
]);

const lossSchema = z.strictObject({
  role: z.enum(['sampling', 'training']).describe('What the lost nodes did.'),
  nodes: count.default(1).describe('How many are lost at once.'),
  atSeconds: seconds.describe('When, from the beginning of the run.'),
  noticedAfterSeconds: seconds
    .optional()
    .describe(
      'When the loss is noticed: attempts begin again elsewhere. Absent: they hang until their lease ends, and new ones are sent there too.',
    ),
  backAfterSeconds: seconds.optional().describe('When the nodes work again, after the loss. Absent: never.'),
});

export const clusterSchema = z.strictObject({
  name: z.string().min(1).describe('Name in tables.'),
  machines: count
    .optional()
    .describe(
      'Machines in all, where sampling and training are parts or times of the same; absent, the nodes of both.',
    ),
  sampling: samplingSchema.describe('What samples.'),
  training: trainingSchema.describe('What trains.'),
  judge: judgeSchema.default({ medianSeconds: 0, spread: 0 }).describe('What grades.'),
  promptTokens: z.int().min(0).default(0).describe('Tokens of a prompt.'),
  lengths: lengthsSchema.describe('Tokens of an attempt.'),
  sameRewardShare: share
    .default(0)
    .describe(
      'Share of the groups whose attempts all get the same reward; a recipe with `zeroVarianceGroups: refill` drops them.',
    ),
  stragglers: z
    .strictObject({
      share: share.describe('Share of the attempts that are late.'),
      factor: z
        .number()
        .min(1)
        .describe('How many times as long as their decoding they take; they keep their place meanwhile.'),
    })
    .default({ share: 0, factor: 1 })
    .describe('Attempts that arrive late although they are decoded as fast as the others.'),
  losses: z.array(lossSchema).default([]).describe('Nodes that are lost during the run.'),
  sharedSpeed: z
    .number()
    .positive()
    .max(1)
    .optional()
    .describe(
      'Sampling and training share the processors: the speed of each while both are at work, 1 being its speed alone. Absent: they do not.',
    ),
});

export type Cluster = z.infer<typeof clusterSchema>;
export type SamplingMachines = z.infer<typeof samplingSchema>;
export type TrainingMachines = z.infer<typeof trainingSchema>;
export type LengthsSettings = z.infer<typeof lengthsSchema>;
export type NodeLoss = z.infer<typeof lossSchema>;
