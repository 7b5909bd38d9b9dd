/**
 * Where the files of a suite are: a path that is given, the directory or mirror that QED_SUITES names, the cache, or
 * else an address, whose file then goes into the cache. Without a network the error says what to fetch and where to put it.
 */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileDigest } from '../file-digest.ts';
import { cacheDirectory } from '../remote/cache-directory.ts';
import { fetchFile } from '../remote/file-cache.ts';
import { fetchFromHub } from '../remote/hub.ts';
import { RemoteError } from '../remote/remote-error.ts';
import { filesOfContest, isContestDirectory } from '../tables/contest-directory.ts';
import { tableExtensions } from '../tables/read-rows.ts';
import type { BuiltInSuite } from './built-in-suites.ts';
import type { KnownFile } from './known-files.ts';
import type { SuiteFile } from './suite.ts';
import { SuiteError } from './suite-error.ts';
import type { SuiteSpec } from './suite-spec.ts';

export interface ObtainOptions {
  /** For a built-in suite: its file, or a directory that has it. */
  readonly path?: string | undefined;
  /** The checksum that the file must have. */
  readonly sha256?: string | undefined;
  /** The commit of the hub that a run has used before. */
  readonly revision?: string | undefined;
  /** Whether to ask the server although the address is in the cache. */
  readonly refresh?: boolean | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((received: number, total: number | undefined) => void) | undefined;
  readonly idleMilliseconds?: number | undefined;
}

export interface Obtained {
  readonly files: readonly SuiteFile[];
  readonly revision?: string;
  readonly licence?: string;
  readonly warnings: readonly string[];
}

/** Throws a SuiteError. */
export async function obtainFiles(spec: SuiteSpec, options: ObtainOptions): Promise<Obtained> {
  if (spec.kind === 'file') return { files: await localFiles(spec.path), warnings: [] };
  if (spec.kind === 'url') return { files: [await remoteFile(spec.url, options)], warnings: [] };
  if (spec.kind === 'hub') return await fromHub(spec.dataSet, spec.revision, spec.split, options);
  const { suite, version } = spec;
  const known = suite.files.find((file) => version === undefined || file.version === version);
  const local = localPathOf(suite, known, options);
  if (local !== undefined) return { files: [await localFile(local)], warnings: [] };
  if (suite.origin.kind === 'hub') {
    return await fromHub(suite.origin.dataSet, undefined, suite.origin.split, options);
  }
  if (known === undefined) throw new SuiteError(`${suite.name}: name its file`);
  const url = addressOf(suite.origin.base, known, options);
  return { files: [await builtInFile(suite.name, url, known, options)], warnings: [] };
}

/** A file, or those of a contest's directory. */
async function localFiles(given: string): Promise<readonly SuiteFile[]> {
  if (!isContestDirectory(given)) return [await localFile(given)];
  return await Promise.all(filesOfContest(given).map(localFile));
}

