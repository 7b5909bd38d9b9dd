/** The parts of the recipe's schema that say with which model and tokenizer. */
import { z } from 'zod';

const positiveInteger = z.int().positive();

export const modelSchema = z.strictObject({
  from: z
    .string()
    .optional()
    .describe(
      'Directory in the Hugging Face layout to begin from, relative to the recipe; without it the model is new. The sizes below are then those of its config.json, and need not be given.',
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
    .default(512)
    .describe(
      'Longest sequence the model is declared for, prompt and reply; at most 8192 with the embedded engine, and with `from` no more than its config.json says.',
    ),
  tiedHead: z.boolean().default(true).describe('Whether the output layer is the embedding.'),
});

export const tokenizerSchema = z.discriminatedUnion('kind', [
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
  z
    .strictObject({ kind: z.literal('model') })
    .describe('The tokenizer in the directory of `model.from`, with its chat template.'),
]);
