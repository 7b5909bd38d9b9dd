/**
 * A suite is data: problems to be solved, how their solutions are scored, where the file came from, and everything
 * that was found wrong in it with what was done about it. It knows nothing of models and judges.
 */
import type { Problem } from '../problem.ts';

/** `proof`: a proof is graded. `answer`: a final answer is compared with the gold one. */
export type SuiteKind = 'proof' | 'answer';

/**
 * What a grade may be. `imo-proofbench`: 0, 1, 6 or 7, chosen by guidelines without points. `points`: 0 to 7.
 * `answer`: right or wrong.
 */
export type SuiteScale = 'imo-proofbench' | 'points' | 'answer';

export interface Suite {
  /** For example `imo-proofbench:advanced`; a file's or data set's name where it is no built-in suite. */
  readonly name: string;
  /** `v2`, or the first characters of the file's SHA-256 where the file is not a known one. */
  readonly version: string;
  readonly title: string;
  readonly kind: SuiteKind;
  readonly scale: SuiteScale;
  /** In the order of the file, after exclusions and filters. */
  readonly problems: readonly Problem[];
  /** How many problems the file gives before filters. */
  readonly total: number;
  /** What was found wrong, by problem, whether or not a filter kept the problem. */
  readonly faults: readonly SuiteFault[];
  /** What a person should know before trusting a score: a deprecated version, an unknown file, unused columns. */
  readonly warnings: readonly string[];
  readonly source: SuiteSource;
  /** SHA-256 over kind, scale and the problems as used, without sources and tags: equal digests, equal tests. */
  readonly digest: string;
}

export interface SuiteSource {
  /** What was asked for, as it was written. */
  readonly spec: string;
  /** The files that were read, in order. */
  readonly files: readonly SuiteFile[];
  /** The commit, for a data set of the hub. */
  readonly revision?: string;
  readonly licence: string;
  readonly attribution: string;
  /**
   * How the bytes are known to be the right ones. `given`: by a checksum that the user gave. `known`: by a checksum of
   * the table of known files. `locked`: as recorded when this run first used them. `recorded`: recorded just now.
   * `unchecked`: nothing compares them.
   */
  readonly checked: 'given' | 'known' | 'locked' | 'recorded' | 'unchecked';
}

export interface SuiteFile {
  /** Where it lies on this machine. */
  readonly path: string;
  readonly url?: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface SuiteFault {
  /** The problem's id, or where the row stands if it has none. */
  readonly problem: string;
  readonly at: string;
  readonly field: string;
  readonly kind:
    | 'shifted-columns'
    | 'misfit-row'
    | 'missing'
    | 'duplicate-id'
    | 'same-statement'
    | 'odd-dollars'
    | 'outer-space'
    | 'unusable-scheme'
    | 'invalid';
  /** A corrupt row asks or scores something else than its author meant; a minor fault does not. */
  readonly severity: 'corrupt' | 'minor';
  readonly action: 'repaired' | 'excluded' | 'kept';
  /** What is wrong and what was done, one sentence. */
  readonly detail: string;
}
