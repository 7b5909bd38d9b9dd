/**
 * `qed grade`: grades the proofs of a JSONL file with a judge and writes the file again with the grades; earlier ones stay
 * beside new ones. Killed at any moment, the same command goes on. The exit code is 0 only when everything was graded.
 */
import path from 'node:path';
import type { Command } from 'commander';
import type { GradedSet } from '../problems/graded/graded-proof.ts';
import { addSuiteOptions, share } from './bench.ts';
import type { SuiteOptions } from './bench-setup.ts';
import { repeatable } from './repeatable-option.ts';
import { UserError } from './user-error.ts';

interface GradeOptions extends SuiteOptions {
  readonly judge: readonly string[];
  readonly suite?: string;
  readonly parallel: string;
  readonly budget?: string;
  readonly sittingBudget?: string;
  readonly seed: string;
  readonly maxUngraded: string;
  readonly run?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const graceSeconds = 3;

export function addGradeCommand(program: Command): void {
  const command = program
    .command('grade')
    .summary('grade proofs that exist already')
    .description(
      'Grades every proof of a JSONL file with a judge and writes the file again with the grades. A row has the field ' +
        'proof (or model_solution) and its problem: problem, with guidelines, grading_scheme, answer or solution where ' +
        'there are some, or problem_id with --suite. Where people have graded the proofs (points, of maximum or 7), it ' +
        'also says how well the judge agrees with them.',
    )
    .argument(
      '<file>',
      'JSONL, one proof a line; or proofs that people graded: imo-gradingbench, proofbench-graded, a .csv or .parquet file, a directory, hub:OWNER/NAME',
    )
    .addOption(repeatable('-j, --judge <judge>', 'as for qed bench; several are an ensemble'))
    .option('--suite <suite>', 'suite whose problems the rows speak of by problem_id');
  addSuiteOptions(command)
    .option('--parallel <n>', 'proofs that are graded at once', '16')
    .option('-b, --budget <budget>', 'most that the run may spend: "20M tokens", "$50"')
    .option('--sitting-budget <budget>', 'most that this command may spend; the next one goes on')
    .option('--seed <n>', 'where random choices come from', '1')
    .option('--max-ungraded <share>', 'largest share of proofs that the judge may fail to grade', '0.05')
    .option('--run <dir>', 'run directory (default: runs/grade- with the file’s name and a digest)')
    .option('--out <file>', 'where the graded rows go (default: graded.jsonl in the run directory)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ qed grade proofs.jsonl --judge gpt-oss-20b --suite imo-proofbench --budget '$5'
  $ qed grade imo-gradingbench --judge "gpt-oss-20b(style=proofbench-strict)"
  $ qed grade graded.jsonl --judge "gemini-3-pro(style=gimo)" --out graded-twice.jsonl`,
    )
    .action(async (file: string, options: GradeOptions) => {
      process.exitCode = await grade(file, options);
    });
}

/** Returns the exit code. */
async function grade(file: string, options: GradeOptions): Promise<number> {
  const { told, wholeNumber, readBudget } = await import('./prove-setup.ts');
  const { prepareSuite, suiteRemarks } = await import('./bench-setup.ts');
  const { resolveJudge } = await import('./judge-setup.ts');
  const { readProofRows } = await import('../bench/proof-rows.ts');
  const { gradedSetRows } = await import('../bench/graded-set-rows.ts');
  const { fileDigest } = await import('../problems/file-digest.ts');
  const { findProveDirectory, beginProveDirectory } = await import('./prove-directory.ts');
  const parallel = wholeNumber('--parallel', options.parallel, 1);
  const seed = wholeNumber('--seed', options.seed, 0);
  const maxUngraded = share('--max-ungraded', options.maxUngraded);
  const suite = options.suite === undefined ? undefined : await prepareSuite(options.suite, options);
  const set = suite === undefined && isGradedSet(file) ? await openSet(file, options.sha256) : undefined;
  const judge = await resolveJudge(
    options.judge,
    suite ?? (set && { kind: 'proof', scale: 'points', problems: set.proofs.map(({ problem }) => problem) }),
  );
  if (judge === undefined)
    throw new UserError('--judge is missing: a model, as for qed bench', { exitCode: 2 });
  const known = suite && new Map(suite.problems.map((problem) => [String(problem.id), problem]));
  const rows = () => (set === undefined ? readProofRows(file, known) : gradedSetRows(set.proofs));
  // Everything is read once before anything is spent.
  let count = 0;
  await told(async () => {
    for await (const _ of rows()) count += 1;
  }, ['DataFileError', 'Error']);
  if (count === 0) throw new UserError(`${file}: there are no proofs in it`, { exitCode: 1 });
  const identity = {
    rows: count,
    sha256: set?.digest ?? (await fileDigest(file)).sha256,
    suite: suite?.digest ?? null,
    seed,
  };
  const name = path.basename(file, path.extname(file));
  const place = findProveDirectory(name, identity, options.run, 'grade');
  await beginProveDirectory(place, identity, 'grade');
  const budgets = {
    run: await readBudget('--budget', options.budget),
    problem: {},
    sitting: await readBudget('--sitting-budget', options.sittingBudget),
  };
  const { runGrade } = await import('./grade-run.ts');
  return await runGrade({
    ...{ rows, count, judge, parallel, seed, maxUngraded, budgets, place, graceSeconds },
    remarks: suite === undefined ? setRemarks(set) : suiteRemarks(suite),
    out: path.resolve(options.out ?? path.join(place.directory, 'graded.jsonl')),
    json: options.json === true,
  });
}

/** Whatever is no JSONL of one's own: a name, a table, a directory, an address. */
function isGradedSet(file: string): boolean {
  return !/\.(jsonl|ndjson)$/i.test(file);
}

async function openSet(spec: string, sha256: string | undefined): Promise<GradedSet> {
  const { openGradedSet } = await import('../problems/graded/open-graded-set.ts');
  const { told } = await import('./prove-setup.ts');
  return await told(
    () => openGradedSet(spec, sha256 === undefined ? {} : { sha256 }),
    ['SuiteError', 'DataFileError', 'TableError'],
  );
}

function setRemarks(set: GradedSet | undefined): string[] {
  if (set === undefined) return [];
  const { name, version, proofs, ungraded, warnings } = set;
  const left = ungraded === 0 ? '' : `, and ${ungraded} without a grade, which are left out`;
  return [`${name} ${version}: ${proofs.length} proofs that people graded${left}`, ...warnings];
}
