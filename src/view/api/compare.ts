/**
 * What is compared: systems are a model with a scaffold on a suite, graded by a judge. A benchmark run is one system for each of
 * its judges, a recipe run one for each checkpoint and scaffold that it evaluated. `:systems` is a selection: keys of systems
 * joined by `~0a`; the key of a run alone means all its systems, and that of a suite all systems of the suite.
 */
export interface CompareApi {
  'compare/choices.json': CompareChoices;
  'compare/:systems/comparison.json': ComparedSystems;
  'compare/:systems/problems/:suite/:page.json': ComparedProblems;
  'compare/:systems/files.json': ComparisonFiles;
}

/** All that can be compared below the folder. */
export interface CompareChoices {
  readonly suites: readonly SuiteChoice[];
  /** Runs that cannot be read, with the reason. */
  readonly troubles: readonly { readonly path: string; readonly reason: string }[];
  /** Whether other selections than whole suites, runs and pairs can be asked for. */
  readonly isStatic: boolean;
}

export interface SuiteChoice {
  readonly name: string;
  /** Selects all systems of the suite. */
  readonly key: string;
  readonly systems: readonly SystemChoice[];
}

export interface SystemChoice {
  readonly key: string;
  /** Id and path of the run, and what selects all its systems. */
  readonly run: string;
  readonly path: string;
  readonly runKey: string;
  readonly kind: 'bench' | 'recipe';
  readonly model: string;
  readonly scaffold: string;
}

/** Percent of full marks wherever nothing else is said. */
export interface ComparedInterval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

export interface ComparedSystems {
  readonly suites: readonly ComparedSuite[];
}

export interface ComparedSuite {
  readonly name: string;
  readonly version: string;
  /** `proof` or `answer`. */
  readonly kind: string;
  readonly scale: string;
  /** In the order of the selection. */
  readonly systems: readonly ComparedSystem[];
  /** Every two graded systems once, the better first. */
  readonly pairs: readonly ComparedPair[];
  readonly parts: readonly ComparedParts[];
  /** k of best@k and pass@k, ascending; 1 is the score itself. Empty with one attempt at each problem. */
  readonly counts: readonly number[];
  /** Numbers of the systems that no other beats at the same or lower cost. `dollars` is null where one has no price. */
  readonly front: { readonly tokens: readonly number[]; readonly dollars: readonly number[] | null };
  /** What a reader has to know, a sentence each. */
  readonly warnings: readonly string[];
  readonly problems: number;
  readonly problemPages: number;
}

export interface ComparedSystem {
  readonly key: string;
  /** Short, and different for every system of the suite. */
  readonly name: string;
  readonly run: string;
  readonly path: string;
  readonly model: string;
  readonly scaffold: string;
  readonly judge: string | null;
  /** Other judges that graded it, with the key of the system that it is by their grades. */
  readonly otherJudges: readonly { readonly name: string; readonly key: string }[];
  readonly score: ComparedScore;
  /** Standard deviation of run means: the paper's ±. Null with one run. */
  readonly deviation: number | null;
  /** If everything ungraded had scored nothing, or full marks. */
  readonly bounds: { readonly low: number; readonly high: number } | null;
  readonly runs: number;
  readonly counts: {
    readonly wanted: number;
    readonly missing: number;
    readonly pending: number;
    readonly graded: number;
    readonly ungraded: readonly { readonly cause: string; readonly count: number }[];
  };
  /** For one attempt at one problem, on average; null where nothing was attempted. */
  readonly cost: ComparedCost | null;
  /** Reply tokens relative to the same model's single turn. */
  readonly relative: number | null;
  /** Ranks that the tests leave open. */
  readonly ranks: { readonly low: number; readonly high: number };
  /** By `counts`; null where no problem has so many graded attempts. */
  readonly best: readonly (ComparedInterval | null)[];
  readonly pass: readonly (ComparedInterval | null)[];
}

export interface ComparedScore {
  /** Null where nothing is graded. */
  readonly mean: ComparedInterval | null;
  readonly problems: number;
  readonly graded: number;
  readonly ungraded: number;
}

export interface ComparedCost {
  readonly calls: number | null;
  /** Of replies, reasoning included. */
  readonly tokens: number;
  readonly dollars: number | null;
  /** Share of attempts of which some reply was cut at its limit, 0 to 1. */
  readonly cut: number;
  readonly judgeTokens: number | null;
  readonly judgeDollars: number | null;
}

export interface ComparedPair {
  /** Numbers of the systems. */
  readonly better: number;
  readonly worse: number;
  readonly difference: ComparedInterval;
  /** Two-sided sign-flip permutation test, and Holm's correction over all pairs of the suite. */
  readonly pValue: number;
  readonly corrected: number;
  readonly problems: number;
}

/** Scores by the values of one tag. */
export interface ComparedParts {
  readonly tag: string;
  readonly values: readonly { readonly value: string; readonly problems: number }[];
  /** By system, then value. */
  readonly scores: readonly (readonly (ComparedScore | null)[])[];
}

/** Problems in the order of the suite, as many as make no page large. */
export interface ComparedProblems {
  readonly rows: readonly ComparedProblem[];
}

export interface ComparedProblem {
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
  /** The beginning of the statement, as it is written. */
  readonly excerpt: string;
  /** By system: points (0 to 7) of each attempt; null: no grade; -1: not attempted. Empty where the system does not have it. */
  readonly points: readonly (readonly (number | null)[])[];
  /** By system: what the ids of its proofs begin with, for `#/runs/:run/proofs/:id`; the number of the attempt from 0 follows. */
  readonly proofs: readonly (string | null)[];
}

/** The tables as texts to copy or save. */
export interface ComparisonFiles {
  readonly markdown: string;
  readonly latex: string;
  readonly csv: string;
  readonly json: string;
}
