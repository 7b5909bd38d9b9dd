/**
 * What the arms of a sweep are compared by: the scores of the checkpoints that what is swept has an effect on (of the last
 * one, where it has on none), and where nothing is scored the validation loss.
 */
import { label } from '../report/effects.ts';
import type { CheckpointName, Evaluation } from '../report/report-input.ts';
import { type PolicyStage, policyStages, type Recipe, type StageId, stagesOf } from '../schema.ts';
import { stageKey } from '../stage-inputs.ts';
import type { Arm } from './arms.ts';
import { type ArmResult, evaluatedScores, type ScoresByProblem } from './read-arm.ts';

export interface Measure {
  /** `rl/single`, `rl/held-out`. */
  readonly id: string;
  /** `RL, single turn`. */
  readonly title: string;
  readonly scores: (result: ArmResult) => ScoresByProblem | undefined;
}

/** Stages whose results are not the same in all arms of one seed, in the order in which they run. */
export function sweptStages(arms: readonly Arm[]): StageId[] {
  const bySeed = Map.groupBy(arms, ({ seed }) => seed);
  const all = arms.flatMap(({ loaded }) => stagesOf(loaded.recipe));
  const keyOf = (recipe: Recipe, stage: StageId): string =>
    stagesOf(recipe).includes(stage) ? stageKey(recipe, stage) : 'absent';
  return [...new Set(all)].filter(
    (stage) =>
      stage !== 'report' &&
      [...bySeed.values()].some(
        (same) => new Set(same.map(({ loaded }) => keyOf(loaded.recipe, stage))).size > 1,
      ),
  );
}

/** Those that any of the arms has. */
export function measuresOf(results: readonly ArmResult[]): Measure[] {
  const swept = sweptStages(results.map(({ arm }) => arm));
  const evaluations = results.flatMap(({ input }) => input.evaluations);
  const checkpoints = sweptOrLast(
    [...new Set(evaluations.map(({ checkpoint }) => checkpoint))],
    (checkpoint) => swept.some((stage) => stage === (checkpoint === 'base' ? 'pretrain' : checkpoint)),
  );
  const trained = policyStages.filter((stage) => results.some(({ heldOut }) => heldOut.has(stage)));
  return [
    ...checkpoints.flatMap((checkpoint) => evaluationMeasures(checkpoint, results)),
    ...sweptOrLast(trained, (stage) => swept.includes(stage)).map(heldOutMeasure),
  ];
}

function sweptOrLast<T>(all: readonly T[], isSwept: (one: T) => boolean): T[] {
  const found = all.filter(isSwept);
  return found.length > 0 ? found : all.slice(-1);
}

function evaluationMeasures(checkpoint: CheckpointName, results: readonly ArmResult[]): Measure[] {
  const lastTurns = results.flatMap(
    (result) => evaluationOf(result, checkpoint, 'reasoning-cache')?.turn ?? [],
  );
  const turns = [...new Set(lastTurns)];
  const measure = (scaffold: TurnScaffold, title: string): Measure => ({
    id: `${checkpoint}/${scaffold}`,
    title: `${label(checkpoint)}, ${title}`,
    scores: (result) => {
      const evaluation = evaluationOf(result, checkpoint, scaffold);
      return evaluation && evaluatedScores(result, evaluation);
    },
  });
  const single = measure('single', 'single turn');
  if (turns.every((turn) => turn === 1)) return [single];
  const which = turns.length === 1 ? `turn ${turns[0]}` : 'last turn';
  return [single, measure('reasoning-cache', `Reasoning Cache, ${which}`)];
}

type TurnScaffold = 'single' | 'reasoning-cache';

/** Of a scaffold with turns, after its last one. */
function evaluationOf(
  { input }: ArmResult,
  checkpoint: CheckpointName,
  scaffold: TurnScaffold,
): Evaluation | undefined {
  return input.evaluations
    .filter((evaluation) => evaluation.checkpoint === checkpoint && evaluation.scaffold === scaffold)
    .toSorted((a, b) => (a.turn ?? 0) - (b.turn ?? 0))
    .at(-1);
}

function heldOutMeasure(stage: PolicyStage): Measure {
  return {
    id: `${stage}/held-out`,
    title: `${label(stage)}, held-out`,
    scores: ({ heldOut }) => heldOut.get(stage),
  };
}
