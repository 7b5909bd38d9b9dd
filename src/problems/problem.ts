/**
 * A problem and its grading scheme: the two things that every room above this one talks about. A problem knows
 * nothing of models. The statement alone is what a solver sees (`statementOnly`); scheme, guidelines, answer and
 * solutions are for graders.
 */
import { z } from 'zod';

export type ProblemId = string & { readonly __brand: 'ProblemId' };

/** One result that earns points. Points of all checkpoints of a chain add up to `maximumPoints`. */
export const checkpointSchema = z.object({
  id: z.string().min(1),
  points: z.number().positive(),
  /** Whether it is a main idea of the proof or work that anyone can do who has it. */
  kind: z.enum(['main', 'routine']).optional(),
  description: z.string().min(1),
});

/** Checkpoints of another way to a proof, with the idea of that way as its name. */
export const alternativeSchema = z.object({
  name: z.string().min(1),
  checkpoints: z.array(checkpointSchema).min(1),
});

/** A flaw that takes points off, at most `cap` points in all. */
export const deductionSchema = z.object({
  points: z.number().positive(),
  cap: z.number().positive().optional(),
  description: z.string().min(1),
});

/** A flaw with which a proof earns at most so many points, whatever else it has. */
export const limitSchema = z.object({
  points: z.number().min(0).max(7),
  description: z.string().min(1),
});

/** A rubric on the 0 to 7 scale of the olympiads, in the form an LLM writes for real problems (paper, section 2.2). */
export const gradingSchemeSchema = z.object({
  maximumPoints: z.literal(7).default(7),
  checkpoints: z.array(checkpointSchema).min(1),
  /** The idea of these checkpoints, where there are other ways. */
  chain: z.string().min(1).optional(),
  /** Other ways: the chain that earns most counts, and points of two chains are never added. */
  alternatives: z.array(alternativeSchema).min(1).optional(),
  zeroCredit: z.array(z.string()).default([]),
  deductions: z.array(deductionSchema).default([]),
  limits: z.array(limitSchema).min(1).optional(),
  notes: z.string().optional(),
});

export const problemSchema = z.object({
  id: z
    .string()
    .min(1)
    .transform((id) => id as ProblemId),
  statement: z.string().min(1),
  solutions: z.array(z.string()).default([]),
  scheme: gradingSchemeSchema.optional(),
  /** Guidelines or a marking scheme in the words of whoever published them, where there is no scheme in parts. */
  guidelines: z.string().min(1).optional(),
  /** The gold final answer. Absent where the problem is a proof alone. */
  answer: z.string().min(1).optional(),
  source: z.string().default(''),
  /** What tables are split by; suites give category, level, subcategory, contest, year and subset those names. */
  tags: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});

export type Checkpoint = z.infer<typeof checkpointSchema>;
export type Alternative = z.infer<typeof alternativeSchema>;
export type Deduction = z.infer<typeof deductionSchema>;
export type Limit = z.infer<typeof limitSchema>;
export type GradingScheme = z.infer<typeof gradingSchemeSchema>;
export type Problem = z.infer<typeof problemSchema>;

/** The problem as a solver may have it. Nothing that helps a grader is left, so nothing can leak into a prompt. */
export function statementOnly({ id, statement }: Problem): Problem {
  return { id, statement, solutions: [], source: '', tags: {} };
}
