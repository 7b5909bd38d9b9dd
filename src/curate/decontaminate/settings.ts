/**
 * What decides whether two statements are one, with the values that docs/data.md measures. A threshold is that of a long
 * statement; the shorter the statement, the more of it is phrases that problems share, so the more must agree.
 */
import { z } from 'zod';

const percent = z.number().min(0).max(100);

export const settingsSchema = z.object({
  partial: percent.default(76).describe('partial ratio from which a row holds a long evaluation statement'),
  tokenSet: percent
    .default(84)
    .describe('token-set ratio from which a row of about the same length holds a long evaluation statement'),
  duplicate: percent.default(87).describe('partial ratio from which two long rows are one'),
  short: z
    .number()
    .min(0)
    .default(850)
    .describe('added to thresholds, divided by the characters of the shorter statement'),
  nearMiss: percent.default(6).describe('how far below a threshold a match is still written down for review'),
  coverage: z
    .number()
    .min(0)
    .max(1)
    .default(0.6)
    .describe('share of a statement that a shorter row must have before it can be one with it'),
  numbers: z
    .number()
    .min(0)
    .max(1)
    .default(0.9)
    .describe('share of their numbers that two rows must have in common to be one'),
  words: z.int().min(2).default(13).describe('words in a row that make two texts candidates'),
  texts: z
    .boolean()
    .default(true)
    .describe('whether solutions and comments are searched for evaluation statements too'),
});
export type DecontaminationSettings = z.infer<typeof settingsSchema>;

/** The threshold for statements of which the shorter has so many characters; all of it must agree for the shortest. */
export function thresholdFor(
  threshold: number,
  characters: number,
  { short }: Pick<DecontaminationSettings, 'short'>,
): number {
  return Math.min(100, threshold + short / Math.max(1, characters));
}
