/**
 * The form of `report.json`, version 1: what programs read from a run. Scores are in percent of full marks. An
 * effect's estimate is in the direction that its id claims, so `shown` is exactly `ci[0] > 0`, or where the claim is that
 * two are alike, that `ci` lies within ±`within`. What could not be
 * measured is absent, never 0.
 */
import { z } from 'zod';
import { checkpointNames } from './report-input.ts';

const count = z.int().min(0);
const counts = z.strictObject({ '1': count, '0.5': count, '0': count, none: count });
const percent = z.number().min(0).max(100).optional();

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
          '`single`, `reasoning-cache` (its last turn), `reasoning-cache@turn-K` (an earlier one), or a scaffold that searches.',
        ),
      suite: z.string(),
      seed: z.int(),
      mean: z.number().describe('Mean score, percent of full marks.'),
      ci: interval.describe('95 % interval of the mean over problems and attempts.'),
      n: z.int().describe('Graded attempts.'),
      tokens: z.number().describe('Mean completion tokens per attempt at a problem.'),
    }),
  ),
  judge: z
    .strictObject({
      verdicts: z
        .strictObject({ '1': counts, '0.5': counts, '0': counts })
        .describe('Proofs by exact worth, then by what the judge says.'),
      pairs: z.strictObject({ right: count, wrong: count, undecided: count }),
      percent: z.strictObject({
        accuracy: percent.describe('Verdicts that are exact.'),
        falseAccepts: percent.describe('Wrong proofs called right.'),
        falseRejects: percent.describe('Right proofs called wrong.'),
        pairs: percent.describe('Pairs decided rightly; an undecided one counts half.'),
      }),
    })
    .optional()
    .describe('What the judge is worth on the proofs of the policy, where it was measured.'),
  alarms: z
    .array(
      z.strictObject({
        stage: z.string(),
        step: z.int().positive().describe('The step with which it began to hold.'),
        kind: z.string().describe('The field of the recipe’s `alarms` that is its limit.'),
        text: z.string(),
      }),
    )
    .optional()
    .describe('What went out of its bounds during reinforcement learning, where anything did.'),
  effects: z.array(
    z.strictObject({
      id: z.string(),
      claim: z
        .string()
        .optional()
        .describe('What it claims, in words; absent in reports of earlier versions.'),
      unit: z.enum(['points', 'tokens']).optional().describe('Percentage points, or tokens.'),
      shown: z
        .boolean()
        .describe('Whether the whole interval lies above 0, or within ±`within` where that is given.'),
      estimate: z
        .number()
        .describe('In percentage points or tokens, positive in the direction of the claim.'),
      ci: interval.describe('Paired 95 % interval.'),
      within: z.number().positive().optional().describe('The most that two may differ by and be alike.'),
    }),
  ),
});

export type ReportJson = z.infer<typeof reportSchema>;
