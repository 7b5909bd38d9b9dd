/**
 * The model directory that an argument means: a directory with a config.json, a checkpoint of a run by its place
 * (`runs/lab/checkpoints/rl`) or its name (`runs/lab/rl`, `lab/rl@100` for one step of it), or a run, whose last
 * checkpoint is taken. Checkpoints of runs are verified; one that is not whole is passed over, and that is said.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { newestCheckpoint, verifyCheckpoint } from '../journal/checkpoint-store.ts';

export interface FoundModel {
  readonly directory: string;
  /** Run, checkpoint and step (`lab-rl-150`), or the directory's name. */
  readonly name: string;
  /** What was passed over, for people. */
  readonly remarks: readonly string[];
}

/** The checkpoints of a run, the last stage first; others come after them. */
const stageOrder = ['rc', 'rl', 'sft', 'base'];

/** Throws an Error for people that says what was looked for when there is no model. */
export async function findModel(argument: string): Promise<FoundModel> {
  const { place, step } = withoutStep(argument);
  const root = [place, path.join('runs', place)].find(isDirectory);
  const direct = root === undefined ? undefined : path.resolve(root);
  if (direct !== undefined && step === undefined && existsSync(path.join(direct, 'config.json'))) {
    return verified(direct);
  }
  const folder = direct === undefined ? checkpointNamed(place) : checkpointsIn(direct);
  if (folder === undefined) {
    const reason = direct === undefined ? 'no such directory' : 'it has no config.json and no checkpoints';
    throw new Error(
      `${argument}: ${reason}. Give a directory with config.json and model.safetensors, or RUN/CHECKPOINT, for example runs/lab/rl`,
    );
  }
  if (step !== undefined) return atStep(folder, step);
  const remarks: string[] = [];
  const found = await newestCheckpoint(folder, ({ step: torn, reason }) => {
    remarks.push(`checkpoint ${shown(path.join(folder, String(torn)))} is not whole: ${reason}`);
  });
  if (found === undefined) throw new Error(`${shown(folder)}: no checkpoint is there yet`);
  return { directory: found.directory, name: nameOf(found.directory), remarks };
}

/** `lab/rl@100`, unless there is a directory of that very name. */
function withoutStep(argument: string): { readonly place: string; readonly step?: string } {
  const [, place = argument, step] = /^(.+)@(\d+)$/.exec(argument) ?? [];
  return step === undefined || isDirectory(argument) ? { place: argument } : { place, step };
}

async function atStep(folder: string, step: string): Promise<FoundModel> {
  const directory = path.join(folder, step);
  if (isDirectory(directory)) return verified(directory);
  const steps = readdirSync(folder).filter((name) => /^\d+$/.test(name));
  const there = steps.length === 0 ? 'no checkpoint is there yet' : `there are ${steps.join(', ')}`;
  throw new Error(`${shown(folder)}: no checkpoint of step ${step}; ${there}`);
}

async function verified(directory: string): Promise<FoundModel> {
  if (isOfRun(directory)) {
    const verdict = await verifyCheckpoint(directory);
    if (!verdict.ok) {
      throw new Error(`${shown(directory)}: the checkpoint is not whole: ${verdict.reason}`);
    }
  }
  return { directory, name: nameOf(directory), remarks: [] };
}

/** `RUN/NAME` for `RUN/checkpoints/NAME`. */
function checkpointNamed(argument: string): string | undefined {
  const folder = path.join(path.dirname(argument), 'checkpoints', path.basename(argument));
  const found = [folder, path.join('runs', folder)].find(isDirectory);
  return found === undefined ? undefined : path.resolve(found);
}

/** The folder with the steps of a checkpoint: the directory itself, or the last checkpoint of a run. */
function checkpointsIn(directory: string): string | undefined {
  if (readdirSync(directory).some((name) => /^\d+$/.test(name))) return directory;
  const all = path.join(directory, 'checkpoints');
  if (!isDirectory(all)) return undefined;
  const names = readdirSync(all).filter((name) => isDirectory(path.join(all, name)));
  const [last] = [...stageOrder.filter((name) => names.includes(name)), ...names];
  return last === undefined ? undefined : path.join(all, last);
}

/** `RUN/checkpoints/NAME/STEP`. */
function isOfRun(directory: string): boolean {
  return (
    /^\d+$/.test(path.basename(directory)) &&
    path.basename(path.dirname(path.dirname(directory))) === 'checkpoints'
  );
}

function nameOf(directory: string): string {
  if (!isOfRun(directory)) return path.basename(directory);
  const checkpoint = path.dirname(directory);
  const run = path.dirname(path.dirname(checkpoint));
  return [run, checkpoint, directory].map((place) => path.basename(place)).join('-');
}

function isDirectory(place: string): boolean {
  return statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Relative to the working directory below it. */
function shown(absolute: string): string {
  const relative = path.relative(process.cwd(), absolute);
  return relative.startsWith('..') || path.isAbsolute(relative) ? absolute : relative;
}
