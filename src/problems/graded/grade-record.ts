/**
 * A grade given in QED, as a line of JSONL: by a person in the web app, or by a named judge where a set is built. It has the
 * whole problem and the proof with it, so that a file of them is a set of graded proofs by itself. Several lines about
 * one proof are several graders' ratings of it; of two lines by one grader the later one holds, and `points: null` takes
 * back what was given before.
 */
import { z } from 'zod';
import { problemSchema } from '../problem.ts';

export const gradeRecordForm = 'qed-grade';

export const gradeRecordSchema = z.object({
  form: z.literal(gradeRecordForm),
  /** The same for every grading of the same proof, another for every other proof of the file. */
  proof_id: z.string().min(1),
  problem: problemSchema,
  /** What was graded; empty where the attempt has none. */
  proof: z.string(),
  /** Of `maximum`; null where there is no grade. */
  points: z.number().nonnegative().nullable(),
  maximum: z.number().positive().default(7),
  /** Who graded: a person's name or initials, or the name of a judge. */
  grader: z.string().min(1),
  by: z.enum(['person', 'judge']),
  /** Who wrote the proof, for example a model's name. */
  author: z.string().min(1).optional(),
  /** Where the proof comes from, such as a run's directory and the attempt in it. */
  from: z.string().min(1).optional(),
  /** ISO 8601. */
  graded_at: z.string().min(1).optional(),
  /** Points of single checkpoints, by their ids in the scheme. */
  checkpoints: z.record(z.string(), z.number()).optional(),
  /** From 0 to 1, how sure the grader is. */
  confidence: z.number().min(0).max(1).optional(),
  comment: z.string().optional(),
  /** Of this line; the same line sent again is recorded once. */
  id: z.string().min(1).optional(),
  /** The queue that the proof stood in, and its number there. */
  queue: z.string().min(1).optional(),
  item: z.string().min(1).optional(),
  /** At which place this grader saw it, from 1. */
  shown: z.int().min(1).optional(),
  /** Whether who wrote the proof, and what judges gave it, was hidden from the grader. */
  blind: z.boolean().optional(),
  /** Points that deductions took off, and limits that held, by their names in the scheme. */
  deductions: z.record(z.string(), z.number()).optional(),
  limits: z.array(z.string()).optional(),
  /** What the scheme's parts come to, where the grader gave other points, and why. */
  by_scheme: z.number().optional(),
  override_reason: z.string().optional(),
  /** What was noted of how the proof is written, by the ids of `style-notes.ts`, and in words. */
  style: z.array(z.string()).optional(),
  style_note: z.string().optional(),
  /** Of attention. */
  seconds: z.number().nonnegative().optional(),
  /** What it was graded by: digests of the proof, and of statement, scheme, guidelines and solutions. */
  digests: z.object({ proof: z.string().nullable(), material: z.string() }).optional(),
  /** Version of QED. */
  version: z.string().optional(),
});

export type GradeRecord = z.output<typeof gradeRecordSchema>;
