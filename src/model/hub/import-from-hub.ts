/**
 * A model of the Hugging Face hub becomes a directory: its files at one commit, each compared with the hub's checksum,
 * checked by what the engine reads before the weights are asked for, and as a whole before the directory appears. What
 * has come of the weights is kept beside the directory until then, so that the same command goes on.
 */
import { statSync } from 'node:fs';
import path from 'node:path';
import { readModelCard } from '../../engine/gguf/model-card.ts';
import { type FloatType, floatBytes } from '../../engine/gguf/streamed-tensor.ts';
import { openModelDirectory } from '../../engine/model-directory.ts';
import { parameterCount } from '../../engine/ort/parameters.ts';
import { indexFile, readShardNames } from '../../engine/sharded-safetensors.ts';
import { writeCheckpoint } from '../../journal/checkpoint-store.ts';
import { DiskFullError } from '../../journal/errors.ts';
import { cacheDirectory } from '../../problems/remote/cache-directory.ts';
import { fetchHubFile, hubFileBytes } from '../../problems/remote/hub-file.ts';
import {
  type HubAnswer,
  type HubRepository,
  type HubSibling,
  hubInfo,
} from '../../problems/remote/hub-info.ts';
import type { HubRevision } from '../../problems/remote/hub-place.ts';
import { cachedByHubTools, snapshotInfo } from '../../problems/remote/hub-snapshot.ts';
import { RemoteError } from '../../problems/remote/remote-error.ts';
import { type CheckedModel, checkHubModel } from './check-hub-model.ts';
import { checkRoom } from './check-room.ts';
import { smallFilesOf, weightsEntry } from './model-files.ts';
import { openStaging, type Staging } from './staging.ts';
import { writeModel } from './write-model.ts';

export interface HubImportOptions extends HubRevision {
  readonly directory: string;
  readonly withWeights: boolean;
  /** Rounds or widens the weights; as they are if not given. */
  readonly type?: FloatType | undefined;
  readonly environment: HubRepository['environment'];
  readonly signal?: AbortSignal | undefined;
  readonly idleMilliseconds?: number | undefined;
  /** Free bytes at the directory; asked of the system when absent. */
  readonly free?: number | undefined;
  /** Told before the weights are asked for. */
  readonly onPlan?: ((plan: HubImportPlan) => void) | undefined;
  /** Bytes of all weights so far, and of all that come. */
  readonly onProgress?: ((file: string, received: number, total: number) => void) | undefined;
  /** Told of each file of weights that is whole. */
  readonly onFile?: ((file: string, bytes: number) => void) | undefined;
}

export interface HubImportPlan {
  readonly commit: string;
  readonly files: number;
  readonly bytes: number;
  /** Of those what lies in the cache of the hub's own tools. */
  readonly cachedBytes: number;
  /** Of those what an earlier try has left. */
  readonly keptBytes: number;
}

export interface ImportedFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface HubImport extends Omit<CheckedModel, 'config'> {
  /** OWNER/NAME. */
  readonly model: string;
  readonly commit: string;
  readonly directory: string;
  /** Undefined for what the embedded engine does not compute. */
  readonly parameters: number | undefined;
  readonly license: string | undefined;
  /** Undefined without weights. */
  readonly weights: FloatType | 'as they are' | undefined;
  /** As they were on the hub. */
  readonly files: readonly ImportedFile[];
  readonly bytes: number;
}

/** Rejects with an Error that says what is wrong and how to mend it, or with the signal's reason. */
export async function importFromHub(options: HubImportOptions): Promise<HubImport> {
  const { place, revision, environment, signal, idleMilliseconds, withWeights } = options;
  const repository: HubRepository = {
    ...{ kind: 'model', id: place.id, revision, cache: cacheDirectory(environment) },
    ...{ environment, signal, idleMilliseconds },
  };
  const answer = await answerOf(repository);
  const label = `hub:${place.id}`;
  const names = answer.info.siblings.map(({ rfilename }) => rfilename);
  const small = smallFilesOf(label, names);
  const entry = withWeights ? weightsEntry(label, names) : undefined;
  const staging = await openStaging(options.directory);
  let isWorthKeeping = false;
  try {
    return await importThrough(staging, options, { repository, answer, label, small, entry });
  } catch (error) {
    isWorthKeeping =
      signal?.aborted === true || error instanceof RemoteError || error instanceof DiskFullError;
    throw error;
  } finally {
    await staging.close(isWorthKeeping);
  }
}

interface Found {
  readonly repository: HubRepository;
  readonly answer: HubAnswer;
  /** What errors call the model. */
  readonly label: string;
  readonly small: readonly string[];
  /** The file of weights, or their index. */
  readonly entry: string | undefined;
}

