/** The parts of the recipe's schema that describe its stages: supervised, reinforcement learning, evaluation. */
import { z } from 'zod';
import { bestOfNSettings } from '../scaffold/best-of-n.ts';
import { deepseekMathSettings } from '../scaffold/deepseek-math.ts';
import { majoritySettings } from '../scaffold/majority.ts';
import { rsaSettings } from '../scaffold/rsa.ts';

const positiveInteger = z.int().positive();
const share = z.number().min(0).max(1);
const limit = (value: z.ZodNumber) => z.union([z.literal('off'), value]);

export const optimiserSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('adamw'),
    learningRate: z
      .number()
      .positive()
      .describe(
        'Peak learning rate. The reference trains rl with 1e-6, constant; the paper swept that of sft (the values are missing from its text).',
      ),
    beta1: share.default(0.9).describe('Decay of the first moment.'),
    beta2: share.default(0.95).describe('Decay of the second moment. The reference: 0.999.'),
    epsilon: z.number().positive().default(1e-8).describe('Added to the root of the second moment.'),
    weightDecay: z.number().min(0).default(0).describe('Decoupled weight decay. The reference: 0.01.'),
    clipNorm: limit(z.number().positive())
      .default(1)
      .describe(
        'Global gradient norm above which the gradient is scaled down; `off` for none. The reference: 0.3.',
      ),
  }),
  z.strictObject({
    kind: z.literal('muon'),
    learningRate: z
      .number()
      .positive()
      .describe('Peak learning rate of the layer matrices (update matched to the RMS of AdamW).'),
    vectorLearningRate: z
      .number()
      .positive()
      .optional()
      .describe(
        'Peak learning rate of AdamW for embedding, head and vectors; the same as `learningRate` when absent.',
      ),
    momentum: share.default(0.95).describe('Nesterov momentum.'),
    weightDecay: z.number().min(0).default(0.05).describe('Decoupled weight decay of the layer matrices.'),
    clipNorm: limit(z.number().positive())
      .default(1)
      .describe('Global gradient norm above which the gradient is scaled down; `off` for none.'),
  }),
]);

export const standardTokensPerStep = 1500;

export const supervisedSchema = z.strictObject({
  tokensPerStep: positiveInteger
    .default(standardTokensPerStep)
    .describe(
      'Tokens of whole texts gathered for one optimiser step. They run in micro-batches whose gradients add up, so memory does not grow with them.',
    ),
  textsPerStep: positiveInteger
    .optional()
    .describe('Texts of one optimiser step, in the place of `tokensPerStep`. The SFT of the paper: 32.'),
  epochs: z.number().positive().default(1).describe('Passes over the texts. The SFT of the paper: 5.'),
  steps: positiveInteger.optional().describe('End after this many steps even if texts are left.'),
  order: z
    .enum(['as-written', 'shuffled'])
    .default('shuffled')
    .describe(
      '`as-written` keeps the order of the file, which is a curriculum in the lab; `shuffled` draws a new order per epoch.',
    ),
  maximumTokens: positiveInteger
    .default(512)
    .describe('Most tokens of a text, its prompt included. The SFT of the paper: 45,000.'),
  longTexts: z
    .enum(['leave-out', 'cut'])
    .default('leave-out')
    .describe(
      'Texts beyond `maximumTokens`: `leave-out`, or `cut` at that length, without the stop token. Either way they are counted.',
    ),
  optimiser: optimiserSchema,
  warmupShare: share
    .default(0.05)
    .describe('Share of the training in which the learning rate rises linearly. The SFT of the paper: 0.1.'),
  schedule: z
    .enum(['cosine', 'linear', 'constant'])
    .default('cosine')
    .describe(
      'The learning rate after the warm-up: falling as a `cosine` (the paper), `linear`, or `constant`.',
    ),
  finalLearningRateShare: share
    .default(0.1)
    .describe('Learning rate at the last step, as a share of the peak; of no use with `constant`.'),
  validateEvery: positiveInteger
    .default(100)
    .describe('Steps between two validation losses; one is always measured before the first step.'),
  checkpointEvery: positiveInteger.default(200).describe('Steps between two checkpoints.'),
});

