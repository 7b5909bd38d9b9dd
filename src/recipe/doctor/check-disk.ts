/** What a run writes at most, against what is free where it writes: checkpoints by parameters, the journal by tokens. */
import { existsSync, statfsSync } from 'node:fs';
import path from 'node:path';
import type { ModelConfig } from '../../engine/engine.ts';
import { countParameters } from '../../engine/ort/model-size.ts';
import type { Recipe, StageId } from '../schema.ts';
import { shownPath } from '../shown-path.ts';
import type { RecipeCheck } from './recipe-check.ts';
import type { RecipeModels } from './recipe-models.ts';
import { stageSizes } from './run-size.ts';

export interface DiskInput {
  readonly recipe: Recipe;
  readonly models: RecipeModels;
  readonly config: ModelConfig;
  /** Where the run will write; it need not be there yet. */
  readonly runDirectory: string;
  /** A server's checkpoints are names; the weights come along only where it hands them out. */
  readonly keepsWeights: boolean;
  /** Free bytes there; asked of the system when absent. */
  readonly free?: number;
}

const trained = ['pretrain', 'sft', 'rl', 'rc', 'judge'] as const satisfies readonly StageId[];
/** Weights and two moments, float32 each. */
const checkpointBytesPerParameter = 12;
const weightBytesPerParameter = 4;
/** Id and log-prob of a sampled token; with `recordLogRatios` its ratio too. Before compression. */
const tokenBytes = 8;
const ratioBytes = 2;
/** A token of a judge's report, as text. */
const textBytes = 4;

export function checkDisk(input: DiskInput): RecipeCheck {
  const name = 'disk';
  const checkpoints = checkpointBytes(input);
  const journal = journalBytes(input);
  const at = nearestThere(input.runDirectory);
  const free = input.free ?? freeBytes(at);
  const kept =
    checkpoints.bytes === 0
      ? 'checkpoints stay with the server'
      : `checkpoints ${sizeText(checkpoints.bytes)}`;
  const found = `${kept}${checkpoints.isLeast ? ' and more' : ''}, journal up to ${sizeText(journal)}; ${sizeText(free)} free in ${shownPath(at)}`;
  const mend =
    'Free some room, name another place with --run, keep fewer checkpoints (retention: last), or set recordLogRatios: false.';
  if (checkpoints.bytes > free) return { name, status: 'failed', found, mend };
  if (checkpoints.bytes + journal > free || checkpoints.isLeast)
    return { name, status: 'warning', found, mend };
  return { name, status: 'ok', found };
}

function checkpointBytes({ recipe, config, keepsWeights }: DiskInput): {
  readonly bytes: number;
  readonly isLeast: boolean;
} {
  const perParameter =
    recipe.engine.kind === 'ort'
      ? recipe.lora === undefined
        ? checkpointBytesPerParameter
        : weightBytesPerParameter
      : keepsWeights
        ? weightBytesPerParameter
        : 0;
  const each = perParameter * countParameters(config);
  const stages = trained.filter((stage) => recipe[stage] !== undefined);
  // While a stage trains it has one more than it keeps, and the next is written beside them.
  let held = 2;
  let isLeast = false;
  for (const stage of stages) {
    if (recipe.retention === 'last') {
      held += 1;
      continue;
    }
    const { steps, checkpointEvery = 1 } = recipe[stage] ?? {};
    if (steps === undefined) isLeast = true;
    held += Math.max(1, Math.ceil((steps ?? 0) / checkpointEvery));
  }
  return { bytes: each * held, isLeast: isLeast && each > 0 };
}

function journalBytes({ recipe, models }: DiskInput): number {
  let bytes = 0;
  for (const { stage, attempts, heldOut, summaries, maxTokens } of stageSizes(recipe)) {
    const ratios = recipe[stage]?.recordLogRatios === true ? ratioBytes : 0;
    bytes += attempts * maxTokens * (tokenBytes + ratios) + heldOut * maxTokens * tokenBytes;
    bytes += summaries * (maxTokens + (recipe.rc?.summary?.maxTokens ?? maxTokens)) * tokenBytes;
    const judge = models.judges.find((one) => one.stage === stage);
    if (judge !== undefined)
      bytes += (attempts + heldOut) * judge.judge.calls.most * judge.replyTokens * textBytes;
  }
  return bytes;
}

function nearestThere(place: string): string {
  let at = path.resolve(place);
  while (!existsSync(at) && path.dirname(at) !== at) at = path.dirname(at);
  return at;
}

function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

function sizeText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toPrecision(3)} ${units[power]}`;
}