async function localFile(file: string): Promise<SuiteFile> {
  const status = statSync(file, { throwIfNoEntry: false });
  if (status?.isDirectory() === true) throw new SuiteError(`${file}: it is a directory; name the file in it`);
  try {
    return { path: path.resolve(file), ...(await fileDigest(file)) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SuiteError(`${file}: cannot be read (${reason})`, { cause });
  }
}

function localPathOf(
  suite: BuiltInSuite,
  known: KnownFile | undefined,
  { path: given, environment }: ObtainOptions,
): string | undefined {
  const names = known === undefined ? [] : [known.file, `imobench/${known.file}`, `imo-bench/${known.file}`];
  const find = (directory: string): string | undefined =>
    names.map((name) => path.join(directory, name)).find((file) => existsSync(file));
  if (given !== undefined) {
    const status = statSync(given, { throwIfNoEntry: false });
    if (status === undefined) throw new SuiteError(`${given}: no such file or directory`);
    if (!status.isDirectory()) return given;
    const found = find(given);
    if (found === undefined)
      throw new SuiteError(`${given}: there is no ${known?.file ?? `file of ${suite.name}`} in it`);
    return found;
  }
  const named = environment.QED_SUITES || undefined;
  const isDirectory = named !== undefined && !isAddress(named);
  return (isDirectory ? find(named) : undefined) ?? find(placeForCopies(environment));
}

function isAddress(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

/** QED_SUITES may also be the address of a mirror: checksums tell whether its files are the right ones. */
function addressOf(base: string, known: KnownFile, { environment }: ObtainOptions): URL {
  const named = environment.QED_SUITES ?? '';
  return new URL(known.file, isAddress(named) ? named.replace(/\/*$/, '/') : base);
}

/** Where a person without a network puts a file that was fetched elsewhere. */
function placeForCopies(environment: ObtainOptions['environment']): string {
  return path.join(cacheDirectory(environment), 'suites');
}

async function builtInFile(
  name: string,
  url: URL,
  known: KnownFile,
  options: ObtainOptions,
): Promise<SuiteFile> {
  try {
    return await fetchFile({
      ...remoteOptions(options),
      url,
      expected: { sha256: known.sha256, bytes: known.bytes },
      name: () => known.file,
    });
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    throw new SuiteError(
      `${name}: ${known.file} is not on this machine and could not be fetched\n  ${error.message}\n` +
        `fetch it where there is a network and put it into ${placeForCopies(options.environment)}, or into a directory ` +
        `that QED_SUITES names; its SHA-256 is ${known.sha256}`,
      { cause: error },
    );
  }
}

async function remoteFile(url: URL, options: ObtainOptions): Promise<SuiteFile> {
  try {
    return await fetchFile({
      ...remoteOptions(options),
      url,
      refresh: options.refresh,
      expected: options.sha256 === undefined ? {} : { sha256: options.sha256 },
      name: (headers) => nameFrom(url, headers['content-type']),
    });
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    const offline =
      error.kind === 'unreachable' ? '\nfetch it where there is a network, and name the file instead' : '';
    throw new SuiteError(`${error.message}${offline}`, { cause: error });
  }
}

async function fromHub(
  dataSet: string,
  revision: string | undefined,
  split: string | undefined,
  options: ObtainOptions,
): Promise<Obtained> {
  try {
    const found = await fetchFromHub({
      ...remoteOptions(options),
      dataSet,
      revision: options.revision ?? revision,
      split,
    });
    const warning = `the hub cannot be reached; ${dataSet} is taken as it was last seen, at commit ${found.revision}`;
    return {
      files: found.files,
      revision: found.revision,
      ...(found.licence === undefined ? {} : { licence: found.licence }),
      warnings: found.isFromMemory ? [warning] : [],
    };
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    const offline =
      error.kind === 'unreachable'
        ? `\nhub:${dataSet} is not on this machine; fetch its file where there is a network, and name the file instead`
        : '';
    throw new SuiteError(`${error.message}${offline}`, { cause: error });
  }
}

function remoteOptions({ environment, signal, onProgress, idleMilliseconds }: ObtainOptions) {
  return { cache: cacheDirectory(environment), environment, signal, onProgress, idleMilliseconds };
}

const extensionOfType: Readonly<Record<string, string>> = {
  'text/csv': '.csv',
  'application/json': '.json',
  'application/jsonl': '.jsonl',
  'application/x-ndjson': '.jsonl',
  'application/yaml': '.yaml',
  'text/yaml': '.yaml',
  'application/vnd.apache.parquet': '.parquet',
};

/** The name in the address; where it does not say the format, the server's type does. */
function nameFrom(url: URL, type: string | undefined): string {
  const name = decodeURIComponent(path.posix.basename(url.pathname)) || 'suite';
  if (tableExtensions.includes(path.extname(name).toLowerCase())) return name;
  return `${name}${extensionOfType[(type ?? '').split(';')[0]?.trim().toLowerCase() ?? ''] ?? ''}`;
}
