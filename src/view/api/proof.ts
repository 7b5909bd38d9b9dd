/** Proofs of a run with what was made of them: a list that opens at once however long it is, and each whole. */
import type { SafeHtml } from './safe-html.ts';

export interface ProofApi {
  'runs/:run/proofs.json': ProofList;
  'runs/:run/proofs/rows/:page.json': ProofRows;
  'runs/:run/proof/:id.json': Proof;
}

export interface ProofList {
  readonly title: string;
  readonly kind: 'recipe' | 'bench' | 'prove';
  /** What wrote them: checkpoint and scaffold, or model and scaffold. */
  readonly systems: readonly string[];
  readonly problems: readonly { readonly id: string; readonly statement: string }[];
  /** By whom they were graded. */
  readonly judges: readonly string[];
  readonly count: number;
  readonly pages: number;
  readonly rowsPerPage: number;
  /** Why there are none, where there are none. */
  readonly empty: string | null;
}

/** Parallel lists, a place for each proof. */
export interface ProofRows {
  /** Safe names (`:id`). */
  readonly ids: readonly string[];
  /** Places in `problems` and `systems` of the list. */
  readonly problems: readonly number[];
  readonly systems: readonly number[];
  /** Attempts at the problem, from 1. */
  readonly attempts: readonly number[];
  /** By judge: 0 to 7; null without a grade. */
  readonly points: readonly (readonly (number | null)[])[];
  /** By judge: why there is no grade; empty where there is one, or it was not tried. */
  readonly causes: readonly (readonly string[])[];
  /** Completion tokens of all calls; null where nothing says. */
  readonly tokens: readonly (number | null)[];
  readonly finishes: readonly ProofFinish[];
}

/** `stop`: it ended by itself; `cut`: at its limit of tokens; `budget`: with its budget; `none`: there is no proof. */
export type ProofFinish = 'stop' | 'cut' | 'budget' | 'none';

export interface Proof {
  readonly id: string;
  readonly kind: 'bench' | 'prove' | 'evaluation' | 'rollout';
  /** What wrote it, in words. */
  readonly system: string;
  /** From 1. */
  readonly attempt: number;
  readonly problem: ProofProblem;
  readonly proof: SafeHtml | null;
  /** Why there is none, or what a reader should know, as sentences. */
  readonly remarks: readonly string[];
  readonly characters: number;
  readonly tokens: number | null;
  readonly finish: ProofFinish;
  /** The text before the proof; null where it is not on record by itself. */
  readonly reasoning: string | null;
  /** One for each judge, the newest first. */
  readonly grades: readonly ProofGrade[];
  /** Whether a trace of its calls can be opened (`#/runs/:run/traces/:id`). */
  readonly hasTrace: boolean;
  /** Where it is a rollout. */
  readonly group: { readonly stage: 'rl' | 'rc'; readonly step: number; readonly group: number } | null;
  /** Other attempts of the same system at the same problem. */
  readonly siblings: readonly {
    readonly id: string;
    readonly attempt: number;
    readonly points: number | null;
  }[];
  /** Where it is being graded. */
  readonly queues: readonly ProofQueue[];
}

/** A queue in which people grade the same proof without knowing what others gave. */
export interface ProofQueue {
  readonly queue: string;
  readonly title: string;
  readonly item: string;
  /** Graders who have begun and neither finished nor unblinded it. */
  readonly blind: readonly string[];
}

export interface ProofProblem {
  readonly id: string;
  readonly source: string;
  readonly statement: SafeHtml | null;
  readonly answer: string | null;
  readonly solutions: readonly SafeHtml[];
  readonly guidelines: SafeHtml | null;
  readonly scheme: ProofScheme | null;
}

export interface ProofScheme {
  /** The first is the scheme's own; only the one that earns most counts. */
  readonly chains: readonly { readonly name: string | null; readonly checkpoints: readonly SchemeRow[] }[];
  readonly deductions: readonly SchemeRow[];
  readonly limits: readonly SchemeRow[];
  readonly zeroCredit: readonly SafeHtml[];
  readonly notes: SafeHtml | null;
}

export interface SchemeRow {
  /** C1, D1, L1, or the scheme's own name. */
  readonly id: string;
  readonly points: number;
  readonly description: SafeHtml;
}

export interface ProofGrade {
  readonly judge: string;
  readonly by: 'judge' | 'person';
  /** 0 to 7; null without a grade. */
  readonly points: number | null;
  /** Why there is no grade; null where there is one. */
  readonly cause: string | null;
  readonly report: SafeHtml | null;
  /** What was looked at and what it earned. */
  readonly items: readonly {
    readonly what: string;
    readonly points: number;
    readonly reason: string;
    /** Id of the checkpoint that it is about, where it names one. */
    readonly checkpoint: string | null;
  }[];
  /** Points by checkpoint, where they can be told. */
  readonly checkpoints: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
  /** Of an ensemble. */
  readonly members: readonly {
    readonly judge: string;
    readonly round: number;
    readonly points: number | null;
    readonly report: SafeHtml;
  }[];
  readonly tokens: number | null;
  readonly dollars: number | null;
}
