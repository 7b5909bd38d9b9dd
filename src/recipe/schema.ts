/**
 * The recipe: everything that decides what a run does, as one zod schema. Every field carries a description; the
 * reference page and the error messages come from here. A recipe that parses can run: what contradicts itself is
 * refused before anything is computed.
 */
import { z } from 'zod';

const positiveInteger = z.int().positive();
const share = z.number().min(0).max(1);

const engineSchema = z
  .strictObject({
    kind: z.literal('ort').default('ort').describe('The embedded engine: onnxruntime on this machine.'),
    threads: z
      .union([z.literal('auto'), positiveInteger])
      .default('auto')
      .describe('Threads for training and for sampling; `auto` is the number of cores.'),
  })
  .prefault({});

const modelSchema = z.strictObject({
  from: z
    .string()
    .optional()
    .describe(
      'Directory in the Hugging Face layout to begin from, relative to the recipe; without it the model is new.',
    ),
  initialise: z
    .enum(['random', 'lookup-heads'])
    .default('random')
    .describe(
      'How a new model begins: `random`, or `lookup-heads`: random but for a previous-token head, a matching head and letter-sharing embeddings, from which look-up is learnt sooner (lab tokenizer only).',
    ),
  hiddenSize: positiveInteger.default(128).describe('Width of the residual stream.'),
  layers: positiveInteger.default(4).describe('Number of decoder layers.'),
  heads: positiveInteger.default(4).describe('Query heads.'),
  keyValueHeads: positiveInteger.default(2).describe('Key and value heads; must divide `heads`.'),
  headSize: positiveInteger.default(32).describe('Width of one head; must be even.'),
  feedForwardSize: positiveInteger.default(384).describe('Width of the SwiGLU layer.'),
  ropeTheta: z.number().positive().default(10_000).describe('Base of the rotary position frequencies.'),
  maximumPositions: positiveInteger
    .max(8192)
    .default(512)
    .describe('Longest sequence the model is declared for, prompt and reply; at most 8192.'),
  tiedHead: z.boolean().default(true).describe('Whether the output layer is the embedding.'),
});

const tokenizerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('lab') }).describe("The lab's tokenizer."),
  z
    .strictObject({
      kind: z.literal('bpe'),
      vocabularySize: z
        .int()
        .min(300)
        .describe('Entries of the byte-level BPE that is trained on the training texts.'),
    })
    .describe('A byte-level BPE trained on the training texts.'),
  z
    .strictObject({
      kind: z.literal('directory'),
      path: z.string().describe('Directory with tokenizer.json, relative to the recipe.'),
    })
    .describe('An existing tokenizer.'),
]);

const labDataSchema = z.strictObject({
  kind: z.literal('lab'),
  profile: z.enum(['main', 'quick']).default('main').describe('Difficulty profile of the problems.'),
  trainProblems: positiveInteger.default(4096).describe('Problems for reinforcement learning.'),
  validationProblems: positiveInteger
    .default(128)
    .describe('Problems for the held-out score during training.'),
  testProblems: positiveInteger.default(256).describe('Problems for the final evaluation.'),
  pretrainTokens: positiveInteger.describe('Training tokens of base-model texts to write.'),
  sftTokens: positiveInteger.describe('Training tokens of teacher texts (and replayed skills) to write.'),
  sftReplay: share.default(0.25).describe('Share of SFT texts that repeat the skills of pre-training.'),
  sftSummaries: share
    .default(0.1)
    .describe(
      'Share of SFT texts in which the teacher continues from a summary, so that the style does not change at turn 2.',
    ),
  validationTexts: positiveInteger.default(200).describe('Texts per stage held out for the validation loss.'),
});

const harpDataSchema = z.strictObject({
  kind: z.literal('harp'),
  path: z
    .string()
    .describe('HARP_proof-based.jsonl.zip of the repository aadityasingh/HARP, relative to the recipe.'),
  validationShare: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.1)
    .describe('Share of problems whose proofs are held out.'),
});

const optimiserSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('adamw'),
    learningRate: z.number().positive().describe('Peak learning rate.'),
    beta1: share.default(0.9).describe('Decay of the first moment.'),
    beta2: share.default(0.95).describe('Decay of the second moment.'),
    epsilon: z.number().positive().default(1e-8).describe('Added to the root of the second moment.'),
    weightDecay: z.number().min(0).default(0).describe('Decoupled weight decay.'),
    clipNorm: z
      .number()
      .positive()
      .default(1)
      .describe('Global gradient norm above which the gradient is scaled down.'),
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
    clipNorm: z
      .number()
      .positive()
      .default(1)
      .describe('Global gradient norm above which the gradient is scaled down.'),
  }),
]);