export const sftSchema = supervisedSchema.extend({
  data: z
    .enum(['all', 'one-per-problem', 'shortest-per-problem'])
    .default('all')
    .describe(
      'Texts to train on: `all`, or one for each problem, chosen by the seed among those within `maximumTokens`, or the shortest. Texts are about the same problem when their tag `problem` is the same, or without tags their prompt. The paper tried both and went on from `one-per-problem`.',
    ),
});

const advantageSchema = z.strictObject({
  baseline: z
    .enum(['group-mean', 'leave-one-out'])
    .default('group-mean')
    .describe(
      'What is taken from a reward: the mean of the group, itself included (GRPO and the reference), or of the others (RLOO).',
    ),
  divideByDeviation: z
    .boolean()
    .default(false)
    .describe(
      "Divide advantages by the deviation of the group's rewards plus 1e-4, as GRPO does; the reference does not.",
    ),
});

const rewardSchema = z.strictObject({
  lengthCoefficient: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'Taken from the reward of an attempt of `maxTokens` tokens, and in proportion of shorter ones.',
    ),
  overlongTokens: z
    .int()
    .min(0)
    .default(0)
    .describe(
      'Within so many tokens of `maxTokens` the reward falls in a line by 1 (DAPO; `buffer_tokens` of the reference, where it is 0).',
    ),
  partialCredit: z
    .strictObject({
      first: share.default(1).describe('At the first step.'),
      final: share.default(1).describe('At the last step; in a line between.'),
    })
    .prefault({})
    .describe(
      'What points below 7 are multiplied by: below 1, what a proof lacks costs more than the scheme says.',
    ),
});

const hintsSchema = z.strictObject({
  share: share.describe('Share of the groups of the first step that are given the beginning of a solution.'),
  untilStep: positiveInteger.describe('The share falls in a line to none at this step.'),
});

const policyLossSchema = z.strictObject({
  kind: z
    .enum(['ppo', 'importance_sampling', 'cispo', 'gspo'])
    .default('ppo')
    .describe(
      'Policy-gradient loss. `ppo`, `cispo` and `importance_sampling` have a ratio per token, `gspo` one per attempt: the geometric mean. The reference: `ppo`.',
    ),
  epsilonLow: z
    .number()
    .positive()
    .default(4)
    .describe(
      'The ratio is clipped below 1 − this (`ppo`, `gspo`). The reference: 4; the paper of GSPO: 3e-4.',
    ),
  epsilonHigh: z
    .number()
    .positive()
    .default(4)
    .describe(
      'The ratio is clipped above 1 + this (and `cispo`). The reference: 4; the paper of GSPO: 4e-4.',
    ),
  entropyCoefficient: z
    .number()
    .min(0)
    .default(1e-4)
    .describe('Weight of the entropy bonus at the first step. The reference: 1e-4 throughout.'),
  finalEntropyCoefficient: z
    .number()
    .min(0)
    .optional()
    .describe(
      'Weight that the bonus goes to in a line over the steps; the same as `entropyCoefficient` when absent.',
    ),
  klCoefficient: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'Weight of the KL term that keeps the policy near the checkpoint it began from. Above 0 that checkpoint stays in memory and is run forward over every batch. The reference: 0.',
    ),
  normaliser: z
    .enum(['samples', 'tokens', 'group-tokens', 'sequence-mean', 'constant-length'])
    .default('samples')
    .describe(
      'What the sum over tokens is divided by: `samples`, the attempts of the step (the reference); its trained `tokens`; attempts and mean length of the group (`group-tokens`); attempts and length of each (`sequence-mean`: GRPO, GSPO); attempts and `maxTokens` (`constant-length`: Dr. GRPO).',
    ),
});

