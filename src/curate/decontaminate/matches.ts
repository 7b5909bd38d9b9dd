/** A line of `matches.jsonl`: what a row was found to hold, by which view and measure, with which score, and where. */
import { z } from 'zod';
import { measures } from './compare-statements.ts';
import { viewNames } from './views.ts';

export const matchesFile = 'matches.jsonl';

/** `contaminated`, `duplicate`: why the row left. `near-miss`: below the threshold, for a person to look at. */
export const verdicts = ['contaminated', 'duplicate', 'near-miss'] as const;

/** Of a row: what of it holds the other. */
export const places = ['statement', 'solution', 'comment'] as const;

export const matchSchema = z.object({
  verdict: z.enum(verdicts),
  where: z.enum(places).default('statement'),
  row: z.object({ id: z.string(), line: z.int().positive() }),
  /** An item of an evaluation set, or another row. */
  against: z.union([
    z.object({ set: z.string(), id: z.string() }),
    z.object({ row: z.string(), line: z.int().positive() }),
  ]),
  view: z.enum(viewNames),
  measure: z.enum([...measures, 'exact']),
  score: z.number(),
  /** Share of the other statement that the row is long enough to hold. */
  coverage: z.number(),
  /** Two rows only: the share of their numbers that they have in common. */
  numbers: z.number().optional(),
  /** The passages that have the score, as they are written. Absent where the whole of one is the whole of the other. */
  passage: z.object({ row: z.string(), other: z.string() }).optional(),
});
export type Match = z.infer<typeof matchSchema>;

/** Scores in hundredths, which are read and compared more easily, in this form everywhere. */
export function rounded(score: number): number {
  return Math.round(score * 100) / 100;
}
