/** How far each stage of a recipe is, from what the journal holds. */
import type { Json } from '../../journal/journal.ts';
import type { JournalReader } from '../../journal/journal-reader.ts';
import { type Recipe, type StageId, stagesOf } from '../../recipe/schema.ts';
import { plannedEvaluations } from '../../recipe/stages/planned-evaluations.ts';
import type { HeldOutScore, RunStage, StageState } from '../api/run.ts';
import type { RunSeries } from './run-series.ts';
import { stageWords } from './stage-words.ts';

/** Steps in one page of a stage's columns. */
export const stepsPerPage = 500;

export interface StageSource {
  readonly recipe: Recipe;
  readonly reader: JournalReader;
  readonly series: RunSeries;
  readonly isHeld: boolean;
  /** Whether the run's last file is there: it says that its report is, too. */
  readonly isFinished: boolean;
}

/** All of them, in order. */
export function runStages(source: StageSource): RunStage[] {
  const { recipe, isFinished } = source;
  const stages = stagesOf(recipe);
  const ended = (stage: StageId): boolean =>
    stage === 'report' ? isFinished : source.reader.find('stage', stage) !== undefined;
  const current = stages.find((stage) => !ended(stage));
  return stages.map((stage) => stageOf(source, stage, ended(stage), stage === current));
}

function stageOf(
  { recipe, reader, series, isHeld }: StageSource,
  id: StageId,
  isDone: boolean,
  isCurrent: boolean,
): RunStage {
  const { title, what, trains } = stageWords[id];
  const seconds = series.seconds.get(id) ?? 0;
  const own = series.stages.get(id);
  const evaluations = id === 'evaluate';
  const done = evaluations ? reader.count('evaluation') : (own?.length ?? 0);
  const state: StageState = isDone
    ? 'done'
    : isCurrent
      ? currentState(isHeld, done > 0 || seconds > 0)
      : 'to-come';
  const before = reader.find(`${id}/held-out`, '0')?.value;
  const settings = id === 'rl' || id === 'rc' ? recipe[id] : undefined;
  const reused = field(reader.find('reused', id)?.value, 'from');
  const summary = field(reader.find('stage', id)?.value, 'summary');
  return {
    ...{ id, title, what, trains, state, seconds, done },
    all: evaluations
      ? plannedEvaluations(recipe).length
      : (settings?.steps ?? planned(reader, id) ?? (isDone && done > 0 ? done : null)),
    unit: evaluations ? 'evaluations' : 'steps',
    summary: typeof summary === 'string' && summary !== '' ? summary : null,
    reusedFrom: typeof reused === 'string' ? reused : null,
    heldOutBefore: trains === 'policy' ? heldOutIn(before) : null,
    validationBefore: trains === 'supervised' ? numberIn(before, 'validationLoss') : null,
    tokenLimit: settings?.maxTokens ?? null,
    pages: Math.ceil((own?.length ?? 0) / stepsPerPage),
  };
}

function currentState(isHeld: boolean, hasBegun: boolean): StageState {
  if (isHeld) return 'running';
  return hasBegun ? 'stopped' : 'to-come';
}

/** Steps that a supervised stage planned when it began; runs of older versions did not write it down. */
function planned(reader: JournalReader, stage: StageId): number | null {
  return numberIn(reader.find(`${stage}/plan`, 'steps')?.value, 'steps');
}

function heldOutIn(value: Json | undefined): HeldOutScore | null {
  const [score, ci] = [numberIn(value, 'score'), field(value, 'ci')];
  if (score === null || !Array.isArray(ci)) return null;
  const [low, high] = ci.map(Number);
  return low === undefined || high === undefined ? null : { score, interval: [low, high] };
}

function numberIn(value: Json | undefined, name: string): number | null {
  const found = field(value, name);
  return typeof found === 'number' ? found : null;
}

function field(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return (value as Readonly<Record<string, Json>>)[name];
}
