/**
 * A model's weights in one safetensors file, or in several with the index that Hugging Face writes beside them. An
 * index is believed only after it has been checked whole: its files lie in its own directory, and each holds
 * exactly the tensors that the index says. Errors name file and tensor.
 */
import { join } from 'node:path';
import { isRecord, readJsonFile, shortened, show } from './json-file.ts';
import { SafetensorsFile, type TensorSource } from './safetensors.ts';
import type { TensorEntry } from './safetensors-header.ts';

export const weightsFile = 'model.safetensors';
export const indexFile = 'model.safetensors.index.json';

/** A million tensors' worth. */
const indexBytesLimit = 1 << 26;
/** All are open at once. */
const shardLimit = 512;

/** Opens `model.safetensors` of a directory or, where there is none, the files of its index. */
export async function openWeights(directory: string): Promise<TensorSource> {
  const path = join(directory, weightsFile);
  try {
    return await SafetensorsFile.open(path);
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
  }
  const indexPath = join(directory, indexFile);
  try {
    return await ShardedWeights.open(directory, indexPath, await readJsonFile(indexPath, indexBytesLimit));
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    const kept = await keptElsewhere(directory);
    if (kept !== undefined) throw new Error(kept, { cause });
    throw new Error(`${path}: not there, nor ${indexFile} (weights in other formats are not read)`, {
      cause,
    });
  }
}

/** Names of the files that an index at `path` names, in order. */
export async function readShardNames(path: string): Promise<readonly string[]> {
  return [...new Set(parseWeightMap(await readJsonFile(path, indexBytesLimit), path).values())].sort();
}

/** Why a checkpoint has no weights, where it is a pointer to those that a server keeps (engine/tinker/). */
async function keptElsewhere(directory: string): Promise<string | undefined> {
  const path = join(directory, 'tinker.json');
  try {
    const pointer = await readJsonFile(path, 1 << 20);
    const { url, sampler, state } = isRecord(pointer) ? pointer : {};
    return (
      `${path}: the weights of this checkpoint are not here: the server at ${show(url)} keeps them as ${show(sampler ?? state)}. ` +
      "Copy the model's files (config.json, safetensors, tokenizer) out of that server's checkpoints, or train on a server that gives them: qed serve --tinker"
    );
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw cause;
  }
}

class ShardedWeights implements TensorSource {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata = {};
  readonly #files: ReadonlyMap<string, SafetensorsFile>;
  readonly #fileOf: ReadonlyMap<string, string>;

  private constructor(
    path: string,
    files: ReadonlyMap<string, SafetensorsFile>,
    fileOf: ReadonlyMap<string, string>,
  ) {
    this.path = path;
    this.#files = files;
    this.#fileOf = fileOf;
    this.tensors = new Map([...files.values()].flatMap((file) => [...file.tensors]));
  }

  static async open(directory: string, path: string, json: unknown): Promise<ShardedWeights> {
    const fileOf = parseWeightMap(json, path);
    const names = Map.groupBy(fileOf.keys(), (name) => fileOf.get(name) ?? '');
    if (names.size > shardLimit) {
      throw new Error(`${path}: weight_map names ${names.size} files; at most ${shardLimit} are read`);
    }
    const files = new Map<string, SafetensorsFile>();
    try {
      for (const [fileName, expected] of names) {
        const file = await openShard(join(directory, fileName), path);
        files.set(fileName, file);
        checkShard(file, expected, path);
      }
    } catch (error) {
      await Promise.all([...files.values()].map((file) => file.close()));
      throw error;
    }
    return new ShardedWeights(path, files, fileOf);
  }

  read(name: string, target?: Float32Array<ArrayBuffer>): Promise<Float32Array<ArrayBuffer>> {
    return this.#file(name).read(name, target);
  }

  readBytes(name: string, offset: number, target: Uint8Array): Promise<void> {
    return this.#file(name).readBytes(name, offset, target);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#files.values()].map((file) => file.close()));
  }

  #file(name: string): SafetensorsFile {
    const file = this.#files.get(this.#fileOf.get(name) ?? '');
    if (file === undefined) throw new Error(`${this.path}: no tensor ${name}`);
    return file;
  }
}

/** The file of each tensor. */
function parseWeightMap(json: unknown, path: string): Map<string, string> {
  const weightMap = isRecord(json) ? json.weight_map : undefined;
  if (!isRecord(weightMap)) throw new Error(`${path}: it has no weight_map`);
  const fileOf = new Map<string, string>();
  for (const [name, file] of Object.entries(weightMap)) {
    // A name only, so that no index reaches beyond its directory.
    if (typeof file !== 'string' || !/^[^/\\\0:]+\.safetensors$/.test(file)) {
      throw new Error(
        `${path}: tensor ${shortened(name)} is in ${show(file)}, which is no safetensors file of this directory`,
      );
    }
    fileOf.set(name, file);
  }
  if (fileOf.size === 0) throw new Error(`${path}: its weight_map is empty`);
  return fileOf;
}

async function openShard(path: string, indexPath: string): Promise<SafetensorsFile> {
  try {
    return await SafetensorsFile.open(path);
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    throw new Error(`${path}: not there, though ${indexPath} names it`);
  }
}

function checkShard(file: SafetensorsFile, expected: readonly string[], indexPath: string): void {
  const missing = expected.find((name) => !file.tensors.has(name));
  if (missing !== undefined) {
    throw new Error(
      `${file.path}: tensor ${shortened(missing)} is missing, though ${indexPath} says it is here`,
    );
  }
  const known = new Set(expected);
  const extra = [...file.tensors.keys()].find((name) => !known.has(name));
  if (extra !== undefined) {
    throw new Error(`${file.path}: tensor ${shortened(extra)} is here, but ${indexPath} does not say so`);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
