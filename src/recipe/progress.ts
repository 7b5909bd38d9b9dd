/**
 * What a running recipe tells whoever watches: stages, steps with their figures, and remarks. The command line
 * draws it; nothing in a run depends on it.
 */
import type { StageId } from './schema.ts';

export interface StepFigures {
  /** Steps done, and in all. */
  readonly step: number;
  readonly steps: number;
  /** Named figures in display order, for example `{ loss: '1.234', 'tok/s': '14.1k' }`. */
  readonly figures: Readonly<Record<string, string>>;
}

export interface Progress {
  /** All stages of the run, in order, with those already finished. */
  plan(stages: readonly StageId[], finished: ReadonlySet<StageId>): void;
  stageStarted(stage: StageId): void;
  step(stage: StageId, figures: StepFigures): void;
  stageFinished(stage: StageId, seconds: number, summary: string): void;
  /** One line a person should see: what was resumed, what was passed over and why. */
  remark(text: string): void;
}

/** Tells nobody. */
export const silentProgress: Progress = {
  plan: () => undefined,
  stageStarted: () => undefined,
  step: () => undefined,
  stageFinished: () => undefined,
  remark: () => undefined,
};