async function importThrough(staging: Staging, options: HubImportOptions, found: Found): Promise<HubImport> {
  const { directory, withWeights, type, signal } = options;
  const { repository, answer, label, entry } = found;
  const { info, isFromMemory } = answer;
  const files: ImportedFile[] = [];
  const take = async (file: HubSibling, onProgress?: (received: number) => void): Promise<number> => {
    signal?.throwIfAborted();
    const { rfilename: name } = file;
    const cache = staging.directory;
    const fetched = await fetchHubFile({ repository, commit: info.sha, file, cache, onProgress });
    await staging.add(fetched.path, name);
    files.push({ name, bytes: fetched.bytes, sha256: fetched.sha256 });
    return fetched.bytes;
  };
  const listed = (name: string): HubSibling => {
    const file = info.siblings.find(({ rfilename }) => rfilename === name);
    if (file !== undefined) return file;
    throw new Error(`${label}: ${indexFile} names ${name}, which is not there`);
  };
  /** Errors about files here name the model's place on the hub instead. */
  const asOnHub = async <T>(read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'Error') throw error;
      const message = error.message.replaceAll(`${staging.model}${path.sep}`, `${label} `);
      throw new Error(message, { cause: error });
    }
  };

  const small = [...found.small, ...(entry === indexFile ? [entry] : [])];
  for (const name of small) await take(listed(name));
  const { config, ...checked } = await asOnHub(() => checkHubModel(staging.model, label, withWeights));
  const shards =
    entry === indexFile
      ? await asOnHub(() => readShardNames(path.join(staging.model, entry)))
      : [entry ?? []];
  const weights = shards.flat().map(listed);
  const isConverted = type !== undefined && config !== undefined;
  const convertedBytes = isConverted ? parameterCount(config) * floatBytes[type] : 0;
  announce(options, { repository, commit: info.sha, weights, small: files, staging, convertedBytes });

  const total = bytesOf(weights);
  let received = 0;
  for (const file of weights) {
    const { rfilename: name } = file;
    const bytes = await take(file, (more) => options.onProgress?.(name, received + more, total));
    received += bytes;
    options.onFile?.(name, bytes);
  }
  signal?.throwIfAborted();
  if (withWeights) await asOnHub(() => checkWeights(staging.model));
  await writeCheckpoint(directory, (to) =>
    writeModel({
      ...{ from: staging.model, to, files: files.map(({ name }) => name), signal },
      convert: isConverted ? { config, type } : undefined,
    }),
  );
  // A snapshot of the hub's own tools has the card as a file only.
  const license = info.cardData?.license ?? (await readModelCard(directory)).license;
  return {
    ...{ model: repository.id, commit: info.sha, directory, ...checked },
    parameters: config === undefined ? undefined : parameterCount(config),
    license: license && [license].flat().join(', '),
    weights: withWeights ? (type ?? 'as they are') : undefined,
    ...{ files, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) },
    remarks: isFromMemory
      ? ['the hub cannot be reached; the model is taken as it was last seen', ...checked.remarks]
      : checked.remarks,
  };
}

/** A commit that the hub's own tools have fetched serves where the hub cannot be reached. */
async function answerOf(repository: HubRepository): Promise<HubAnswer> {
  try {
    return await hubInfo(repository);
  } catch (error) {
    const isOffline = error instanceof RemoteError && error.kind === 'unreachable';
    const info = isOffline ? snapshotInfo(repository) : undefined;
    if (info === undefined) throw error;
    return { info, isFromMemory: true };
  }
}

/** Says what will come, and throws where there is no room for it. */
function announce(
  { directory, free, onPlan }: HubImportOptions,
  plan: {
    readonly repository: HubRepository;
    readonly commit: string;
    readonly weights: readonly HubSibling[];
    readonly small: readonly ImportedFile[];
    readonly staging: Staging;
    readonly convertedBytes: number;
  },
): void {
  const { repository, commit, weights, small, staging, convertedBytes } = plan;
  const { dev } = statSync(staging.directory);
  const cached = weights.flatMap((file) => {
    const at = cachedByHubTools(repository, commit, file.rfilename);
    return at === undefined ? [] : [{ file, isOnThisDisk: statSync(at).dev === dev }];
  });
  const linked = cached.filter(({ isOnThisDisk }) => isOnThisDisk).map(({ file }) => file);
  const keptBytes = staging.weightBytes();
  onPlan?.({
    ...{ commit, files: small.length + weights.length, keptBytes },
    bytes: small.reduce((sum, { bytes }) => sum + bytes, 0) + bytesOf(weights),
    cachedBytes: bytesOf(cached.map(({ file }) => file)),
  });
  const needed = bytesOf(weights) - bytesOf(linked) - keptBytes + convertedBytes;
  checkRoom({ directory, staging: staging.directory, free, needed });
}

function bytesOf(files: readonly HubSibling[]): number {
  return files.reduce((sum, file) => sum + (hubFileBytes(file) ?? 0), 0);
}

async function checkWeights(model: string): Promise<void> {
  const { source } = await openModelDirectory(model);
  await source.close();
}
