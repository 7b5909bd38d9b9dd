/**
 * Opens a suite by its name, file or address: obtains its files, compares their checksums, reads and mends their rows,
 * and takes the part that was asked for. The same bytes and options give the same suite, with the same digest.
 */
import path from 'node:path';
import { canonicalHash } from '../../journal/canonical-json.ts';
import type { Problem } from '../problem.ts';
import { isContestDirectory, readContestRows } from '../tables/contest-directory.ts';
import { readHeader, readRows } from '../tables/read-rows.ts';
import type { Row } from '../tables/row.ts';
import { asSuiteErrors } from './as-suite-errors.ts';
import { builtInSuites } from './built-in-suites.ts';
import { checkedSha256, checkIdentity } from './check-identity.ts';
import { type Collected, type CorruptPolicy, collectProblems } from './collect-problems.ts';
import type { ColumnNames } from './columns.ts';
import { familyOf } from './families.ts';
import type { KnownFile } from './known-files.ts';
import { type Obtained, obtainFiles } from './obtain-files.ts';
import type { Suite, SuiteFile, SuiteKind, SuiteScale, SuiteSource } from './suite.ts';
import { SuiteError } from './suite-error.ts';
import { filterProblems, parseSuiteFilter, type SuiteFilter } from './suite-filter.ts';
import { checkedHeader } from './suite-header.ts';
import { type LockedSuite, lockedSuite, lockSuite } from './suite-lock.ts';
import { parseSuiteSpec, type SuiteSpec } from './suite-spec.ts';

export interface OpenSuiteOptions {
  /** For a built-in suite: its file, or a directory that has it. */
  readonly path?: string;
  /** A part of the suite, as text (`category=Geometry,limit=10`) or as an object. */
  readonly filter?: string | SuiteFilter;
  /** What is done with corrupt rows. Default `repair`: scores then stay on the published number of problems. */
  readonly corrupt?: CorruptPolicy;
  /** The checksum that the file must have. */
  readonly sha256?: string;
  /** For a file or data set of one's own; inferred where not given. */
  readonly kind?: SuiteKind;
  readonly scale?: SuiteScale;
  /** Names of columns that are not known here, by field. */
  readonly columns?: ColumnNames;
  /** `suites.lock.json` of the run: the files must be those that the run first used, or are recorded now. */
  readonly lockFile?: string;
  /** Whether to ask the server although the address is in the cache. */
  readonly refresh?: boolean;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  /** Bytes received, and in all where that is known, of a file that is being fetched. */
  readonly onProgress?: (received: number, total: number | undefined) => void;
  /** How long a server may be silent; a minute if not given. */
  readonly idleMilliseconds?: number;
}

/**
 * Throws a SuiteError: what is wrong, where, and how to mend it.
 *
 * @example
 * const suite = await openSuite('imo-proofbench:advanced', { filter: 'category=Geometry', lockFile });
 */
export async function openSuite(text: string, options: OpenSuiteOptions = {}): Promise<Suite> {
  const spec = parseSuiteSpec(text);
  const sha256 = checkedSha256(options.sha256);
  const locked = options.lockFile === undefined ? undefined : lockedSuite(options.lockFile, text);
  const obtained = await obtainFiles(spec, {
    ...options,
    sha256,
    environment: options.environment ?? process.env,
    revision: locked?.revision,
  });
  const { files } = obtained;
  const known = checkIdentity(spec, files, sha256);
  const shown = spec.kind === 'file' ? spec.path : files.map((file) => file.path).join(', ');
  const { header, collected, unusedHeader } = await asSuiteErrors(async () => {
    const [first] = files;
    const { header, unused } = checkedHeader(shown, first === undefined ? {} : await readHeader(first.path));
    const collected = await collectProblems(rowsOf(spec, files), {
      name: shown,
      corrupt: options.corrupt ?? 'repair',
      columns: options.columns,
      kind:
        options.kind ??
        header.kind ??
        builtIn(spec.kind === 'built-in' ? spec.suite.name : known?.suite)?.kind,
    });
    return { header, collected, unusedHeader: unused };
  });
  const family = familyOf(collected.problems);
  const about = builtIn(family?.suite) ?? (spec.kind === 'built-in' ? spec.suite : undefined);
  if (spec.kind === 'built-in' && spec.suite.files.length > 0 && family?.suite !== spec.suite.name) {
    throw new SuiteError(`${shown}: its ids are not those of ${spec.suite.name}`);
  }
  const kind = options.kind ?? header.kind ?? about?.kind ?? collected.kind;
  const scale = options.scale ?? header.scale ?? about?.scale ?? (kind === 'answer' ? 'answer' : 'points');
  const problems = collected.problems.map((problem) => withTags(problem, family?.tagsOf(problem) ?? {}));
  const kept = part(problems, spec, options.filter);
  // Only a suite that can be opened is worth remembering.
  if (options.lockFile !== undefined) await lockSuite(options.lockFile, text, toLock(obtained));
  const checked = checkOf(options, known, locked !== undefined);
  return {
    name: nameOf(spec, header.name ?? about?.name, files),
    version: header.version ?? known?.version ?? `sha256-${(files[0]?.sha256 ?? '').slice(0, 12)}`,
    title: header.title ?? about?.title ?? path.basename(shown),
    kind,
    scale,
    problems: kept,
    total: problems.length,
    faults: collected.faults,
    warnings: [
      ...obtained.warnings,
      ...(unusedHeader.length === 0
        ? []
        : [`fields beside the problems that are not used: ${unusedHeader.join(', ')}`]),
      ...warningsOf(collected, known, about?.count),
      ...(checked === 'unchecked' && spec.kind !== 'file' ? [unchecked(spec)] : []),
    ],
    source: {
      spec: text,
      files,
      ...(obtained.revision === undefined ? {} : { revision: obtained.revision }),
      licence: header.licence ?? obtained.licence ?? about?.licence ?? 'not stated',
      attribution: header.attribution ?? about?.attribution ?? 'not stated',
      checked,
    },
    digest: digestOf(kind, scale, kept),
  };
}

