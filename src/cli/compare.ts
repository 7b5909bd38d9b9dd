/**
 * `qed compare`: runs of `qed bench` side by side, as tables for a terminal, Markdown, LaTeX, CSV or JSON, and a picture of
 * score against cost. Reads the runs while they go on, and writes only what it was told to.
 */
import path from 'node:path';
import { type Command, Option } from 'commander';
import type { SuiteComparison } from '../bench/comparison.ts';
import { UserError } from './user-error.ts';

interface CompareOptions {
  readonly judge?: string;
  readonly format: 'text' | 'markdown' | 'latex' | 'csv' | 'json';
  readonly json?: boolean;
  readonly problems?: boolean;
  readonly out?: string;
  readonly picture?: string;
  readonly seed: string;
}

export function addCompareCommand(program: Command): void {
  program
    .command('compare')
    .summary('benchmark runs side by side: scores with intervals, paired tests, cost')
    .description(
      'Prints the scores of runs of qed bench with intervals and deviations, what they took, scores by category and ' +
        'level, and paired tests between systems on the same suite.',
    )
    .argument('<run...>', 'run directories of qed bench')
    .option('--judge <name>', 'whose grades, where several judges graded a run (default: the last)')
    .addOption(
      new Option('--format <format>', 'of the tables')
        .choices(['text', 'markdown', 'latex', 'csv', 'json'])
        .default('text'),
    )
    .option('--json', 'the same as --format json')
    .option('--problems', 'with JSON: every score of every problem')
    .option('--out <file>', 'write there instead of standard output')
    .option('--picture <file.svg>', 'draw score against tokens or cost')
    .option('--seed <n>', 'of resampling', '1')
    .addHelpText(
      'after',
      `
Examples:
  $ qed compare runs/bench-imo-proofbench-*
  $ qed compare runs/bench-a runs/bench-b --format latex --out table.tex --picture cost.svg
  $ qed compare runs/bench-* --json --problems | jq '.suites[0].systems[].score'`,
    )
    .action(async (runs: string[], options: CompareOptions) => {
      process.exitCode = await compare(runs, options);
    });
}

/** Returns the exit code. */
async function compare(runs: readonly string[], options: CompareOptions): Promise<number> {
  const { readSystem } = await import('../bench/read-system.ts');
  const { compareSystems } = await import('../bench/comparison.ts');
  const { told, wholeNumber } = await import('./prove-setup.ts');
  const seed = wholeNumber('--seed', options.seed, 0);
  if (options.picture !== undefined && !/\.svg$/i.test(options.picture))
    throw new UserError(`--picture ${options.picture}: a name that ends in .svg is expected`, {
      exitCode: 2,
    });
  const directories = [...new Set(runs.map((run) => path.normalize(run)))];
  const systems = [];
  for (const directory of directories) {
    systems.push(
      await told(
        () => readSystem(directory, options.judge),
        ['SystemError', 'DataFileError', 'JournalError', 'Error'],
      ),
    );
  }
  const suites = compareSystems(systems, seed);
  const format = options.json === true ? 'json' : options.format;
  await write(options.out, await rendered(suites, format, options.problems === true));
  if (options.picture !== undefined) {
    const { scoreCostPicture } = await import('../bench/score-cost-picture.ts');
    await write(options.picture, scoreCostPicture(suites));
  }
  return 0;
}

async function rendered(
  suites: readonly SuiteComparison[],
  format: CompareOptions['format'],
  problems: boolean,
): Promise<string> {
  if (format === 'json') {
    const { comparisonJson } = await import('../bench/comparison-json.ts');
    return `${JSON.stringify(comparisonJson(suites, problems), null, 2)}\n`;
  }
  const { comparisonTables } = await import('../bench/comparison-tables.ts');
  const { tablesText } = await import('./tables-text.ts');
  return await tablesText(comparisonTables(suites), format);
}

async function write(file: string | undefined, text: string): Promise<void> {
  if (file === undefined) {
    process.stdout.write(text);
    return;
  }
  const { writeFileAtomic } = await import('../journal/atomic-file.ts');
  const { told } = await import('./prove-setup.ts');
  await told(() => writeFileAtomic(path.resolve(file), text), ['Error']);
}
