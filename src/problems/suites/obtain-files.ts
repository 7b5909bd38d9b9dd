/**
 * Where the files of a suite are: a path that is given, the directory that QED_SUITES names, the cache, or else a
 * download. What comes back lies on this machine, with its SHA-256 as it was just read.
 */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { BuiltInSuite } from './built-in-suites.ts';
import { fileDigest } from './file-digest.ts';
import type { SuiteFile } from './suite.ts';
import { SuiteError } from './suite-error.ts';
import type { SuiteSpec } from './suite-spec.ts';

export interface ObtainOptions {
  /** For a built-in suite: its file, or a directory that has it. */
  readonly path?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export async function obtainFiles(spec: SuiteSpec, options: ObtainOptions): Promise<readonly SuiteFile[]> {
  if (spec.kind === 'file') return [await localFile(spec.path)];
  if (spec.kind === 'built-in') {
    const local = localPathOf(spec.suite, spec.version, options);
    if (local !== undefined) return [await localFile(local)];
  }
  throw new SuiteError(howToGet(spec));
}

async function localFile(file: string): Promise<SuiteFile> {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new SuiteError(`${file}: it is a directory; name the file in it`);
  }
  return { path: path.resolve(file), ...(await fileDigest(file)) };
}

function localPathOf(
  suite: BuiltInSuite,
  version: string | undefined,
  options: ObtainOptions,
): string | undefined {
  const known = suite.files.find((file) => version === undefined || file.version === version);
  const names =
    known === undefined
      ? []
      : [known.file, path.join('imobench', known.file), path.join('imo-bench', known.file)];
  const find = (directory: string) =>
    names.map((name) => path.join(directory, name)).find((file) => existsSync(file));
  if (options.path !== undefined) {
    const status = statSync(options.path, { throwIfNoEntry: false });
    if (status === undefined) throw new SuiteError(`${options.path}: no such file or directory`);
    if (!status.isDirectory()) return options.path;
    const found = find(options.path);
    if (found === undefined)
      throw new SuiteError(`${options.path}: there is no ${known?.file ?? suite.name} in it`);
    return found;
  }
  const named = options.environment.QED_SUITES;
  return named === undefined || named === '' ? undefined : find(named);
}

function howToGet(spec: SuiteSpec): string {
  return spec.kind === 'built-in'
    ? `${spec.suite.name}: name its file or set QED_SUITES to its directory`
    : 'not yet';
}
