/** The parts of the recipe's schema that say where problems and texts come from. */
import { z } from 'zod';

const positiveInteger = z.int().positive();
const share = z.number().min(0).max(1);

export const labDataSchema = z.strictObject({
  kind: z.literal('lab'),
  profile: z.enum(['main', 'quick']).default('main').describe('Difficulty profile of the problems.'),
  trainProblems: positiveInteger.default(4096).describe('Problems for reinforcement learning.'),
  validationProblems: positiveInteger
    .default(128)
    .describe('Problems for the held-out score during training.'),
  testProblems: positiveInteger.default(256).describe('Problems for the final evaluation.'),
  pretrainTokens: positiveInteger.describe('Training tokens of base-model texts to write.'),
  sftTokens: positiveInteger.describe('Training tokens of teacher texts (and replayed skills) to write.'),
  teacherTexts: positiveInteger
    .default(1)
    .describe(
      'Proofs that the teacher writes about one problem, from scratch each. With several, `sft.data` chooses; within `sftTokens` there are then fewer problems.',
    ),
  judgeTokens: positiveInteger
    .default(2_600_000)
    .describe('Training tokens of texts about proofs to write, where the recipe has the stage judge.'),
  sftReplay: share.default(0.25).describe('Share of SFT texts that repeat the skills of pre-training.'),
  sftSummaries: share
    .default(0.1)
    .describe(
      'Share of SFT texts in which the teacher continues from a summary, so that the style does not change at turn 2.',
    ),
  validationTexts: positiveInteger.default(200).describe('Texts per stage held out for the validation loss.'),
});

export const harpDataSchema = z.strictObject({
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

export const problemsDataSchema = z.strictObject({
  kind: z.literal('problems'),
  path: z
    .string()
    .describe(
      'Problems to train on by their rewards: JSONL, or a directory that a step of `qed data` left (import, rubrics, select, …), of which `rows.jsonl` is meant; relative to the recipe.',
    ),
  validationProblems: positiveInteger
    .default(64)
    .describe('Problems held out for the score during training, drawn by the seed.'),
  texts: z
    .string()
    .optional()
    .describe(
      'Texts for stage `sft`: conversations as `path` of kind `examples`, or a Parquet file with a column `messages`, as on the hub; relative to the recipe.',
    ),
  validationShare: z
    .number()
    .min(0)
    .lt(1)
    .default(0.05)
    .describe('Share of problems whose texts are held out for the validation loss.'),
  chatTemplate: z
    .enum(['same', 'any'])
    .default('same')
    .describe(
      'Whether texts that were written for another chat template (`chat_template_sha256`) are refused, or trained on all the same.',
    ),
});

export const examplesDataSchema = z.strictObject({
  kind: z.literal('examples'),
  path: z
    .string()
    .describe(
      'JSONL of conversations (`messages`, the last of them the assistant’s), or a directory that `qed data distill` left, of which `all.jsonl` is meant; relative to the recipe.',
    ),
  validationShare: z
    .number()
    .min(0)
    .lt(1)
    .default(0.05)
    .describe(
      'Share of problems whose texts are held out. Texts are of one problem when their tag `problem` is the same.',
    ),
  chatTemplate: z
    .enum(['same', 'any'])
    .default('same')
    .describe(
      'Whether texts that were written for another chat template (`chat_template_sha256`) are refused, or trained on all the same.',
    ),
});