const pipelineSchema = z.strictObject({
  maxLag: z
    .int()
    .min(0)
    .default(5)
    .describe(
      'Most optimiser steps between the weights that sampled a token and those that train on it. 0: sampling and training take turns, and a run repeats bit for bit. The paper: 5; the reference sets no bound.',
    ),
  stragglerSeconds: z
    .number()
    .positive()
    .default(600)
    .describe(
      'How long a step waits for groups that no later step may train on; then they are dropped and counted. It begins when a group has taken as long as any so far.',
    ),
  attemptSeconds: z
    .number()
    .positive()
    .default(7200)
    .describe('How long one attempt may be sampled before it is begun again, three times at most.'),
  stallSeconds: z
    .number()
    .positive()
    .default(10_800)
    .describe(
      'When no attempt has ended for so long, the run ends with an error that says what waits for what.',
    ),
  samplingAtOnce: positiveInteger
    .optional()
    .describe(
      'Most attempts sampled at once; absent, as many as the engine has places for, and where it does not say, all that the lag allows. An attempt that waits here has no tokens that grow old; one that waits in the engine counts as begun.',
    ),
  gradingAtOnce: positiveInteger
    .optional()
    .describe(
      "Most attempts graded at once; absent, as many as the judge's model answers at once, and 256 where it does not say.",
    ),
  heldBytes: z
    .int()
    .min(0)
    .default(2 ** 28)
    .describe(
      'Memory for attempts that have been sampled: that wait for a grade, for the rest of their group or for their step, and that are being graded. What has no room is read from the journal when it is needed.',
    ),
  updateSeconds: z
    .number()
    .positive()
    .default(600)
    .describe(
      'How long the sampler may take to use new weights, and to answer for them; then the run ends with an error.',
    ),
});

const alarmsSchema = z.strictObject({
  sameLogprob: limit(z.number().positive())
    .default(1e-3)
    .describe(
      'Largest difference, in nats, between the log-probs of sampler and trainer for a token of the same weights. Beyond it the run ends with an error. The embedded engine stays below 5e-5.',
    ),
  entropy: limit(share)
    .default(0.1)
    .describe('A remark when the entropy falls below this share of that of the first five steps.'),
  length: limit(share)
    .default(0.5)
    .describe(
      'A remark when attempts become shorter than this share of those of the first five steps while the reward does not rise.',
    ),
  overflow: limit(share)
    .default(0.5)
    .describe('A remark when more than this share of the attempts is cut at `maxTokens`.'),
  mismatchKl: limit(z.number().positive())
    .default(0.1)
    .describe('A remark when sampler and trainer are further apart than this, in nats per token.'),
  ungraded: limit(share)
    .default(0.02)
    .describe('A remark when more than this share of the attempts has no grade.'),
  late: limit(share)
    .default(0.1)
    .describe(
      'A remark when more than this share of the groups is dropped as too late: `straggler`, `stale`, `attempt-timeout`, and of stage rc `stale-state`, `trajectory-timeout`.',
    ),
});

