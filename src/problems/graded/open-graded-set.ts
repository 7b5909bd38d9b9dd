/**
 * Opens a set of graded proofs by its name, file, directory or address, as suites are opened: files are obtained and
 * compared with checksums, rows read, faults named.
 */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { canonicalHash } from '../../journal/canonical-json.ts';
import { asSuiteErrors } from '../suites/as-suite-errors.ts';
import { checkedSha256 } from '../suites/check-identity.ts';
import { familyOf } from '../suites/families.ts';
import { imoBenchRevision } from '../suites/known-files.ts';
import { type Obtained, obtainFiles } from '../suites/obtain-files.ts';
import type { OpenSuiteOptions } from '../suites/open-suite.ts';
import { SuiteError } from '../suites/suite-error.ts';
import { lockedSuite, lockSuite } from '../suites/suite-lock.ts';
import { parseSuiteSpec, type SuiteSpec } from '../suites/suite-spec.ts';
import { readRows, tableExtensions } from '../tables/read-rows.ts';
import type { Row } from '../tables/row.ts';
import type { GradedProof, GradedSet } from './graded-proof.ts';
import { readGradedRows } from './read-graded-rows.ts';

export type OpenGradedSetOptions = Pick<
  OpenSuiteOptions,
  'sha256' | 'lockFile' | 'refresh' | 'environment' | 'signal' | 'onProgress' | 'idleMilliseconds'
>;

export interface BuiltInGradedSet {
  readonly name: string;
  readonly title: string;
  /** What it stands for. */
  readonly spec: string;
  readonly licence: string;
}

/** None of their checksums is known here, so each is pinned by the run that first uses it. */
export const builtInGradedSets: readonly BuiltInGradedSet[] = [
  {
    name: 'imo-gradingbench',
    title: 'IMO-GradingBench: 1,000 proofs of IMO-ProofBench Advanced, graded by people',
    spec: `https://raw.githubusercontent.com/google-deepmind/superhuman/${imoBenchRevision}/imobench/gradingbench.csv`,
    licence: 'CC-BY-4.0',
  },
  {
    name: 'proofbench-graded',
    title: 'ProofBench: 435 proofs of 145 contest problems, graded by experts',
    spec: 'hub:wenjiema02/ProofBench:train',
    licence: 'MIT',
  },
  {
    name: 'matharena-usamo2025',
    title: 'MathArena: models’ proofs of USAMO 2025, each graded by two people',
    spec: 'hub:MathArena/usamo_2025_outputs:train',
    licence: 'CC-BY-NC-SA-4.0',
  },
  {
    name: 'matharena-imo2025',
    title: 'MathArena: models’ proofs of IMO 2025, each graded by two people',
    spec: 'hub:MathArena/imo_2025_outputs:train',
    licence: 'CC-BY-NC-SA-4.0',
  },
];

/** Throws a SuiteError: what is wrong, where, and how to mend it. */
export async function openGradedSet(text: string, options: OpenGradedSetOptions = {}): Promise<GradedSet> {
  const builtIn = builtInGradedSets.find(({ name }) => name === text);
  const locked = options.lockFile === undefined ? undefined : lockedSuite(options.lockFile, text);
  const sha256 = checkedSha256(options.sha256);
  const obtained = await obtain(
    builtIn?.spec ?? text,
    { ...options, ...(sha256 && { sha256 }) },
    locked?.revision,
  );
  const { files, revision } = obtained;
  const [first, second] = files;
  if (sha256 !== undefined && (second !== undefined || first?.sha256 !== sha256)) {
    const found =
      second === undefined ? `${first?.path}: its SHA-256 is ${first?.sha256}` : 'there are several files';
    throw new SuiteError(`${found}, where one with ${sha256} was asked for`);
  }
  const shown = second === undefined ? (first?.path ?? text) : text;
  const { proofs, ungraded, faults } = await asSuiteErrors(() => readGradedRows(shown, rowsOf(obtained)));
  if (proofs.length === 0) {
    throw new SuiteError(
      `${shown}: no proof in it has a grade (${ungraded} have none, ${faults.length} are faulty)`,
    );
  }
  if (options.lockFile !== undefined) {
    const named = files.map((file) => ({
      name: path.basename(file.path),
      sha256: file.sha256,
      bytes: file.bytes,
    }));
    await lockSuite(options.lockFile, text, {
      ...(revision === undefined ? {} : { revision }),
      files: named,
    });
  }
  const checked =
    sha256 !== undefined
      ? 'given'
      : locked !== undefined
        ? 'locked'
        : options.lockFile !== undefined
          ? 'recorded'
          : 'unchecked';
  return {
    name: builtIn?.name ?? nameOf(text),
    version: revision?.slice(0, 12) ?? `sha256-${(first?.sha256 ?? '').slice(0, 12)}`,
    proofs: proofs.map(withFamilyTags),
    ungraded,
    faults,
    warnings: obtained.warnings,
    source: {
      spec: text,
      files,
      ...(revision === undefined ? {} : { revision }),
      licence: obtained.licence ?? builtIn?.licence ?? 'not stated',
      attribution: builtIn?.title ?? 'not stated',
      checked,
    },
    digest: canonicalHash(
      proofs.map(({ id, problem, proof, grade }) => ({
        id,
        statement: problem.statement,
        proof,
        grade: { ...grade },
      })),
    ).toString('hex'),
  };
}

async function obtain(
  text: string,
  options: OpenGradedSetOptions,
  revision: string | undefined,
): Promise<Obtained> {
  const environment = options.environment ?? process.env;
  const status = /^(?:https?|hub):/i.test(text) ? undefined : statSync(text, { throwIfNoEntry: false });
  const specs: readonly SuiteSpec[] = status?.isDirectory() === true ? filesIn(text) : [parseSuiteSpec(text)];
  const [only] = specs;
  if (only?.kind === 'built-in')
    throw new SuiteError(`${text}: it is a suite of problems; its proofs have no grades`);
  if (only !== undefined && specs.length === 1)
    return await obtainFiles(only, { ...options, environment, revision });
  const each = await Promise.all(specs.map((spec) => obtainFiles(spec, { environment })));
  return { files: each.flatMap(({ files }) => files), warnings: [] };
}

/** Every table in a directory, by name. */
function filesIn(directory: string): SuiteSpec[] {
  const names = readdirSync(directory).filter((name) =>
    tableExtensions.includes(path.extname(name).toLowerCase()),
  );
  if (names.length === 0) throw new SuiteError(`${directory}: there is no file in it that can be read`);
  return names.sort().map((name) => ({ kind: 'file', path: path.join(directory, name) }));
}

async function* rowsOf({ files }: Obtained): AsyncGenerator<Row> {
  for (const { path: file } of files) yield* readRows(file);
}

function nameOf(text: string): string {
  const [, dataSet] = /^hub:([^@:]+)/.exec(text) ?? [];
  return dataSet ?? path.basename(text, path.extname(text));
}

function withFamilyTags(proof: GradedProof): GradedProof {
  const family = familyOf([proof.problem]);
  if (family === undefined) return proof;
  const tags = { ...family.tagsOf(proof.problem), ...proof.problem.tags };
  return { ...proof, problem: { ...proof.problem, tags } };
}
