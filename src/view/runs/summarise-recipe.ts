/**
 * A run of a recipe: its stage, how far it is, and its newest held-out score, or that of its report once there is one. Time
 * left is that of the stage alone, from the time that its last steps took.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Json } from '../../journal/journal.ts';
import type { JournalReader } from '../../journal/journal-reader.ts';
import { readReport } from '../../recipe/report/read-report.ts';
import { type Recipe, type StageId, stagesOf } from '../../recipe/schema.ts';
import type { RunScore } from '../api/runs.ts';
import { readFrozenRecipe } from '../frozen-recipe.ts';
import { type Summarise, unknown } from './summarisers.ts';

export const summariseRecipe: Summarise = async (workplace, { id, directory, path: below }) => {
  const recipe = readFrozenRecipe(directory);
  const title = path.basename(below === '.' ? directory : below);
  const of = title === recipe.name ? '' : `${recipe.name}: `;
  const isFinished = existsSync(path.join(directory, 'finished.json'));
  if (!workplace.hasJournal(id)) return { ...unknown, title, detail: `${of}not begun` };
  return await workplace.journal(id, async (journal) => {
    const stages = stagesOf(recipe);
    const current = stages.find((stage) => journal.find('stage', stage) === undefined);
    const done = current === undefined ? stages.length : stages.indexOf(current);
    const within = current === undefined ? undefined : stageProgress(journal, recipe, current);
    return {
      ...unknown,
      title,
      detail: `${of}${isFinished || current === undefined ? recipe.description : (within?.text ?? current)}`,
      isFinished,
      progress: isFinished ? 1 : Math.min(1, (done + (within?.share ?? 0)) / stages.length),
      score: scoreOfReport(directory) ?? heldOutScore(journal, stages),
      secondsLeft: within?.secondsLeft ?? null,
    };
  });
};

interface Within {
  readonly text: string;
  readonly share: number;
  readonly secondsLeft: number | undefined;
}

function stageProgress(journal: JournalReader, recipe: Recipe, stage: StageId): Within | undefined {
  const settings: unknown = recipe[stage as keyof Recipe];
  const steps = numberAt(settings, 'steps');
  const step = Number(journal.last(`${stage}/step`)?.key ?? 0);
  if (step === 0) return undefined;
  if (steps === undefined) return { text: `${stage}, step ${step}`, share: 0, secondsLeft: undefined };
  const perStep = numberAt(journal.last(`${stage}/seconds`)?.value, 'seconds');
  return {
    text: `${stage}, step ${step} of ${steps}`,
    share: Math.min(1, step / steps),
    secondsLeft: perStep === undefined ? undefined : perStep * Math.max(0, steps - step),
  };
}

/** The single-turn score of the last checkpoint. */
function scoreOfReport(directory: string): RunScore | undefined {
  const report = readReport(directory);
  const score = report?.scores.filter(({ scaffold }) => scaffold === 'single').at(-1);
  return score === undefined
    ? undefined
    : { mean: score.mean, interval: score.ci, of: `${score.checkpoint}, single turn, ${score.suite}` };
}

function heldOutScore(journal: JournalReader, stages: readonly StageId[]): RunScore | null {
  for (const stage of stages.toReversed()) {
    if (stage !== 'rl' && stage !== 'rc') continue;
    const { key } = journal.last(`${stage}/held-out-attempts`) ?? {};
    const step = key === undefined ? undefined : journal.find(`${stage}/step`, key.split('/')[0] ?? '');
    const heldOut = field(step?.value, 'heldOut') ?? field(journal.last(`${stage}/step`)?.value, 'heldOut');
    const [mean, ci] = [numberAt(heldOut, 'score'), field(heldOut, 'ci')];
    if (mean === undefined) continue;
    const [low, high] = Array.isArray(ci) ? ci.map(Number) : [];
    const interval = low === undefined || high === undefined ? null : ([100 * low, 100 * high] as const);
    return { mean: 100 * mean, interval, of: `${stage}, held out` };
  }
  return null;
}

function field(value: unknown, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || !(name in value)) return undefined;
  return (value as Record<string, Json>)[name];
}

function numberAt(value: unknown, name: string): number | undefined {
  const found = field(value, name);
  return typeof found === 'number' ? found : undefined;
}
