/** One arm of the pipeline's benchmark: `qed run` of stage rl in a process of its own, and what its steps took. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadRecipe } from '../../../src/recipe/load.ts';

const launcher = fileURLToPath(new URL('../../../bin/qed.js', import.meta.url));
/** What every arm is a stage of. */
export const recipe = fileURLToPath(new URL('../../../recipes/lab-quick.yaml', import.meta.url));

export interface ArmStep {
  readonly step: number;
  readonly seconds: number;
  readonly reward: number | undefined;
  readonly sampledTokens: number;
  readonly processedTokens: number;
  readonly orchestratorSeconds: number;
  readonly residentBytes: number;
  readonly lag: number;
  readonly dropped: number;
}

/** Makes the run up to the checkpoint that stage rl begins from, unless it is there. */
export async function makeBase(directory: string): Promise<void> {
  if (existsSync(path.join(directory, 'checkpoints/sft'))) return;
  await qed(['run', recipe, '--run', directory, '--to', 'sft']);
}

/** Trains from a copy of `base`, in `directory`, with these settings (`rl.steps=40`). */
export async function runArm(
  base: string,
  directory: string,
  settings: readonly string[],
): Promise<ArmStep[]> {
  rmSync(directory, { recursive: true, force: true });
  cpSync(base, directory, { recursive: true });
  // An arm is a run of its own that shares what comes before.
  writeFileSync(path.join(directory, 'recipe.yaml'), loadRecipe(recipe, settings).text);
  const sets = settings.flatMap((setting) => ['--set', setting]);
  await qed(['run', recipe, '--run', directory, '--from', 'rl', '--to', 'rl', ...sets]);
  return readFileSync(path.join(directory, 'metrics.jsonl'), 'utf8')
    .split('\n')
    .flatMap((line) => (line.startsWith('{"stage":"rl"') ? [stepOf(JSON.parse(line))] : []));
}

function stepOf(line: Readonly<Record<string, unknown>>): ArmStep {
  const number = (name: string): number => {
    const value = line[name];
    if (typeof value !== 'number') throw new Error(`step ${line.step} of the arm has no ${name}`);
    return value;
  };
  return {
    step: number('step'),
    seconds: number('seconds'),
    reward: typeof line.reward === 'number' ? line.reward : undefined,
    sampledTokens: number('sampledTokens'),
    processedTokens: number('processedTokens'),
    orchestratorSeconds: number('orchestratorSeconds'),
    residentBytes: number('residentBytes'),
    lag: (line.lag as { readonly mean: number } | undefined)?.mean ?? 0,
    dropped: Object.values((line.dropped ?? {}) as Record<string, number>).reduce((sum, one) => sum + one, 0),
  };
}

async function qed(args: readonly string[]): Promise<void> {
  await promisify(execFile)(process.execPath, ['--no-warnings', launcher, ...args], { maxBuffer: 2 ** 26 });
}