const supervisedSchema = z.strictObject({
  tokensPerStep: positiveInteger
    .default(1500)
    .describe('Tokens of whole texts gathered for one optimiser step.'),
  epochs: z.number().positive().default(1).describe('Passes over the texts.'),
  steps: positiveInteger.optional().describe('End after this many steps even if texts are left.'),
  order: z
    .enum(['as-written', 'shuffled'])
    .default('shuffled')
    .describe(
      '`as-written` keeps the order of the file, which is a curriculum in the lab; `shuffled` draws a new order per epoch.',
    ),
  maximumTokens: positiveInteger.default(512).describe('Longer texts are left out, and counted.'),
  optimiser: optimiserSchema,
  warmupShare: share
    .default(0.05)
    .describe('Share of the training in which the learning rate rises linearly.'),
  finalLearningRateShare: share
    .default(0.1)
    .describe('Learning rate at the end of the cosine, as a share of the peak.'),
  validateEvery: positiveInteger.default(100).describe('Steps between two validation losses.'),
  checkpointEvery: positiveInteger.default(200).describe('Steps between two checkpoints.'),
});

const rlSchema = z.strictObject({
  from: z.enum(['base', 'sft']).default('sft').describe('Checkpoint that training begins from.'),
  steps: positiveInteger.describe('Optimiser steps.'),
  problemsPerStep: positiveInteger.default(16).describe('Groups in one step.'),
  groupSize: z
    .int()
    .min(2)
    .default(16)
    .describe('Attempts at one problem; their mean reward is the baseline.'),
  maxTokens: positiveInteger.default(48).describe('Most tokens of an attempt.'),
  temperature: z.number().positive().default(0.8).describe('Sampling temperature, the same in the trainer.'),
  grader: z
    .enum(['exact', 'noisy'])
    .default('exact')
    .describe('What grades the attempts: the exact grader or one that errs as judges do.'),
  loss: z
    .strictObject({
      kind: z.enum(['ppo', 'importance_sampling', 'cispo']).default('ppo').describe('Policy-gradient loss.'),
      epsilonLow: z.number().positive().default(4).describe('The ratio is clipped below 1 − this.'),
      epsilonHigh: z.number().positive().default(4).describe('The ratio is clipped above 1 + this.'),
      entropyCoefficient: z.number().min(0).default(1e-4).describe('Weight of the entropy bonus.'),
      normaliser: z
        .enum(['samples', 'tokens'])
        .default('samples')
        .describe('What the sum over tokens is divided by: attempts in the step (the reference), or tokens.'),
    })
    .prefault({}),
  zeroVarianceGroups: z
    .enum(['skip', 'keep'])
    .default('keep')
    .describe(
      'Groups whose attempts all got the same reward: `keep` them (they only carry the entropy bonus), or `skip` them.',
    ),
  truncation: z
    .enum(['zero', 'mask', 'grade-what-exists'])
    .default('zero')
    .describe(
      'Attempts cut at `maxTokens`: reward `zero`; `mask` them out of baseline and loss; or `grade-what-exists`, the proof written so far.',
    ),
  minimumGraded: positiveInteger
    .default(2)
    .describe('A group with fewer graded attempts is dropped and counted.'),
  optimiser: optimiserSchema,
  warmupSteps: z
    .int()
    .min(0)
    .default(0)
    .describe('Steps in which the learning rate rises linearly; then it is constant.'),
  evaluateEvery: positiveInteger.default(10).describe('Steps between two held-out scores.'),
  checkpointEvery: positiveInteger.default(10).describe('Steps between two checkpoints.'),
});

const evaluateSchema = z.strictObject({
  samples: positiveInteger.default(4).describe('Attempts per problem.'),
  maxTokens: positiveInteger.default(48).describe('Most tokens of one model call.'),
  temperature: z.number().min(0).default(0.8).describe('Sampling temperature.'),
  reasoningCacheTurns: z
    .int()
    .min(0)
    .default(3)
    .describe('Turns of the Reasoning Cache scaffold (reason, summarise, continue); 0 leaves it out.'),
  summariser: z
    .enum(['claims', 'exact', 'model'])
    .default('claims')
    .describe(
      'Who summarises: the symbolic `claims` (keeps what the text claims), `exact` (drops invalid steps, an upper bound) or the `model` itself.',
    ),
});

