/**
 * One run: its stages, what its steps measured, how it is set up and what came of it. Figures of steps travel as columns,
 * in pages of `stepsPerPage` steps: all pages but the last never change.
 */
import type { RunKind, RunState } from './runs.ts';

export interface RunApi {
  'runs/:run/overview.json': RunOverview;
  'runs/:run/steps/:stage/:page.json': StepPage;
  'runs/:run/recipe.json': RunRecipe;
  'runs/:run/result.json': RunResult;
  'runs/:run/spend.json': RunSpend;
}

export interface RunOverview {
  readonly id: string;
  /** Path below the served folder. */
  readonly path: string;
  readonly kind: RunKind;
  readonly name: string;
  readonly description: string;
  readonly state: RunState;
  readonly health: RunHealth;
  /** The stages of a recipe in the order they run; empty for other kinds. */
  readonly stages: readonly RunStage[];
  readonly alarms: readonly RunAlarm[];
  /** Calls of models and judges that failed, by what failed and how. */
  readonly failures: readonly FailureCount[];
  readonly totals: RunTotals;
  /** Whether there is a record of what its money and tokens were spent on. */
  readonly hasSpend: boolean;
  /** Runs that lie below this one: the arms of a study or sweep. */
  readonly arms: readonly RunArm[];
  /** Pages that the run wrote of itself (`files/:run/NAME` beside the API). */
  readonly documents: readonly string[];
  /** What is wrong with the directory, as sentences. */
  readonly troubles: readonly string[];
}

export interface RunHealth {
  /** The process that holds the directory, and since when (ISO 8601); null where none does. */
  readonly holder: { readonly pid: number; readonly since: string } | null;
  /** ISO 8601; null where nothing is on record. */
  readonly started: string | null;
  readonly finished: string | null;
  /** Unix seconds of the end of the last step. */
  readonly lastStepAt: number | null;
  /** What it is at or waits for, as a sentence; null when it is finished. */
  readonly doing: string | null;
  /** Seconds that are left of the stage under way, by the pace of this sitting. */
  readonly stageSecondsLeft: number | null;
  /** Unix seconds when this was read, so that a page that stays open can count on. */
  readonly readAt: number;
}

export type StageState = 'done' | 'running' | 'stopped' | 'to-come';

export interface RunStage {
  readonly id: string;
  /** In words: `Reinforcement learning`. */
  readonly title: string;
  /** What it does, in one sentence. */
  readonly what: string;
  readonly state: StageState;
  /** Seconds of work, all sittings together. */
  readonly seconds: number;
  readonly done: number;
  /** Steps in all, where that is known. */
  readonly all: number | null;
  /** What `done` and `all` count. */
  readonly unit: 'steps' | 'evaluations';
  /** What the run said of it when it ended. */
  readonly summary: string | null;
  /** `policy`: by rewards; `supervised`: on texts; null where nothing is trained. */
  readonly trains: 'policy' | 'supervised' | null;
  /** The run that this stage was taken over from, in a sweep. */
  readonly reusedFrom: string | null;
  /** Share of full marks on held-out problems before the first step, of stages that train a policy. */
  readonly heldOutBefore: HeldOutScore | null;
  /** Nats per token before the first step, of stages that train on texts. */
  readonly validationBefore: number | null;
  /** Token limit of an attempt. */
  readonly tokenLimit: number | null;
  /** Pages of steps that can be read. */
  readonly pages: number;
}

export interface HeldOutScore {
  /** 0 to 1. */
  readonly score: number;
  readonly interval: readonly [low: number, high: number];
}

export interface RunAlarm {
  readonly stage: string;
  /** The step with which it began to hold. */
  readonly step: number;
  readonly kind: string;
  readonly text: string;
  /** What that means, and what helps. */
  readonly meaning: string;
}

export interface FailureCount {
  /** What was asked for: `attempt`, `grade`, or the label of a call. */
  readonly label: string;
  /** Name of the error. */
  readonly name: string;
  readonly count: number;
  /** Message of the newest one, as it was; perhaps long. */
  readonly message: string;
}

