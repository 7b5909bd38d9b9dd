/**
 * The form of `report.json`, version 1: what programs read from a run. Scores are in percent of full marks. An
 * effect's estimate is in the direction that its id claims, so `shown` is exactly `ci[0] > 0`. What could not be
 * measured is absent, never 0.
 */
import { z } from 'zod';
import { checkpointNames } from './report-input.ts';

const interval = z.tuple([z.number(), z.number()]);

export const reportSchema = z.strictObject({
  version: z.literal(1),
  recipe: z.string().describe('Name of the recipe.'),
  seeds: z.array(z.int()),
  seconds: z.number().min(0).describe('Seconds of work, all sittings together.'),
  stages: z.array(
    z.strictObject({
      id: z.string(),
      seconds: z.number().min(0),
      trainedTokens: z.number().min(0),
      sampledTokens: z.number().min(0),
      tokensPerSecond: z.number().min(0).optional().describe('Trained tokens per second of training.'),
      peakBytes: z.int().min(0).optional().describe('Most memory of the process until then.'),
    }),
  ),
  scores: z.array(
    z.strictObject({
      checkpoint: z.enum(checkpointNames),
      scaffold: z
        .string()
        .describe(
          '`single`, `reasoning-cache` (its last turn), or `reasoning-cache@turn-K` (an earlier one).',
        ),
      suite: z.string(),
      seed: z.int(),
      mean: z.number().describe('Mean score, percent of full marks.'),
      ci: interval.describe('95 % interval of the mean over problems and attempts.'),
      n: z.int().describe('Graded attempts.'),
      tokens: z.number().describe('Mean completion tokens per attempt at a problem.'),
    }),
  ),
  effects: z.array(
    z.strictObject({
      id: z.string(),
      shown: z.boolean().describe('Whether the whole interval lies above 0.'),
      estimate: z
        .number()
        .describe('In percentage points or tokens, positive in the direction of the claim.'),
      ci: interval.describe('Paired 95 % interval.'),
    }),
  ),
});

export type ReportJson = z.infer<typeof reportSchema>;
