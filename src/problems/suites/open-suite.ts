/**
 * Opens a suite by its name, file or address: obtains its files, compares their checksums, reads and mends their rows,
 * and takes the part that was asked for. The same bytes and options give the same suite, with the same digest.
 */
import path from 'node:path';
import { canonicalHash } from '../../journal/canonical-json.ts';
import type { Problem } from '../problem.ts';
import { readRows } from '../tables/read-rows.ts';
import type { Row } from '../tables/row.ts';
import { TableError } from '../tables/row.ts';
import { builtInSuites } from './built-in-suites.ts';
import { type Collected, type CorruptPolicy, collectProblems } from './collect-problems.ts';
import type { ColumnNames } from './columns.ts';
import { familyOf } from './families.ts';
import { type KnownFile, knownFileOf } from './known-files.ts';
import { obtainFiles } from './obtain-files.ts';
import type { Suite, SuiteFile, SuiteKind, SuiteScale } from './suite.ts';
import { SuiteError } from './suite-error.ts';
import { filterProblems, parseSuiteFilter, type SuiteFilter } from './suite-filter.ts';
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
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Throws a SuiteError: what is wrong, where, and how to mend it. */
export async function openSuite(text: string, options: OpenSuiteOptions = {}): Promise<Suite> {
  const spec = parseSuiteSpec(text);
  const files = await obtainFiles(spec, {
    path: options.path,
    environment: options.environment ?? process.env,
  });
  const known = files.length === 1 ? knownFileOf(files[0]?.sha256 ?? '') : undefined;
  checkIdentity(spec, files, known, options);
  const shown = files.map((file) => file.path).join(', ');
  const collected = await collect(rowsOf(files), {
    name: shown,
    corrupt: options.corrupt ?? 'repair',
    columns: options.columns,
    kind: options.kind ?? builtIn(spec.kind === 'built-in' ? spec.suite.name : known?.suite)?.kind,
  });
  const family = familyOf(collected.problems);
  if (spec.kind === 'built-in' && family?.suite !== spec.suite.name) {
    throw new SuiteError(`${shown}: its ids are not those of ${spec.suite.name}`);
  }
  const kind = options.kind ?? family?.kind ?? collected.kind;
  const scale = options.scale ?? family?.scale ?? (kind === 'answer' ? 'answer' : 'points');
  const problems = collected.problems.map((problem) => withTags(problem, family?.tagsOf(problem) ?? {}));
  const kept = part(problems, spec, options.filter);
  const about = builtIn(family?.suite);
  return {
    name: nameOf(spec, family?.suite, files),
    version: known?.version ?? `sha256-${(files[0]?.sha256 ?? '').slice(0, 12)}`,
    title: about?.title ?? path.basename(shown),
    kind,
    scale,
    problems: kept,
    total: problems.length,
    faults: collected.faults,
    warnings: warningsOf(collected, known, about?.count),
    source: {
      spec: text,
      files,
      licence: about?.licence ?? 'not stated',
      attribution: about?.attribution ?? 'not stated',
      checked: options.sha256 !== undefined ? 'given' : known !== undefined ? 'known' : 'unchecked',
    },
    digest: digestOf(kind, scale, kept),
  };
}

async function collect(
  rows: AsyncIterable<Row>,
  options: Parameters<typeof collectProblems>[1],
): Promise<Collected> {
  try {
    return await collectProblems(rows, options);
  } catch (error) {
    if (error instanceof TableError) throw new SuiteError(error.message, { cause: error });
    throw error;
  }
}

async function* rowsOf(files: readonly SuiteFile[]): AsyncGenerator<Row> {
  for (const file of files) yield* readRows(file.path);
}

function checkIdentity(
  spec: SuiteSpec,
  files: readonly SuiteFile[],
  known: KnownFile | undefined,
  { sha256 }: OpenSuiteOptions,
): void {
  const [file, second] = files;
  if (sha256 !== undefined) {
    if (second !== undefined)
      throw new SuiteError('a checksum is compared with one file, but the suite has several');
    if (file?.sha256 !== sha256.toLowerCase()) {
      throw new SuiteError(`${file?.path}: its SHA-256 is ${file?.sha256}, not ${sha256}, as was asked for`);
    }
  }
  if (spec.kind !== 'built-in') return;
  if (known !== undefined && known.suite !== spec.suite.name) {
    throw new SuiteError(
      `${file?.path}: it is ${known.file}, which is ${known.suite}, not ${spec.suite.name}`,
    );
  }
  if (spec.version !== undefined && known?.version !== spec.version) {
    const found = known === undefined ? 'not a file that is known' : known.version;
    throw new SuiteError(`${file?.path}: it is ${found}, not ${spec.suite.name}@${spec.version}`);
  }
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

function nameOf(spec: SuiteSpec, family: string | undefined, files: readonly SuiteFile[]): string {
  if (spec.kind === 'built-in')
    return spec.subset === undefined ? spec.suite.name : `${spec.suite.name}:${spec.subset}`;
  const file = files[0]?.path ?? '';
  return family ?? path.basename(file, path.extname(file));
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
