/**
 * The files of a source: from where a person says they are, else from the hub or their addresses by way of the cache. A
 * file whose checksum the card names is that file, or it is refused; of the others the checksum is recorded.
 */
import { existsSync, globSync, statSync } from 'node:fs';
import path from 'node:path';
import { type FileDigest, fileDigest } from '../../problems/file-digest.ts';
import { cacheDirectory } from '../../problems/remote/cache-directory.ts';
import { fetchFile } from '../../problems/remote/file-cache.ts';
import { fetchFromHub } from '../../problems/remote/hub.ts';
import { RemoteError } from '../../problems/remote/remote-error.ts';
import type { SourceCard, SourceFile, SourcePart } from './source-card.ts';

export interface ObtainSourceOptions {
  /** A directory that has the files, or the one file. */
  readonly from?: string | undefined;
  /** Of the hub; the card's if not given. */
  readonly revision?: string | undefined;
  /** Whether a given file may be another than the card's checksum says. */
  readonly acceptOther?: boolean | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((received: number, total: number | undefined) => void) | undefined;
}

export interface ObtainedFile extends FileDigest {
  readonly path: string;
  /** What rows say of their file: its name without its place on this machine. */
  readonly name: string;
  /** Which entry of the card it is; undefined for files of the hub. */
  readonly entry: string | undefined;
}

export interface ObtainedSource {
  readonly files: readonly ObtainedFile[];
  /** The hub's commit; files that were given have their checksum for one. */
  readonly revision: string | undefined;
  readonly warnings: readonly string[];
}

export class SourceError extends Error {
  override readonly name = 'SourceError';
}

/** Only the files that `parts` need, undefined for all. Throws a SourceError. */
export async function obtainSource(
  card: SourceCard,
  parts: readonly SourcePart[] | undefined,
  options: ObtainSourceOptions,
): Promise<ObtainedSource> {
  const needed = card.files.filter(
    ({ path: name }) => parts === undefined || parts.some(({ file }) => file === undefined || file === name),
  );
  if (options.from !== undefined) {
    const files =
      card.hub === undefined ? localFiles(card, needed, options.from) : hubCopies(card, options.from);
    return {
      files: await Promise.all(files.map((file) => checked(card, file, options))),
      revision: undefined,
      warnings: [],
    };
  }
  try {
    return card.hub === undefined
      ? { files: await remoteFiles(card, needed, options), revision: undefined, warnings: [] }
      : await fromHub(card, options);
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    throw new SourceError(
      `${card.name}: its files are not on this machine and could not be fetched\n  ${error.message}\n` +
        `${card.get}\nthen name the file, or a directory that has it, with --from`,
      { cause: error },
    );
  }
}

interface LocalFile {
  readonly path: string;
  readonly name: string;
  readonly entry: SourceFile | undefined;
}

function localFiles(card: SourceCard, needed: readonly SourceFile[], from: string): LocalFile[] {
  const status = statSync(from, { throwIfNoEntry: false });
  if (status === undefined) throw new SourceError(`--from ${from}: there is no such file or directory`);
  if (status.isFile()) {
    const [entry, second] = needed;
    if (entry === undefined || second !== undefined)
      throw new SourceError(
        `--from ${from}: ${card.name} has ${needed.length} files; name the directory that has them`,
      );
    return [{ path: from, name: path.basename(from), entry }];
  }
  return needed.flatMap((entry) => {
    const segments = entry.path.split('/');
    // A copy of the whole collection, of the source's own directory, or the bare files.
    const tried = segments.map((_, index) => segments.slice(index).join('/'));
    for (const relative of tried) {
      const found = matching(from, relative);
      if (found.length > 0) return found.map((name) => ({ path: path.join(from, name), name, entry }));
    }
    throw new SourceError(
      `--from ${from}: ${card.name}: neither ${entry.path} nor ${tried.at(-1)} is in it. ${card.get}`,
    );
  });
}

function matching(directory: string, pattern: string): string[] {
  if (!pattern.includes('*')) return existsSync(path.join(directory, pattern)) ? [pattern] : [];
  return globSync(pattern, { cwd: directory })
    .map((name) => name.replaceAll('\\', '/'))
    .sort((a, b) => (a < b ? -1 : 1));
}

/** A copy of a data set of the hub: its files lie in a directory, or in one called after the source or the data set. */
function hubCopies(card: SourceCard, from: string): LocalFile[] {
  const status = statSync(from, { throwIfNoEntry: false });
  if (status === undefined) throw new SourceError(`--from ${from}: there is no such file or directory`);
  if (status.isFile()) return [{ path: from, name: path.basename(from), entry: undefined }];
  const folders = [card.name, ...(card.hub === undefined ? [] : [card.hub.dataSet]), '.'];
  for (const folder of folders) {
    const inside = path.join(from, folder);
    const names = ['*.{parquet,jsonl}', 'data/*.{parquet,jsonl}'].flatMap((pattern) =>
      existsSync(inside) ? globSync(pattern, { cwd: inside }) : [],
    );
    if (names.length > 0)
      return names.sort().map((name) => ({ path: path.join(inside, name), name, entry: undefined }));
  }
  throw new SourceError(
    `--from ${from}: ${card.name}: no .parquet or .jsonl file is in it, nor in ${folders[0]}/. ${card.get}`,
  );
}

async function checked(
  card: SourceCard,
  { path: file, name, entry }: LocalFile,
  options: ObtainSourceOptions,
): Promise<ObtainedFile> {
  const digest = await fileDigest(file);
  if (entry?.sha256 !== undefined && entry.sha256 !== digest.sha256 && options.acceptOther !== true) {
    throw new SourceError(
      `${file}: it is not the file that the card of ${card.name} describes (SHA-256 ${digest.sha256}, expected ` +
        `${entry.sha256}). ${card.get}\nWith --accept-other it is taken as it is`,
    );
  }
  return { path: file, name, entry: entry?.path, ...digest };
}

async function remoteFiles(
  card: SourceCard,
  needed: readonly SourceFile[],
  options: ObtainSourceOptions,
): Promise<ObtainedFile[]> {
  const files: ObtainedFile[] = [];
  for (const entry of needed) {
    if (entry.url === undefined)
      throw new SourceError(
        `${card.name}: ${card.get}\nthen name the directory that has ${entry.path} with --from`,
      );
    const name = path.posix.basename(entry.path);
    const file = await fetchFile({
      ...remote(options),
      url: new URL(entry.url),
      expected: entry.sha256 === undefined ? {} : { sha256: entry.sha256 },
      name: () => name,
    });
    files.push({ path: file.path, name, entry: entry.path, sha256: file.sha256, bytes: file.bytes });
  }
  return files;
}

async function fromHub(card: SourceCard, options: ObtainSourceOptions): Promise<ObtainedSource> {
  const { hub } = card;
  if (hub === undefined) throw new Error(`${card.name} is not on the hub`);
  const found = await fetchFromHub({
    ...remote(options),
    dataSet: hub.dataSet,
    revision: options.revision ?? hub.revision,
    split: hub.split,
  });
  const warning = `the hub cannot be reached; ${hub.dataSet} is taken as it was last seen, at commit ${found.revision}`;
  return {
    files: found.files.map(({ path: file, sha256, bytes }) => ({
      ...{ path: file, name: path.basename(file), entry: undefined, sha256, bytes },
    })),
    revision: found.revision,
    warnings: found.isFromMemory ? [warning] : [],
  };
}

function remote({ environment, signal, onProgress }: ObtainSourceOptions) {
  return { cache: cacheDirectory(environment), environment, signal, onProgress };
}
