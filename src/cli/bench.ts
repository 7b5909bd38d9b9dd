/**
 * `qed bench`: runs a benchmark on any model with any scaffold, grades it, and prints the scores with their intervals.
 * Killed at any moment, the same command goes on; with more `--runs` it adds runs, with another `--judge` it grades what
 * is there once more. The exit code is 0 only when everything was attempted and graded.
 */
import { type Command, Option } from 'commander';
import type { BenchRecords } from '../bench/records.ts';
import type { BenchIdentity, BenchSetup } from './bench-setup.ts';
import type { ProveDirectory } from './prove-directory.ts';
import type { SetupOptions } from './prove-setup.ts';
import { repeatable } from './repeatable-option.ts';
import { UserError } from './user-error.ts';

export interface BenchOptions extends Omit<SetupOptions, 'asks'> {
  readonly judge: readonly string[];
  readonly runs: string;
  readonly parallel: string;
  readonly where?: string;
  readonly suiteFile?: string;
  readonly sha256?: string;
  readonly corrupt: 'repair' | 'exclude' | 'refuse';
  readonly maxUngraded: string;
  readonly run?: string;
  readonly json?: boolean;
}

/** Seconds that calls in flight have to end after the first Ctrl-C. */
const graceSeconds = 3;

/** Which suite, and which part of it. */
export function addSuiteOptions(command: Command): Command {
  return command
    .option(
      '--where <filter>',
      'a part of the suite: "category=Geometry,level=IMO-hard", "ids=…", "limit=10"',
    )
    .option('--suite-file <path>', 'where the file of a named suite lies, or a directory that has it')
    .option('--sha256 <digest>', 'checksum that the file must have')
    .addOption(
      new Option('--corrupt <what>', 'what is done with rows that are known to be corrupt')
        .choices(['repair', 'exclude', 'refuse'])
        .default('repair'),
    );
}

