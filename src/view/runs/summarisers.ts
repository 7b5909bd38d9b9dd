/** How a run of each kind is summed up in a line of the list. What is not known is null, never 0. */
import type { RunKind, RunSummary } from '../api/runs.ts';
import type { RunPlace, Workplace } from '../workplace.ts';
import { summariseBench } from './summarise-bench.ts';
import { summariseCalibration } from './summarise-calibration.ts';
import { summariseCuration, summariseDataStep } from './summarise-data.ts';
import { summariseProve } from './summarise-prove.ts';
import { summariseRecipe } from './summarise-recipe.ts';
import { summariseStudy } from './summarise-study.ts';

export interface Summarised
  extends Pick<
    RunSummary,
    'title' | 'detail' | 'progress' | 'score' | 'dollars' | 'tokens' | 'secondsLeft' | 'troubles'
  > {
  readonly isFinished: boolean;
  readonly isDamaged: boolean;
}

/** Throws an Error, which becomes the trouble of the run. */
export type Summarise = (workplace: Workplace, place: RunPlace) => Promise<Summarised>;

export const summarisers: Readonly<Record<RunKind, Summarise>> = {
  recipe: summariseRecipe,
  study: summariseStudy,
  prove: summariseProve,
  bench: summariseBench,
  curation: summariseCuration,
  'data-step': summariseDataStep,
  calibration: summariseCalibration,
};

/** Nothing known yet. */
export const unknown: Omit<Summarised, 'title' | 'detail'> = {
  progress: null,
  score: null,
  dollars: null,
  tokens: null,
  secondsLeft: null,
  isFinished: false,
  isDamaged: false,
  troubles: [],
};
