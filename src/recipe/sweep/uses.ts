/** What the training stages of an arm took and how they went, as means over its seeds. */
import { mean } from '../../stats/moments.ts';
import { label } from '../report/effects.ts';
import { checkpointNames, type RlCurve } from '../report/report-input.ts';
import { policyStages, type StageId } from '../schema.ts';
import type { ArmResult } from './read-arm.ts';

export interface StageUseRow {
  readonly stage: StageId;
  /** Absent where the run tells nothing of them. */
  readonly steps?: number;
  /** Of the recipe: steps × problems × attempts; absent for stages that sample nothing. */
  readonly attempts?: number;
  readonly trainedTokens: number;
  readonly sampledTokens: number;
  readonly seconds: number;
  /** Over the last tenth of the steps: mean length of an attempt, percent of attempts cut. */
  readonly length?: number;
  readonly overflow?: number;
  /** Over all steps: percent of groups in which no attempt got anything, and of those whose rewards differed. */
  readonly withoutSuccess?: number;
  readonly teaching?: number;
  /** After the last step, nats per token. */
  readonly validationLoss?: number;
}

/** Of the stages that differ between arms and train something; of the last such stage, where none differs. */
export function usesOf(runs: readonly ArmResult[], swept: readonly StageId[]): StageUseRow[] {
  const trained = runs[0]?.input.stages.filter(({ trainedTokens }) => trainedTokens > 0) ?? [];
  const wanted = trained.filter(({ id }) => swept.some((stage) => stage === id));
  const shown = wanted.length > 0 ? wanted : trained.slice(-1);
  return shown.map(({ id }) => meanRow(runs.flatMap((run) => rowOf(run, id as StageId) ?? [])));
}

function rowOf(run: ArmResult, stage: StageId): StageUseRow | undefined {
  const use = run.input.stages.find(({ id }) => id === stage);
  if (use === undefined) return undefined;
  const { trainedTokens, sampledTokens, seconds } = use;
  const taken = { stage, trainedTokens, sampledTokens, seconds };
  const curve = run.input.rl.find((one) => one.stage === stage);
  if (curve !== undefined) return { ...taken, ...policyFigures(run, curve) };
  const supervised = run.input.supervised.find((one) => one.stage === stage);
  if (supervised === undefined) return taken;
  const loss = supervised.points.findLast(
    ({ validationLoss }) => validationLoss !== undefined,
  )?.validationLoss;
  return {
    ...taken,
    steps: supervised.points.length,
    ...(loss === undefined ? {} : { validationLoss: loss }),
  };
}

function policyFigures(
  { arm, droppedAlike }: ArmResult,
  { stage, points }: RlCurve,
): Omit<StageUseRow, 'stage' | 'trainedTokens' | 'sampledTokens' | 'seconds'> {
  const policy = policyStages.find((id) => id === stage);
  const settings = policy && arm.loaded.recipe[policy];
  const end = points.slice(-Math.max(1, Math.ceil(points.length / 10)));
  const alike = (policy && droppedAlike.get(policy)) ?? { all: 0, zero: 0 };
  const sum = (of: (groups: RlCurve['points'][number]['groups']) => number): number =>
    points.reduce((total, { groups }) => total + of(groups), 0);
  const groups =
    sum(({ trained, allZero, allEqual, ungraded }) => trained + allZero + allEqual + ungraded) + alike.all;
  return {
    steps: points.length,
    ...(settings === undefined
      ? {}
      : { attempts: points.length * settings.problemsPerStep * settings.groupSize }),
    ...(end.length === 0
      ? {}
      : {
          length: mean(end.map(({ lengthMean }) => lengthMean)),
          overflow: 100 * mean(end.map(({ overflowShare }) => overflowShare)),
        }),
    ...(groups === 0
      ? {}
      : {
          withoutSuccess: (100 * (sum(({ allZero }) => allZero) + alike.zero)) / groups,
          teaching: (100 * sum(({ trained }) => trained)) / groups,
        }),
  };
}

function meanRow(rows: readonly StageUseRow[]): StageUseRow {
  const [first] = rows;
  if (first === undefined) throw new Error('a stage that no run of the arm has');
  const { stage, ...figures } = first;
  const names = Object.keys(figures) as (keyof typeof figures)[];
  const means = names.map((name) => [name, mean(rows.flatMap((row) => row[name] ?? []))]);
  return { stage, ...(Object.fromEntries(means) as typeof figures) };
}

/** Name of a stage as tables write it. */
export function stageLabel(stage: StageId): string {
  const checkpoint = checkpointNames.find((name) => name === stage);
  return checkpoint === undefined ? stage : label(checkpoint);
}
