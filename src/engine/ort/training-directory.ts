/**
 * The weights of a model that trains, on disk. Without an adapter: the Hugging Face layout. With one, the same with the
 * merged weights, so that everything that reads models reads these, and beside them `adapter/` in PEFT's layout and,
 * where training is to go on, `base/` with the frozen model. That is whole as well: merged weights less B·A are not W0 to
 * the bit, and training must go on as if it had never stopped.
 */
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readAdapter, writeAdapter } from '../adapter-directory.ts';
import type { PolicyVersion } from '../engine.ts';
import { readModelDirectory, writeModelDirectory } from '../model-directory.ts';
import { initialAdapter, type Lora } from './adapter.ts';
import { parameterSpecs } from './parameters.ts';
import { type Weights, wholeConfig, wholeWeights } from './weights.ts';

export const adapterFolder = 'adapter';
export const baseFolder = 'base';

export interface Versioned {
  readonly weights: Weights;
  readonly version: PolicyVersion;
}

/** Writes into an existing directory; with `goesOn`, all that `readToGoOn` reads. */
export async function writeWeights(
  directory: string,
  { weights, version }: Versioned,
  { goesOn, threads }: { readonly goesOn: boolean; readonly threads: number },
): Promise<void> {
  const { config, base, adapter } = weights;
  const [adapterPath, basePath] = [join(directory, adapterFolder), join(directory, baseFolder)];
  await rm(adapterPath, { recursive: true, force: true });
  await rm(basePath, { recursive: true, force: true });
  if (adapter === undefined) return await writeModelDirectory(directory, config, base.flat, version);
  const merged = await wholeWeights(weights, threads);
  await writeModelDirectory(directory, wholeConfig(weights), merged, version);
  await mkdir(adapterPath);
  await writeAdapter(adapterPath, adapter, version);
  if (!goesOn) return;
  await mkdir(basePath);
  await writeModelDirectory(basePath, config, base.flat, version);
}

/** The weights as they are, merged where there was an adapter, all of them to train or, with `lora`, to be adapted anew. */
export async function readToBegin(directory: string, lora: Lora | undefined): Promise<Versioned> {
  const { config, flat, version } = await readModelDirectory(directory);
  const adapter = lora && initialAdapter(config, lora);
  return { weights: { config, base: { specs: parameterSpecs(config), flat }, adapter }, version };
}

/**
 * The weights with which the optimiser's state beside them goes on. Throws unless they were written to go on, and where
 * `lora` asks for another adapter than theirs, or for one where all parameters trained.
 */
export async function readToGoOn(directory: string, lora: Lora | undefined): Promise<Versioned> {
  if (!(await exists(join(directory, adapterFolder)))) {
    if (lora === undefined) return await readToBegin(directory, undefined);
    throw new Error(
      `${directory}: holds the state of training all parameters, with which an adapter cannot go on; load it ` +
        'without the optimiser to begin an adapter on its weights',
    );
  }
  if (!(await exists(join(directory, baseFolder)))) {
    throw new Error(
      `${directory}: has no ${baseFolder}/ with the frozen weights, so its adapter was saved without what training ` +
        'needs to go on; load it without the optimiser to begin on the merged weights',
    );
  }
  const { config, flat } = await readModelDirectory(join(directory, baseFolder));
  const { adapter, version } = await readAdapter(join(directory, adapterFolder), config);
  if (lora !== undefined) checkSame(directory, adapter.lora, lora);
  return { weights: { config, base: { specs: parameterSpecs(config), flat }, adapter }, version };
}

function checkSame(directory: string, saved: Lora, asked: Lora): void {
  // Not the seed: that was of the beginning.
  for (const name of ['rank', 'alpha', 'attention', 'feedForward', 'head'] as const) {
    if (saved[name] !== asked[name]) {
      throw new Error(
        `${directory}: its adapter has ${name} ${saved[name]}, and lora asks for ${asked[name]}; go on with the same ` +
          'options, or load it without the optimiser to begin another adapter on the merged weights',
      );
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
