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

export const ungradedCauses = [
  'call-failed',
  'unparsable',
  'out-of-range',
  'cancelled',
  'no-scheme',
  'undecided',
] as const;

/** What one judge of several came to, in one round. */
export const memberGradeSchema = z.object({
  grader: z.string(),
  /** From 1; later rounds are those after a disagreement. */
  round: z.int().min(1),
  /** Null where it came to no grade. */
  points: z.number().min(0).max(7).nullable(),
  cause: z.enum(ungradedCauses).optional(),
  /** The report; for no grade, the detail of the cause. */
  report: z.string(),
});

export const gradedSchema = z.object({
  kind: z.literal('graded'),
  /** 0 to 7. */
  points: z.number().min(0).max(7),
  /** The report for a person (Markdown). */
  report: z.string(),
  items: z.array(gradeItemSchema).default([]),
  grader: z.string(),
  /** What a person should know of how it came about: what was not shown to the judge, how often it was asked. */
  notes: z.array(z.string()).optional(),
  /** Labels of the calls that it rests on, in their order. */
  calls: z.array(z.string()).optional(),
  /** Where several judges graded: what each of them came to, in every round. */
  members: z.array(memberGradeSchema).optional(),
});

export const ungradedSchema = z.object({
  kind: z.literal('ungraded'),
  cause: z.enum(ungradedCauses),
  detail: z.string(),
  grader: z.string(),
  members: z.array(memberGradeSchema).optional(),
});

export const gradeSchema = z.discriminatedUnion('kind', [gradedSchema, ungradedSchema]);
export type GradeItem = z.infer<typeof gradeItemSchema>;
export type Graded = z.infer<typeof gradedSchema>;
export type Ungraded = z.infer<typeof ungradedSchema>;
export type Grade = Graded | Ungraded;
export type MemberGrade = z.infer<typeof memberGradeSchema>;
export type UngradedCause = Ungraded['cause'];

export interface GradeContext {
  /** Seed of this grading, for graders with randomness of their own. */
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** What is graded ended at its limit of tokens. */
  readonly isCut?: boolean;
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
