/**
 * The model on disk that a run begins from (`model.from`): the SHA-256 of its configuration and weights is in the
 * journal from the first sitting on, and a directory in which they have changed since is refused. Once a stage has a
 * checkpoint of its own the directory is not needed any more.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { type CheckpointName, finalCheckpoint } from './checkpoints.ts';
import type { RunContext } from './run-context.ts';

/** Absolute path of `model.from`; undefined for a recipe that begins with a new model. */
export function startingDirectory({ recipe, recipeDirectory }: RunContext): string | undefined {
  const { from } = recipe.model;
  return from === undefined ? undefined : path.resolve(recipeDirectory, from);
}

/**
 * Directory of a checkpoint that earlier stages left. `base` of a recipe without pre-training is the model that the run
 * begins from, as it was at its first sitting.
 */
export async function checkpointDirectory(context: RunContext, name: CheckpointName): Promise<string> {
  const start = startingDirectory(context);
  if (name !== 'base' || context.recipe.pretrain !== undefined || start === undefined) {
    return (await finalCheckpoint(context, name)).directory;
  }
  await holdToStartingModel(context, start);
  return start;
}

/**
 * Records what the model consists of, at the first call of a run; at later ones throws an Error that names the first
 * file that is not what it was.
 */
export async function holdToStartingModel(context: RunContext, directory: string): Promise<void> {
  const now = await hashModelFiles(directory);
  const recorded = await context.journal.find('run', 'model');
  if (recorded === undefined) {
    await context.journal.append('run', 'model', { value: { files: now } });
    return;
  }
  const { files } = recorded.value as { readonly files: Readonly<Record<string, string>> };
  for (const name of new Set([...Object.keys(files), ...Object.keys(now)])) {
    if (files[name] === now[name]) continue;
    const what = files[name] === undefined ? 'new' : now[name] === undefined ? 'missing' : 'altered';
    throw new Error(
      `model.from: ${path.join(directory, name)} is ${what} since this run began with it; ` +
        'restore it, or begin a new run',
    );
  }
}

/** SHA-256 of the files that decide what the model computes, by name. */
async function hashModelFiles(directory: string): Promise<{ [file: string]: string }> {
  const names = (await readdir(directory)).filter(
    (name) => name === 'config.json' || name.includes('.safetensors'),
  );
  const hashes: { [file: string]: string } = {};
  for (const name of names.sort()) {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path.join(directory, name))) hash.update(chunk as Uint8Array);
    hashes[name] = hash.digest('hex');
  }
  return hashes;
}