export const rlSchema = z.strictObject({
  from: z
    .enum(['base', 'sft'])
    .default('sft')
    .describe('Checkpoint that training begins from. The paper tried both.'),
  steps: positiveInteger.describe('Optimiser steps.'),
  problemsPerStep: positiveInteger.default(16).describe('Groups in one step. The reference: 64.'),
  groupSize: z
    .int()
    .min(2)
    .default(16)
    .describe(
      'Attempts at one problem; their rewards are the baseline. The paper swept it and found larger groups better at equal samples; at the size it chose 2 to 3 % of the groups had no success. The reference: 16.',
    ),
  maxTokens: positiveInteger
    .default(48)
    .describe('Most tokens of an attempt. The paper: 50,000; the reference: 49,152.'),
  temperature: z
    .number()
    .positive()
    .default(0.8)
    .describe('Sampling temperature, the same in the trainer. The reference: 0.8.'),
  prompt: z
    .enum(['statement', 'prove'])
    .optional()
    .describe(
      'What the policy is asked: the `statement` alone, as in the lab, or `prompts/prove.md` with it, as elsewhere. Absent, what its data has.',
    ),
  grader: z
    .string()
    .min(1)
    .default('exact')
    .describe(
      'What grades the attempts: `exact`, the lab’s exact grader; `noisy`, one that errs as judges do; or a judge as `qed grade --judge` takes it, for example `rl` or `gpt-oss-20b(style=proofbench-strict)`.',
    ),
  advantage: advantageSchema.prefault({}),
  loss: policyLossSchema.prefault({}),
  zeroVarianceGroups: z
    .enum(['skip', 'keep', 'refill'])
    .default('keep')
    .describe(
      'Groups whose attempts all got the same reward: `keep` them (they only carry the entropy bonus), `skip` them, or `refill` the step with groups of other problems.',
    ),
  pipeline: pipelineSchema
    .prefault({})
    .describe('How far sampling may run ahead of the optimiser, and what waits for what.'),
  alarms: alarmsSchema
    .prefault({})
    .describe('What is watched while it trains, as means of five steps; `off` where it is not.'),
  truncation: z
    .enum(['zero', 'mask', 'grade-what-exists'])
    .default('zero')
    .describe(
      'Attempts cut at `maxTokens`: reward `zero`; `mask` them out of baseline and loss; or `grade-what-exists`, the proof written so far.',
    ),
  reward: rewardSchema
    .prefault({})
    .describe(
      'What points are worth to training beyond points / 7; recorded rewards and scores stay points / 7.',
    ),
  curriculum: z
    .enum(['none', 'easy-first'])
    .default('none')
    .describe(
      'Order of the problems: `none`, shuffled; `easy-first`, in the first pass over them by `curriculumTag`, then shuffled. The paper speaks of a curriculum in one place and of none in another.',
    ),
  curriculumTag: z
    .string()
    .default('steps')
    .describe('Tag of a problem whose number grows with its difficulty; `steps` in the lab.'),
  hints: hintsSchema
    .optional()
    .describe(
      'Hints that fade: some groups go on from the beginning of a solution. Lab data only; absent, none.',
    ),
  minimumGraded: positiveInteger
    .default(2)
    .describe('A group with fewer graded attempts is dropped and counted.'),
  maxUngraded: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe(
      'Largest share of the attempts of a step that the grader may fail on; above it the run ends with an error, and goes on by grading them again.',
    ),
  optimiser: optimiserSchema,
  warmupSteps: z
    .int()
    .min(0)
    .default(0)
    .describe('Steps in which the learning rate rises linearly; then it is constant.'),
  recordLogRatios: z
    .boolean()
    .default(true)
    .describe(
      "Record, for every token that is trained on, the trainer's log-prob minus the sampler's: 2 bytes a token, before compression, beside the 8 of the token itself. `qed serve` colours tokens by them.",
    ),
  evaluateEvery: z
    .union([z.literal('never'), positiveInteger])
    .default(10)
    .describe(
      'Steps between two held-out scores, graded exactly in the lab and by `grader` elsewhere; one is taken before the first step and after the last too, unless there is to be none, `never`. Training waits for it.',
    ),
  checkpointEvery: positiveInteger.default(10).describe('Steps between two checkpoints.'),
});

/** Scaffolds that write several proofs and choose; each is left out where it is not named. */
const searchSchema = z.strictObject({
  samples: positiveInteger.default(2).describe('Attempts per problem and scaffold.'),
  judgeMaxTokens: positiveInteger.default(160).describe("Most tokens of one of the judge's replies."),
  majority: majoritySettings.optional(),
  bestOfN: bestOfNSettings.optional(),
  deepseekMath: deepseekMathSettings.optional(),
  // The lab's judge compares two proofs at a time.
  rsa: rsaSettings
    .refine(({ select }) => select !== 'together', {
      path: ['select'],
      message: '`together` needs a judge that compares more than two proofs; use `knockout` or `random`',
    })
    .optional(),
});

export const evaluateSchema = z.strictObject({
  samples: positiveInteger.default(4).describe('Attempts per problem.'),
  maxTokens: positiveInteger.default(48).describe('Most tokens of one model call.'),
  temperature: z.number().min(0).default(0.8).describe('Sampling temperature.'),
  reasoningCacheTurns: z
    .int()
    .min(0)
    .default(3)
    .describe(
      'Turns of the Reasoning Cache scaffold (reason, summarise, continue); 0 leaves it out. The paper trains with 3.',
    ),
  search: searchSchema
    .optional()
    .describe(
      'Scaffolds that search with the help of checkpoint `judge`, run for the last checkpoint of the policy; what the judge is worth is measured beside them.',
    ),
  summariser: z
    .enum(['claims', 'exact', 'model'])
    .default('claims')
    .describe(
      'Who summarises: the symbolic `claims` (keeps what the text claims), `exact` (drops invalid steps, an upper bound) or the `model` itself.',
    ),
});