export interface RunTotals {
  readonly seconds: number;
  readonly trainedTokens: number;
  readonly sampledTokens: number;
  readonly peakBytes: number | null;
}

export interface RunArm {
  readonly id: string;
  readonly name: string;
  readonly state: RunState;
  /** Final score on the test problems, percent, by checkpoint, as the run recorded them. */
  readonly scores: Readonly<Record<string, number>>;
}

/**
 * Steps `first` to `first + n - 1` of a stage by place, as columns of n values; null where a step did not measure a
 * figure. Columns are named by the path of the figure: `reward`, `heldOut/score`, `heldOut/ci/0`, `lengthMean`,
 * `overflowShare`, `entropy`, `mismatchKl`, `maxRatio`, `lag/shares/1`, `groups/trained`, `dropped/stale`,
 * `turns/2/reward`, `loss`, `validationLoss`; what a step took under `cost/`: `cost/seconds`, `cost/samplingShare`.
 * Column `step` has the number of the step.
 */
export interface StepPage {
  readonly stage: string;
  readonly page: number;
  /** Steps of the stage that were on record. */
  readonly steps: number;
  readonly columns: Readonly<Record<string, readonly (number | null)[]>>;
}

export interface RunRecipe {
  /** `recipe.yaml` as the run froze it. */
  readonly text: string;
  readonly fields: readonly RecipeField[];
}

export interface RecipeField {
  /** Dotted name. */
  readonly path: string;
  /** As it would be written in YAML. */
  readonly value: string;
  /** The default of the field, where it has one. */
  readonly standard: string | null;
  /** What the field is for. */
  readonly meaning: string | null;
}

export interface RunResult {
  /** Scores on the test problems; as soon as an evaluation is recorded, with an interval when there is a report. */
  readonly scores: readonly ResultScore[];
  /** Claims about this run, or about the arms of a study; empty until there is a report. */
  readonly claims: readonly ResultClaim[];
  /** What the model that judges is worth, percent; null where it was not measured. */
  readonly judge: ResultJudge | null;
  /** Whether `report.json` is there. */
  readonly hasReport: boolean;
}

export interface ResultScore {
  readonly checkpoint: string;
  readonly scaffold: string;
  /** Percent of full marks. */
  readonly mean: number;
  readonly interval: readonly [low: number, high: number] | null;
  /** Graded attempts. */
  readonly attempts: number;
  /** Mean tokens of an attempt. */
  readonly tokens: number;
}

export interface ResultClaim {
  readonly id: string;
  /** In words. */
  readonly claim: string;
  /** Heading that claims of a study come under. */
  readonly heading: string | null;
  /** In the direction of the claim. */
  readonly estimate: number | null;
  readonly interval: readonly [low: number, high: number] | null;
  readonly unit: 'points' | 'tokens';
  /** The most that two may differ by and be alike, where that is the claim. */
  readonly within: number | null;
  readonly verdict: 'shown' | 'not-shown' | 'opposite' | 'not-measured';
  /** Why it was not measured. */
  readonly why: string | null;
}

export interface ResultJudge {
  readonly accuracy: number | null;
  readonly falseAccepts: number | null;
  readonly falseRejects: number | null;
  readonly pairs: number | null;
}

/** What was spent over the time of work: at most some hundred points, the last one of now. */
export interface RunSpend {
  /** Seconds of work so far. */
  readonly seconds: readonly number[];
  /** What ended calls came to. */
  readonly tokens: readonly number[];
  readonly dollars: readonly number[];
  /** The same, and each call under way or lost at its worst: what a budget is held against. */
  readonly tokensAtWorst: readonly number[];
  readonly dollarsAtWorst: readonly number[];
  readonly budget: SpendBudget;
}

/** What the run may spend, as the newest sitting was told; null where that is not capped, or is not on record. */
export interface SpendBudget {
  readonly tokens: number | null;
  readonly dollars: number | null;
  /** It has refused a call. */
  readonly hasRefused: boolean;
}
