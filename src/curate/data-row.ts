/**
 * A row of a data set in the making: a problem, with where it comes from and what the steps of curation have found out
 * about it. Whatever reads problems reads these rows too. Steps hand rows on as JSONL, one row a line, in the order of
 * their sources, so that the same input gives the same bytes.
 */
import { z } from 'zod';
import { problemSchema } from '../problems/problem.ts';

/** Where a row comes from, exactly enough to find it again. */
export const originSchema = z.object({
  /** Name of the source card. */
  source: z.string().min(1),
  /** Commit or SHA-256 of what was read. */
  revision: z.string().min(1).optional(),
  file: z.string().min(1).optional(),
  /** Counted from 1 within the file. */
  row: z.int().positive(),
});

/** How hard a problem is for a model: its attempts, graded by a judge. */
export const difficultySchema = z.object({
  model: z.string().min(1),
  judge: z.string().min(1),
  /** Graded attempts; ungraded ones are not among them. */
  attempts: z.int().positive(),
  ungraded: z.int().nonnegative(),
  /** Mean of grade / 7, from 0 to 1. */
  meanReward: z.number().min(0).max(1),
  /** 95 % interval of `meanReward`. */
  interval: z.tuple([z.number(), z.number()]),
  /** Attempts with full marks. Absent where a source tells their mean alone. */
  solved: z.int().nonnegative().optional(),
  /** 95 % interval of `solved / attempts`, pass@1. */
  solvedInterval: z.tuple([z.number(), z.number()]).optional(),
  /** Points of each attempt, in their order; null for those without a grade. */
  points: z.array(z.number().min(0).max(7).nullable()).optional(),
});

/** Which model wrote something, asked with which prompts (first digits of a digest over their files). */
export const authorSchema = z.object({ model: z.string().min(1), prompt: z.string().min(1) });

/** What a model noted in its review of a row that it found no fault with. */
export const reviewSchema = authorSchema.extend({
  /** 1 (first rounds of school contests) to 10 (the hardest of the IMO); null where it said none. */
  difficulty: z.int().min(1).max(10).nullable(),
  /** Null where it did not say. */
  computational: z.boolean().nullable(),
});

export const dataRowSchema = problemSchema.extend({
  origin: originSchema.optional(),
  /** SPDX name where there is one. */
  licence: z.string().min(1).optional(),
  /** What others said of statement or solutions, such as further posts of a thread. */
  comments: z.array(z.string()).optional(),
  difficulty: difficultySchema.optional(),
  /** Where a model wrote the scheme. */
  schemeBy: authorSchema.optional(),
  review: reviewSchema.optional(),
});

export type Origin = z.infer<typeof originSchema>;
export type Difficulty = z.infer<typeof difficultySchema>;
export type DataRow = z.infer<typeof dataRowSchema>;

/** A row that a step took out, and why. `reason` is a code, the same for all rows that left for the same reason. */
export const droppedRowSchema = z.object({
  reason: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'a code in lower case with hyphens is expected'),
  /** What in this row gave the reason, for a person to check. */
  detail: z.string(),
  row: dataRowSchema,
});
export type DroppedRow = z.infer<typeof droppedRowSchema>;