export function addBenchCommand(program: Command): void {
  const command = program
    .command('bench')
    .summary('run and grade a benchmark')
    .description(
      'Runs every problem of a suite with a model and a scaffold, so often as asked, has the results graded by a ' +
        'judge, and prints scores with intervals. Everything is kept in the run directory, for qed compare.',
    )
    .argument(
      '<suite>',
      'imo-proofbench[:basic|:advanced], proofbench, imo-answerbench; a .csv, .jsonl, .parquet or .yaml file; a URL; hub:OWNER/NAME[@REVISION][:SPLIT]',
    );
  addSuiteOptions(command)
    .addOption(repeatable('-m, --model <model>', 'as for qed prove; ROLE=MODEL gives a role its own'))
    .option('-s, --scaffold <scaffold>', 'as for qed prove, with settings: "rsa(n=4)"', 'single-turn')
    .addOption(
      repeatable(
        '-j, --judge <judge>',
        'a model, with settings of the judge: "gemini-3-pro(style=proofbench-strict,samples=3)"; several are an ensemble. Without one, attempts are made and not graded',
      ),
    )
    .option('-n, --runs <n>', 'attempts at each problem', '1')
    .option('--parallel <n>', 'attempts that are worked on at once', '16')
    .option('-b, --budget <budget>', 'most that the run may spend, grading included: "20M tokens", "$50"')
    .option('--problem-budget <budget>', 'most that the attempts at one problem may spend; not the grading')
    .option('--sitting-budget <budget>', 'most that this command may spend; the next one goes on')
    .option('--max-tokens <n>', 'most tokens of a reply, its reasoning included (default: the model’s)')
    .option('--temperature <t>', 'softmax temperature (default: the model’s, else 0.8)')
    .option('--seed <n>', 'where random choices come from', '1')
    .option('--max-ungraded <share>', 'largest share of attempts that the judge may fail to grade', '0.05')
    .option('--run <dir>', 'run directory (default: runs/bench- with the suite’s name and a digest)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ qed bench imo-proofbench --model qed-nano --scaffold rsa --judge gemini-3-pro --runs 3 --budget '$400'
  $ qed bench imo-answerbench --model qed-nano --judge gpt-oss-20b --where "category=Algebra,limit=20"
  $ qed bench mine.jsonl -m openai:http://127.0.0.1:8000/v1#qwen3 -j "gpt-oss-20b(style=simple)"
  $ qed compare runs/bench-*

Ctrl-C stops; the same command goes on from there, as it does after a kill. Failed and ungraded attempts are tried again.`,
    )
    .action(async (suite: string, options: BenchOptions) => {
      process.exitCode = await bench(suite, options);
    });
}

/** Returns the exit code. */
async function bench(suite: string, options: BenchOptions): Promise<number> {
  const { prepareBench } = await import('./bench-setup.ts');
  const { findProveDirectory, beginProveDirectory } = await import('./prove-directory.ts');
  const setup = await prepareBench(suite, options);
  const place = findProveDirectory(setup.suite.name, setup.identity, options.run, 'bench');
  await beginProveDirectory(place, setup.identity satisfies BenchIdentity, 'bench');
  return await run(setup, place, options);
}

async function run(setup: BenchSetup, place: ProveDirectory, options: BenchOptions): Promise<number> {
  const { openJournal } = await import('../journal/open-journal.ts');
  const { writeProblems } = await import('../bench/run-files.ts');
  const { BenchRecords } = await import('../bench/records.ts');
  const { runBench } = await import('../bench/run-bench.ts');
  const { createScaffold } = await import('../scaffold/create-scaffold.ts');
  const { promptSet } = await import('../scaffold/prompt-set.ts');
  const { shownPath } = await import('../recipe/shown-path.ts');
  const { watchInterruption } = await import('./interruption.ts');
  const { openModels } = await import('./open-models.ts');
  const { benchView } = await import('./bench-view.ts');
  const { printBench } = await import('./bench-output.ts');
  const { withWayOn } = await import('./way-on.ts');
  const { suite, identity, budgets, runs, parallel } = setup;
  await writeProblems(place.directory, suite.problems);
  const open: { close?(): unknown }[] = [];
  try {
    const remarks: string[] = [];
    const journal = await openJournal(place.directory, { onWarning: (message) => remarks.push(message) });
    open.push(journal);
    const records = await BenchRecords.read(journal);
    const view = benchView(process.stderr, process.env, {
      problems: suite.problems.map(({ id }) => id),
      runs,
      before: await doneBefore(records, setup),
      hasJudge: setup.judge !== undefined,
      fullMarks: 7,
      budgets,
      isPriced: setup.isPriced,
    });
    open.push(view);
    const interruption = watchInterruption({
      onFirst: () =>
        view.remark('stopping; Ctrl-C again stops at once. Either way the same command goes on from there.'),
    });
    open.push({ close: () => interruption.dispose() });
    view.remark(`${shownPath(place.directory)}: ${place.isNew ? 'a new run' : 'going on with it'}`);
    for (const remark of [...setup.remarks, ...remarks]) view.remark(remark);
    const models = await openModels(setup, view);
    open.push(models);
    const judge = await setup.judge?.open(view);
    if (judge !== undefined) open.push(judge);
    const bench = runBench({
      problems: suite.problems,
      ...{ runs, parallel, budgets, journal, records, graceSeconds },
      scaffold: createScaffold(identity.scaffold, {}, promptSet(identity.asks)),
      models,
      ...(judge === undefined ? {} : { judge }),
      maxTokens: identity.maxTokens,
      temperature: identity.temperature,
      ...(Object.keys(identity.sampling).length === 0 ? {} : { sampling: identity.sampling }),
      seed: identity.seed,
      stopping: interruption.signal,
      onEvent: (event) => view.event(event),
      onMeter: (meter) => view.meter(meter),
    });
    const outcome = await withWayOn(place.directory, bench);
    view.close();
    return await printBench(outcome, {
      setup,
      directory: place.directory,
      wasStopped: interruption.signal.aborted,
      json: options.json === true,
    });
  } finally {
    for (const thing of open.toReversed()) await thing.close?.();
  }
}

/** Attempts of this run's that are finished, and those of them that this judge has graded. */
async function doneBefore(
  records: BenchRecords,
  { suite, runs, judge }: BenchSetup,
): Promise<{ readonly attempts: number; readonly grades: number }> {
  const { gradingDigest } = await import('../grade/judge-material.ts');
  let [attempts, grades] = [0, 0];
  for (const problem of suite.problems) {
    const material = gradingDigest(problem);
    for (let run = 0; run < runs; run += 1) {
      const row = records.attempt(problem.id, run);
      if (row?.status === 'finished') attempts += 1;
      if (
        row !== undefined &&
        judge !== undefined &&
        records.grade(judge.name, { ...row, material })?.points != null
      )
        grades += 1;
    }
  }
  return { attempts, grades };
}

/** A share from 0 to 1. */
export function share(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new UserError(`${flag} ${text}: a number from 0 to 1 is expected`, { exitCode: 2 });
}
