/**
 * A grade is points with their reasons, or it is `ungraded` with a cause. NULL-NOT-ZERO: a grader, endpoint or
 * parser that fails yields `ungraded`; it never becomes a score, and it leaves the group's baseline. An empty
 * proof is a real 0, decided before any judge is asked.
 */
import { z } from 'zod';
import type { ChatModel, ChatRequest, Reply } from '../model/chat-model.ts';
import type { Problem } from '../problems/problem.ts';

/** One line of a report: what was looked at, what it earned (+) or cost (−), and why. */
export const gradeItemSchema = z.object({
  what: z.string(),
  points: z.number(),
  reason: z.string(),
});

export const gradedSchema = z.object({
  kind: z.literal('graded'),
  /** 0 to 7. */
  points: z.number().min(0).max(7),
  /** The report for a person (Markdown). */
  report: z.string(),
  items: z.array(gradeItemSchema).default([]),
  grader: z.string(),
});

export const ungradedSchema = z.object({
  kind: z.literal('ungraded'),
  cause: z.enum(['call-failed', 'unparsable', 'out-of-range', 'cancelled', 'no-scheme']),
  detail: z.string(),
  grader: z.string(),
});

export const gradeSchema = z.discriminatedUnion('kind', [gradedSchema, ungradedSchema]);
export type GradeItem = z.infer<typeof gradeItemSchema>;
export type Graded = z.infer<typeof gradedSchema>;
export type Ungraded = z.infer<typeof ungradedSchema>;
export type Grade = Graded | Ungraded;

export interface GradeContext {
  /** Seed of this grading, for graders with randomness of their own. */
  readonly seed: number;
  readonly signal?: AbortSignal;
  /**
   * Makes a model call for whoever runs the grading: durable, and within a budget. `label` names the call within this
   * grading and is used once. Throws a ModelError, which is a call that failed; whatever else it throws is let through.
   */
  readonly call?: (label: string, model: ChatModel, request: ChatRequest) => Promise<Reply>;
}

/** Grades one proof. `proof` is the text after the reasoning; the grader never sees the reasoning. */
export interface Grader {
  readonly name: string;
  grade(problem: Problem, proof: string, context: GradeContext): Promise<Grade>;
}

/** The grade of a proof that is not there: reasoning that never closed, or nothing after it. */
export function gradeOfNoProof(grader: string, reason: string): Graded {
  return {
    kind: 'graded',
    points: 0,
    report: reason,
    items: [{ what: 'no proof', points: 0, reason }],
    grader,
  };
}
