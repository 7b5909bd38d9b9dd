/** The list of run directories below the served folder. */
export interface RunsApi {
  'runs.json': RunList;
}

export interface RunList {
  /** The served folder as the command was given it. */
  readonly folder: string;
  readonly version: string;
  /** Whether this is a live server or an exported site. */
  readonly isStatic: boolean;
  readonly runs: readonly RunSummary[];
}

/** What a directory is a run of. */
export type RunKind = 'recipe' | 'study' | 'prove' | 'bench' | 'curation' | 'data-step' | 'calibration';

export interface RunSummary {
  /** Safe name of the path below the folder. */
  readonly id: string;
  /** That path. */
  readonly path: string;
  readonly kind: RunKind;
  /** What it is a run of, in a few words: the recipe, the suite with model and scaffold. */
  readonly title: string;
  /** A second line: models, stage, what it works on. */
  readonly detail: string;
  readonly state: RunState;
  /** Share of the work that is done, where it is known. */
  readonly progress: number | null;
  /** The score that matters most, where there is one. */
  readonly score: RunScore | null;
  /** Dollars, where a price is known. */
  readonly dollars: number | null;
  readonly tokens: number | null;
  readonly secondsLeft: number | null;
  /** Milliseconds since 1970 of the last change. */
  readonly changed: number;
  /** What is wrong with it, as sentences; empty when nothing is. */
  readonly troubles: readonly string[];
}

/** `running`: a process holds it; `stopped`: unfinished and held by none; `damaged`: cannot be read. */
export type RunState = 'running' | 'stopped' | 'finished' | 'damaged';

export interface RunScore {
  /** Percent of full marks. */
  readonly mean: number;
  /** 95 % interval, where it is known. */
  readonly interval: readonly [low: number, high: number] | null;
  /** What it is the score of. */
  readonly of: string;
}
