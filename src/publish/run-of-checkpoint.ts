/**
 * What a run says of one of its checkpoints: its recipe, the stages that led to it with what they took, and the scores of it
 * and of what it came from. Read from the files that the run itself left; what a run did not measure is absent.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readReport } from '../recipe/report/read-report.ts';
import type { ReportJson } from '../recipe/report/report-schema.ts';
import type { Recipe, StageId } from '../recipe/schema.ts';
import { frozenRecipe } from '../view/frozen-recipe.ts';

export type CheckpointName = 'base' | 'sft' | 'rl' | 'rc' | 'judge';
const stageOf = { base: 'pretrain', sft: 'sft', rl: 'rl', rc: 'rc', judge: 'judge' } as const;

export interface StageFigures {
  readonly id: Exclude<StageId, 'data' | 'evaluate' | 'report'>;
  /** Of the stage's steps, as many as the checkpoint has behind it. */
  readonly steps: number;
  readonly trainedTokens: number | undefined;
  readonly sampledTokens: number | undefined;
  readonly seconds: number | undefined;
  /** Figures of the first and the last step that have a number, by name. */
  readonly first: Readonly<Record<string, number>>;
  readonly last: Readonly<Record<string, number>>;
}

export interface CheckpointRun {
  readonly directory: string;
  readonly name: CheckpointName;
  readonly step: number;
  readonly recipe: Recipe;
  /** In the order in which they trained this checkpoint's weights. */
  readonly stages: readonly StageFigures[];
  readonly report: ReportJson | undefined;
}

/** Undefined for a directory that is no checkpoint of a run. Throws an Error where the run's recipe cannot be read. */
export function runOfCheckpoint(checkpoint: string): CheckpointRun | undefined {
  const [, directory, name, step] =
    /^(.*)[\\/]checkpoints[\\/](base|sft|rl|rc|judge)[\\/](\d+)$/.exec(path.resolve(checkpoint)) ?? [];
  if (directory === undefined || name === undefined) return undefined;
  const frozen = frozenRecipe(directory);
  if (frozen === undefined) return undefined;
  const { recipe, trouble } = frozen;
  if (recipe === undefined)
    throw new Error(`${path.join(directory, 'recipe.yaml')}: ${trouble ?? 'unreadable'}`);
  const own = name as CheckpointName;
  const report = readReport(directory);
  const steps = stepsOf(directory);
  const stages = lineage(recipe, own).map((id): StageFigures => {
    const all = steps.get(id) ?? [];
    const done = id === stageOf[own] ? all.filter(({ number }) => number <= Number(step)) : all;
    const use = report?.stages.find((stage) => stage.id === id);
    return {
      ...{ id, steps: done.at(-1)?.number ?? 0 },
      ...{ trainedTokens: use?.trainedTokens, sampledTokens: use?.sampledTokens, seconds: use?.seconds },
      ...{ first: done[0]?.figures ?? {}, last: done.at(-1)?.figures ?? {} },
    };
  });
  return { directory, name: own, step: Number(step), recipe, stages, report };
}

/** Stages whose training is in a checkpoint's weights. */
function lineage(recipe: Recipe, name: CheckpointName): StageFigures['id'][] {
  const base: StageFigures['id'][] = recipe.pretrain === undefined ? [] : ['pretrain'];
  const supervised: StageFigures['id'][] = recipe.sft === undefined ? base : [...base, 'sft'];
  const from = (checkpoint: 'base' | 'sft' | 'rl'): StageFigures['id'][] =>
    checkpoint === 'base'
      ? base
      : checkpoint === 'sft'
        ? supervised
        : [...from(recipe.rl?.from ?? 'sft'), 'rl'];
  if (name === 'base') return base;
  if (name === 'sft') return supervised;
  if (name === 'judge') return [...supervised, 'judge'];
  if (name === 'rl') return from('rl');
  return [...from(recipe.rc?.from ?? 'sft'), 'rc'];
}

interface Step {
  readonly number: number;
  readonly figures: Readonly<Record<string, number>>;
}

/** Lines of metrics.jsonl by stage; a last line that is torn is passed over. */
function stepsOf(directory: string): Map<string, Step[]> {
  const file = path.join(directory, 'metrics.jsonl');
  const steps = new Map<string, Step[]>();
  if (!existsSync(file)) return steps;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (!line.endsWith('}')) continue;
    const { stage, step, ...rest } = JSON.parse(line) as { stage: string; step: number } & Record<
      string,
      unknown
    >;
    const numbers = Object.entries(rest).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number',
    );
    steps.set(stage, [...(steps.get(stage) ?? []), { number: step, figures: Object.fromEntries(numbers) }]);
  }
  return steps;
}
