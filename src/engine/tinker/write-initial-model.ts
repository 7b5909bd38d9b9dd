/** A new model with given tensors, as the embedded engine would begin it, in a directory that is there while it is used. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ModelConfig, PolicyVersion } from '../engine.ts';
import { writeModelDirectory } from '../model-directory.ts';
import { initialParameters } from '../ort/parameters.ts';

export async function writeInitialModel<T>(
  options: {
    readonly config: ModelConfig;
    readonly seed: number;
    readonly tensors: ReadonlyMap<string, Float32Array>;
  },
  use: (directory: string) => Promise<T>,
): Promise<T> {
  const { config, seed, tensors } = options;
  const directory = await mkdtemp(path.join(tmpdir(), 'qed-model-'));
  try {
    const flat = initialParameters(config, seed, tensors);
    await writeModelDirectory(directory, config, flat, 0 as PolicyVersion);
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
