/**
 * Where what has come of a model lies until the model is whole: `.NAME.hub-import` beside the directory that it becomes,
 * so that it moves there without a copy. One process at a time has it; what is left in it serves the next one.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { RunDirectoryInUseError } from '../../journal/errors.ts';
import { linkFile } from '../../journal/link-tree.ts';
import { lockRunDirectory } from '../../journal/run-lock.ts';
import { finalNameOf, temporaryName } from '../../journal/temporary-name.ts';

export interface Staging {
  readonly directory: string;
  /** Below it: the model as it will be. */
  readonly model: string;
  /** Bytes of weights, whole or in part. */
  readonly weightBytes: () => number;
  /** Puts a file into the model under its name. */
  readonly add: (file: string, name: string) => Promise<void>;
  /** Lets the next process have it; without `keep`, or with no weights in it, it goes. */
  readonly close: (keep: boolean) => Promise<void>;
}

export async function openStaging(finalDirectory: string): Promise<Staging> {
  const directory = path.join(path.dirname(finalDirectory), `.${path.basename(finalDirectory)}.hub-import`);
  await mkdir(directory, { recursive: true });
  const lock = takeLock(directory, finalDirectory);
  await adoptPartials(path.join(directory, 'partial'));
  const model = path.join(directory, 'model');
  await rm(model, { recursive: true, force: true });
  await mkdir(model);
  const weightBytes = (): number => weightBytesIn(directory);
  return {
    ...{ directory, model, weightBytes },
    add: (file, name) => {
      const isOurs = file.startsWith(`${directory}${path.sep}`);
      return linkFile(file, path.join(model, name), isOurs ? { otherwise: rename } : {});
    },
    close: async (keep) => {
      await rm(model, { recursive: true, force: true });
      const isOfUse = keep && weightBytes() > 0;
      lock.release();
      if (!isOfUse) await rm(directory, { recursive: true, force: true });
    },
  };
}

function takeLock(directory: string, finalDirectory: string): { readonly release: () => void } {
  try {
    return lockRunDirectory(directory);
  } catch (error) {
    if (!(error instanceof RunDirectoryInUseError)) throw error;
    throw new Error(`${finalDirectory}: another import into it is under way`, { cause: error });
  }
}

/** Who has the lock goes on with what lies there, though the process that wrote it may still be on its way out. */
async function adoptPartials(directory: string): Promise<void> {
  if (!existsSync(directory)) return;
  for (const name of readdirSync(directory)) {
    if (!/\.tmp-\d+-\d+$/.test(name)) continue;
    const { path: own, release } = temporaryName(path.join(directory, finalNameOf(name)));
    await rename(path.join(directory, name), own);
    release();
  }
}

function weightBytesIn(directory: string): number {
  let bytes = 0;
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const isWeights = name.startsWith('partial') || name.endsWith('.safetensors');
    const found = isWeights ? statSync(path.join(directory, name), { throwIfNoEntry: false }) : undefined;
    if (found?.isFile() === true) bytes += found.size;
  }
  return bytes;
}