export const recipeSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and hyphens')
      .describe('Name of the run directory below runs/.'),
    description: z.string().default('').describe('One sentence for the report.'),
    seed: z.int().min(0).default(1).describe('Seed of everything random in the run.'),
    engine: engineSchema.describe('What trains and samples.'),
    model: modelSchema.prefault({}).describe('The model.'),
    tokenizer: tokenizerSchema.describe('The tokenizer.'),
    data: z
      .discriminatedUnion('kind', [labDataSchema, harpDataSchema])
      .describe('Where problems and texts come from.'),
    pretrain: supervisedSchema
      .optional()
      .describe('Stage: pre-training of the base model; leaves checkpoint `base`.'),
    sft: supervisedSchema
      .optional()
      .describe("Stage: supervised fine-tuning on a teacher's proofs; leaves checkpoint `sft`."),
    rl: rlSchema
      .optional()
      .describe('Stage: reinforcement learning with rubric rewards; leaves checkpoint `rl`.'),
    evaluate: evaluateSchema.optional().describe('Stage: scores of every checkpoint on the test problems.'),
    retention: z
      .enum(['all', 'last'])
      .default('last')
      .describe('Checkpoints to keep of a finished stage: `all`, or the `last`.'),
  })
  .superRefine((recipe, context) => {
    const complain = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (recipe.model.heads % recipe.model.keyValueHeads !== 0) {
      complain(['model', 'keyValueHeads'], `must divide heads (${recipe.model.heads})`);
    }
    if (recipe.model.headSize % 2 !== 0) complain(['model', 'headSize'], 'must be even');
    if (recipe.model.initialise === 'lookup-heads' && recipe.tokenizer.kind !== 'lab') {
      complain(['model', 'initialise'], '`lookup-heads` needs the lab tokenizer (tokenizer.kind: lab)');
    }
    if (
      recipe.model.initialise === 'lookup-heads' &&
      (recipe.model.hiddenSize < 128 ||
        recipe.model.headSize < 32 ||
        recipe.model.layers < 2 ||
        recipe.model.heads < 2 * recipe.model.keyValueHeads)
    ) {
      complain(
        ['model', 'initialise'],
        '`lookup-heads` needs hiddenSize ≥ 128, headSize ≥ 32, layers ≥ 2 and heads ≥ 2 · keyValueHeads',
      );
    }
    if (recipe.model.from !== undefined) {
      if (recipe.model.initialise !== 'random')
        complain(['model', 'initialise'], 'has no use beside model.from');
      if (recipe.tokenizer.kind === 'bpe') {
        complain(['tokenizer', 'kind'], 'a model that exists has its tokenizer: use kind `directory`');
      }
    }
    for (const stage of ['pretrain', 'sft'] as const) {
      const longest = recipe[stage]?.maximumTokens ?? 0;
      if (longest > recipe.model.maximumPositions) {
        complain(
          [stage, 'maximumTokens'],
          `must not exceed model.maximumPositions (${recipe.model.maximumPositions})`,
        );
      }
    }
    for (const stage of ['rl', 'evaluate'] as const) {
      const longest = recipe[stage]?.maxTokens ?? 0;
      if (longest >= recipe.model.maximumPositions) {
        complain(
          [stage, 'maxTokens'],
          `must leave room for the prompt within model.maximumPositions (${recipe.model.maximumPositions})`,
        );
      }
    }
    if (recipe.data.kind === 'lab' && recipe.data.sftReplay + recipe.data.sftSummaries > 1) {
      complain(
        ['data', 'sftReplay'],
        'sftReplay and sftSummaries are shares of one whole: they must not exceed 1 together',
      );
    }
    if (recipe.data.kind === 'lab' && recipe.tokenizer.kind !== 'lab') {
      complain(['tokenizer', 'kind'], 'lab data needs the lab tokenizer (kind: lab)');
    }
    if (recipe.data.kind === 'harp' && recipe.tokenizer.kind === 'lab') {
      complain(['tokenizer', 'kind'], 'real texts need `bpe` or `directory`');
    }
    if (recipe.data.kind === 'harp') {
      for (const stage of ['pretrain', 'rl', 'evaluate'] as const) {
        if (recipe[stage] !== undefined)
          complain([stage], 'needs lab data; HARP gives proofs for `sft` only');
      }
    }
    if (recipe.pretrain === undefined && recipe.sft === undefined && recipe.rl === undefined) {
      complain([], 'at least one training stage is needed: pretrain, sft or rl');
    }
    if (recipe.rl?.from === 'sft' && recipe.sft === undefined)
      complain(['rl', 'from'], '`sft` needs the sft stage');
    if (recipe.rl?.from === 'base' && recipe.pretrain === undefined && recipe.model.from === undefined) {
      complain(['rl', 'from'], '`base` needs the pretrain stage or model.from');
    }
    if (recipe.rl !== undefined && recipe.rl.minimumGraded > recipe.rl.groupSize) {
      complain(['rl', 'minimumGraded'], `must not exceed groupSize (${recipe.rl.groupSize})`);
    }
  });

export type Recipe = z.infer<typeof recipeSchema>;
export type SupervisedSettings = z.infer<typeof supervisedSchema>;
export type RlSettings = z.infer<typeof rlSchema>;
export type EvaluateSettings = z.infer<typeof evaluateSchema>;
export type OptimiserSettings = z.infer<typeof optimiserSchema>;
export type LabDataSettings = z.infer<typeof labDataSchema>;

/** The stages in the order they run. `data` and `report` always run. */
export const stageIds = ['data', 'pretrain', 'sft', 'rl', 'evaluate', 'report'] as const;
export type StageId = (typeof stageIds)[number];

/** The stages that this recipe has. */
export function stagesOf(recipe: Recipe): StageId[] {
  return stageIds.filter((id) => id === 'data' || id === 'report' || recipe[id] !== undefined);
}