async function* rowsOf(spec: SuiteSpec, files: readonly SuiteFile[]): AsyncGenerator<Row> {
  if (spec.kind === 'file' && isContestDirectory(spec.path)) yield* readContestRows(spec.path);
  else for (const file of files) yield* readRows(file.path);
}

/** Tags and sources only group results, so they may be read better without becoming another test. */
function digestOf(kind: SuiteKind, scale: SuiteScale, problems: readonly Problem[]): string {
  const tested = problems.map(({ tags, source, ...problem }) => problem);
  return canonicalHash({ kind, scale, problems: tested }).toString('hex');
}

function builtIn(name: string | undefined) {
  return builtInSuites.find((suite) => suite.name === name);
}

function withTags(problem: Problem, derived: Problem['tags']): Problem {
  return { ...problem, tags: { ...derived, ...problem.tags } };
}

function part(
  problems: readonly Problem[],
  spec: SuiteSpec,
  filter: OpenSuiteOptions['filter'],
): readonly Problem[] {
  const subset =
    spec.kind === 'built-in' && spec.subset !== undefined ? spec.suite.subsets[spec.subset] : undefined;
  const ofSubset = subset === undefined ? problems : filterProblems(problems, { tags: { subset: [subset] } });
  if (filter === undefined) return ofSubset;
  return filterProblems(ofSubset, typeof filter === 'string' ? parseSuiteFilter(filter) : filter);
}

function nameOf(spec: SuiteSpec, name: string | undefined, files: readonly SuiteFile[]): string {
  if (spec.kind === 'built-in')
    return spec.subset === undefined ? spec.suite.name : `${spec.suite.name}:${spec.subset}`;
  if (name !== undefined) return name;
  if (spec.kind === 'hub') return spec.split === undefined ? spec.dataSet : `${spec.dataSet}:${spec.split}`;
  const file = spec.kind === 'file' ? path.resolve(spec.path) : (files[0]?.path ?? '');
  return path.basename(file, path.extname(file));
}

function toLock({ files, revision }: Obtained): LockedSuite {
  return {
    ...(revision === undefined ? {} : { revision }),
    files: files.map(({ path: file, sha256, bytes }) => ({ name: path.basename(file), sha256, bytes })),
  };
}

function checkOf(
  { sha256, lockFile }: OpenSuiteOptions,
  known: KnownFile | undefined,
  wasLocked: boolean,
): SuiteSource['checked'] {
  if (sha256 !== undefined) return 'given';
  if (known !== undefined) return 'known';
  if (wasLocked) return 'locked';
  return lockFile === undefined ? 'unchecked' : 'recorded';
}

function unchecked(spec: SuiteSpec): string {
  const pin = spec.kind === 'hub' || spec.kind === 'built-in' ? 'a revision or its SHA-256' : 'its SHA-256';
  return `nothing says that this is the file it was before; name ${pin}`;
}

function warningsOf(
  { problems, unused, repeats }: Collected,
  known: KnownFile | undefined,
  count: number | undefined,
): string[] {
  const warnings: string[] = [];
  if (known?.deprecated !== undefined)
    warnings.push(`${known.file} is ${known.version}; ${known.deprecated}`);
  if (known === undefined && count !== undefined) {
    warnings.push(
      'the file is none whose checksum is known, so scores on it may not compare with published ones',
    );
  }
  if (count !== undefined && problems.length !== count) {
    warnings.push(`there are ${problems.length} problems, where the published set has ${count}`);
  }
  if (unused.length > 0) warnings.push(`columns that are not used: ${unused.join(', ')}`);
  if (repeats > 0)
    warnings.push(`${repeats} rows repeat a problem, with another proof of it, and were read as one`);
  return warnings;
}
