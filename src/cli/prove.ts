/**
 * `qed prove`: the best proof that a budget buys. Progress goes to standard error, the proof to standard output, Markdown
 * and HTML into the run directory. Killed at any moment, the same command goes on where it was.
 */
import path from 'node:path';
import { type Command, Option } from 'commander';
import type { ProveProblemsOutcome } from '../prove/prove-problems.ts';
import { watchInterruption } from './interruption.ts';
import type { ProveDirectory } from './prove-directory.ts';
import type { Setup, SetupOptions } from './prove-setup.ts';
import { repeatable } from './repeatable-option.ts';
import { printScaffoldHelp } from './scaffold-help.ts';

export interface ProveOptions extends SetupOptions {
  readonly attempts: string;
  readonly parallel: string;
  readonly run?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** Seconds that calls in flight have to end after the first Ctrl-C. */
const graceSeconds = 3;

/** Options that `prove` and `plan` have in common. */
export function addSetupOptions(command: Command): Command {
  return command
    .addOption(
      repeatable(
        '-m, --model <model>',
        'a preset, openai:URL#MODEL, gguf:FILE, run:NAME/CHECKPOINT[@STEP] or a directory; ROLE=MODEL gives a role (verify, merge, …) its own',
      ),
    )
    .option(
      '-s, --scaffold <scaffold>',
      'single-turn, reasoning-cache, self-check, nomos, rsa, deepseek-math, majority or best-of-n, with settings: "rsa(n=4)"; help lists them',
      'single-turn',
    )
    .option(
      '-b, --budget <budget>',
      'most that the run may spend: "200k tokens", "$2", "10m" or several of them',
    )
    .option('--problem-budget <budget>', 'most that each problem may spend')
    .option('--sitting-budget <budget>', 'most that this command may spend; the next one goes on')
    .addOption(
      new Option('--asks <what>', 'what the problems ask for').choices(['proof', 'answer']).default('proof'),
    )
    .option('--max-tokens <n>', 'most tokens of a reply, its reasoning included (default: the model’s)')
    .option('--temperature <t>', 'softmax temperature (default: the model’s, else 0.8)')
    .option('--seed <n>', 'where random choices come from', '1');
}

export function addProveCommand(program: Command): void {
  const command = program
    .command('prove')
    .summary('write a proof within a budget')
    .description(
      'Writes a proof of a problem, or of every problem of a file, with a model and a scaffold around it, and saves it ' +
        'as Markdown and HTML with the way it came about.',
    )
    .argument(
      '[problem]',
      'a text, a file (.md, .tex, .txt with one problem; .jsonl, .yaml with many), or - for standard input',
    );
  addSetupOptions(command)
    .option('--attempts <n>', 'proofs of each problem', '1')
    .option('--parallel <n>', 'problems that are worked on at once', '4')
    .option('--run <dir>', 'run directory (default: runs/prove- with the problem’s name and a digest)')
    .option('--out <dir>', 'where Markdown and HTML go (default: the run directory)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ qed prove "Prove that there are infinitely many primes." --model models/smollm2
  $ qed prove imo.jsonl --model qed-nano --scaffold rsa --budget "20M tokens"
  $ qed prove problem.tex -m openai:http://127.0.0.1:8000/v1#qwen3 -s "deepseek-math(pool=2)" -b '$2, 30m'
  $ qed prove - --model run:lab/rl --scaffold reasoning-cache < problem.md

Ctrl-C stops; the same command goes on from there, as it does after a kill. Ctrl-C twice stops at once.`,
    )
    .action(async (problem: string | undefined, options: ProveOptions) => {
      process.exitCode = await prove(problem, options);
    });
}

/** Returns the exit code. */
async function prove(problem: string | undefined, options: ProveOptions): Promise<number> {
  if (await printScaffoldHelp(options)) return 0;
  const { prepare, wholeNumber } = await import('./prove-setup.ts');
  const attempts = wholeNumber('--attempts', options.attempts, 1);
  const parallel = wholeNumber('--parallel', options.parallel, 1);
  const setup = await prepare(problem, options);
  const { findProveDirectory, beginProveDirectory } = await import('./prove-directory.ts');
  const place = findProveDirectory(setup.given.name, setup.identity, options.run);
  await beginProveDirectory(place, setup.identity);
  const { writeProblems } = await import('../bench/run-files.ts');
  await writeProblems(place.directory, setup.given.problems);
  const outcome = await runProblems(setup, place, { attempts, parallel, options });
  const { printOutcome } = await import('./prove-output.ts');
  return printOutcome(outcome, setup, options.json === true);
}

export interface ProveResult {
  readonly outcome: ProveProblemsOutcome;
  readonly wasStopped: boolean;
  /** Absolute; where Markdown and HTML are. */
  readonly output: string;
  readonly directory: string;
}

async function runProblems(
  setup: Setup,
  place: ProveDirectory,
  asked: { readonly attempts: number; readonly parallel: number; readonly options: ProveOptions },
): Promise<ProveResult> {
  const { given, budgets, identity } = setup;
  const { attempts, parallel, options } = asked;
  const { openJournal } = await import('../journal/open-journal.ts');
  const { proveProblems } = await import('../prove/prove-problems.ts');
  const { createScaffold } = await import('../scaffold/create-scaffold.ts');
  const { promptSet } = await import('../scaffold/prompt-set.ts');
  const { shownPath } = await import('../recipe/shown-path.ts');
  const { openModels } = await import('./open-models.ts');
  const { proveView } = await import('./prove-view.ts');
  const { ProofFiles } = await import('../prove/proof-files.ts');
  const { packageVersion } = await import('../recipe/package-version.ts');
  const { withWayOn } = await import('./way-on.ts');
  const output = path.resolve(options.out ?? place.directory);
  const isPriced = [setup.main, ...setup.byRole.values()].every(({ price }) => price !== undefined);
  const view = proveView(process.stderr, process.env, {
    problems: given.problems.map(({ id }) => id),
    attempts,
    budgets,
    isPriced,
  });
  const interruption = watchInterruption({
    onFirst: () =>
      view.remark('stopping; Ctrl-C again stops at once. Either way the same command goes on from there.'),
  });
  const open: { close?(): Promise<void> }[] = [];
  try {
    view.remark(`${shownPath(place.directory)}: ${place.isNew ? 'a new run' : 'going on with it'}`);
    for (const remark of setup.remarks) view.remark(remark);
    const journal = await openJournal(place.directory, { onWarning: (message) => view.remark(message) });
    open.push(journal);
    const models = await openModels(setup, view);
    open.push(models);
    const files = await ProofFiles.open(setup, {
      ...{ directory: place.directory, output, attempts, isPriced, journal },
      version: packageVersion(),
      onFailure: (error) =>
        view.remark(
          `${error instanceof Error ? error.message : String(error)}; the proofs are in the journal`,
        ),
    });
    const proving = proveProblems(
      {
        problems: given.problems,
        attempts,
        parallel,
        scaffold: createScaffold(identity.scaffold, {}, promptSet(identity.asks)),
        models,
        maxTokens: identity.maxTokens,
        temperature: identity.temperature,
        ...(Object.keys(identity.sampling).length === 0 ? {} : { sampling: identity.sampling }),
        budgets,
        journal,
        seed: identity.seed,
        stopping: interruption.signal,
        graceSeconds,
        keepTraces: false,
        isWrittenUp: (problem) => files.isWrittenUp(problem),
        onEvent: (event) => {
          view.event(event);
          if (event.kind === 'attempt-ended') files.attemptEnded(event);
        },
      },
      (meter) => view.meter(meter),
    );
    const outcome = await withWayOn(place.directory, proving);
    await files.written();
    return { outcome, wasStopped: interruption.signal.aborted, output, directory: place.directory };
  } finally {
    interruption.dispose();
    view.close();
    for (const thing of open.toReversed()) await thing.close?.();
  }
}
