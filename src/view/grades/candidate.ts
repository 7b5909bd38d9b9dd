/**
 * A proof that may be put into a queue: what choosing needs to know of it, and its texts when it is asked for them, so that a
 * hundred thousand attempts can be chosen from. NULL-NOT-ZERO: a judge that came to no grade has null points and the cause.
 */
import type { Problem } from '../../problems/problem.ts';

export interface JudgeGrade {
  readonly judge: string;
  /** 0 to 7. */
  readonly points: number | null;
  readonly cause: string | null;
}

export interface Candidate {
  /** Unique among all candidates of a folder. */
  readonly id: string;
  readonly problem: Problem;
  /** Who wrote it: model and scaffold, or checkpoint and scaffold. */
  readonly system: string;
  /** Run and attempt, in words. */
  readonly from: string;
  readonly judges: readonly JudgeGrade[];
  /** Grades that people gave it before, of 7. */
  readonly people: readonly { readonly grader: string; readonly points: number }[];
  read(): Promise<CandidateTexts>;
}

export interface CandidateTexts {
  /** Null where the attempt has none. */
  readonly proof: string | null;
  /** Of each of `judges`. */
  readonly reports: readonly (string | null)[];
}
