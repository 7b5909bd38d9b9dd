/**
 * A queue as it lies in the served folder: `human-grades/NAME.queue.jsonl`, a line that says how it was made and a line for each
 * proof, whole, with what must stay hidden from graders. It is written once, but for the open one (`is_open`), and does not change
 * when runs do.
 */
import { z } from 'zod';
import { problemSchema } from '../../problems/problem.ts';

/** Below the served folder. */
export const gradesFolder = 'human-grades';

export const queueHeaderSchema = z.object({
  form: z.literal('qed-grading-queue'),
  version: z.literal(1),
  title: z.string().min(1),
  created_at: z.string().min(1),
  qed: z.string(),
  /** How the proofs were chosen, in words. */
  chosen: z.string(),
  sources: z.array(z.string()),
  candidates: z.int(),
  seed: z.int(),
  shows_systems: z.boolean(),
  shows_reference: z.boolean(),
  /** The queue whose differences are settled by this one. */
  adjudicates: z.string().nullable(),
  /**
   * Proofs come into it one by one, from the page that shows what others gave: nobody is blind here. Such a queue is the only
   * one that grows.
   */
  is_open: z.boolean().optional(),
});

export const queueItemSchema = z.object({
  /** From 1. */
  item: z.string().min(1),
  /** Of the gradings of this proof, also in the file of another queue. */
  proof_id: z.string().min(1),
  problem: problemSchema,
  proof: z.string().nullable(),
  system: z.string(),
  from: z.string(),
  digests: z.object({ proof: z.string().nullable(), material: z.string() }),
  judges: z.array(
    z.object({
      judge: z.string(),
      points: z.number().nullable(),
      cause: z.string().nullable(),
      report: z.string().nullable(),
    }),
  ),
  people: z.array(z.object({ grader: z.string(), points: z.number() })),
  /** The page of the proof, where it came from one. */
  page: z.object({ run: z.string(), id: z.string() }).optional(),
});

export type QueueHeader = z.output<typeof queueHeaderSchema>;
export type QueueItem = z.output<typeof queueItemSchema>;

export interface Queue {
  readonly name: string;
  readonly header: QueueHeader;
  /** In the order of the file, which is shuffled. */
  readonly items: readonly QueueItem[];
}

/** What a grader did that is no grade. */
export const logEntrySchema = z.object({
  form: z.literal('qed-grading-log'),
  id: z.string().min(1),
  grader: z.string().min(1),
  what: z.enum(['began', 'skipped', 'finished', 'unblinded']),
  item: z.string().nullable(),
  reason: z.string(),
  at: z.string().min(1),
});
export type LogEntry = z.output<typeof logEntrySchema>;

export const queueFile = (name: string): string => `${name}.queue.jsonl`;
export const gradesFile = (name: string): string => `${name}.jsonl`;
export const logFile = (name: string): string => `${name}.log.jsonl`;
