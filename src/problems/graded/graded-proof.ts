/** A proof with the grade that a person gave it: what judges are measured against. */
import type { Problem } from '../problem.ts';
import type { SuiteFault, SuiteSource } from '../suites/suite.ts';

/** Points are on the scale of 0 to 7, whatever the scale of the source; a label says no more than right or wrong. */
export type HumanGrade =
  | {
      readonly kind: 'points';
      /** The mean of the ratings; no whole number where several people rated or the source has another scale. */
      readonly points: number;
      /** Each person's, on the scale of 0 to 7. */
      readonly ratings: readonly number[];
      /** Full marks in the source. */
      readonly maximum: number;
    }
  | {
      readonly kind: 'label';
      readonly isCorrect: boolean;
      /** The points of 7 from which the source calls a proof correct, where it says so. */
      readonly threshold?: number;
    };

export interface GradedProof {
  /** Unique in its set. */
  readonly id: string;
  readonly problem: Problem;
  readonly proof: string;
  readonly grade: HumanGrade;
  /** Who graded, as far as the source says: `human`, or a model's name. */
  readonly grader: string;
  /** Who wrote the proof, usually a model; undefined where the source does not say. */
  readonly author: string | undefined;
  /** What else the source says of the proof, such as an automatic rating. */
  readonly tags: Problem['tags'];
}

export interface GradedSet {
  readonly name: string;
  readonly version: string;
  /** In the order of the files. */
  readonly proofs: readonly GradedProof[];
  /** Proofs of the files that have no grade: left out, never a 0. */
  readonly ungraded: number;
  readonly faults: readonly SuiteFault[];
  readonly warnings: readonly string[];
  readonly source: SuiteSource;
  /** SHA-256 over problems, proofs and grades. */
  readonly digest: string;
}
