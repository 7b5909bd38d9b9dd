/** `qed data stats`: what steps of curation left, in figures, as a page to read, and as the card of a data set. */
import path from 'node:path';
import type { Command } from 'commander';
import type { Lengths, StepStatistics } from '../curate/report/step-statistics.ts';
import { UserError } from './user-error.ts';

interface StatsOptions {
  readonly page?: string;
  readonly card?: string;
  readonly name?: string;
  readonly sample: string;
  readonly seed: string;
  readonly json?: boolean;
}

export function addDataStatsCommand(data: Command): void {
  data
    .command('stats')
    .summary('what steps have left: counts, lengths, a page, a data card')
    .description(
      'Prints for each step how many rows came in, went on and left, and how long statements and solutions are. With --page it ' +
        'writes one page with the funnel over all steps, counts by reason and source, and rows of both sides to read; with ' +
        '--card the card of the data set that the last step left.',
    )
    .argument('<step...>', 'directories of steps, in their order')
    .option('--page <file.html>', 'write the page')
    .option('--card <file.md>', 'write the card, with sources, licences and steps')
    .option('--name <name>', 'of the data set (default: the last directory)')
    .option('--sample <n>', 'rows of each reason, and of those that went on, on the page', '3')
    .option('--seed <n>', 'of the sample', '1')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ qed data stats raw filtered
  $ qed data stats raw filtered clean --page report.html --card clean/README.md --name "Olympiad proofs"`,
    )
    .action(async (directories: string[], options: StatsOptions) => {
      process.exitCode = await stats(directories, options);
    });
}

/** Returns the exit code. */
async function stats(directories: readonly string[], options: StatsOptions): Promise<number> {
  const { stepStatistics } = await import('../curate/report/step-statistics.ts');
  const { runDataStep } = await import('./data-step-run.ts');
  const { wholeNumber } = await import('./prove-setup.ts');
  const samples = options.page === undefined ? 0 : wholeNumber('--sample', options.sample, 0);
  const seed = wholeNumber('--seed', options.seed, 0);
  if (options.page !== undefined && !/\.html?$/i.test(options.page))
    throw new UserError(`--page ${options.page}: a name that ends in .html is expected`, { exitCode: 2 });
  const name = options.name ?? path.basename(path.resolve(directories.at(-1) ?? '.'));
  const steps = await runDataStep('reading', async ({ signal, show }) => {
    const found: StepStatistics[] = [];
    for (const directory of directories) {
      signal.throwIfAborted();
      show(() => directory);
      found.push(await stepStatistics(directory, { samples, seed }));
    }
    await write(found, name, options);
    return found;
  });
  if (options.json === true) {
    const plain = steps.map(({ samples: _, ...step }) => step);
    process.stdout.write(`${JSON.stringify(plain, null, 2)}\n`);
  } else process.stdout.write(await table(steps));
  for (const file of [options.page, options.card])
    if (file !== undefined) process.stderr.write(`wrote ${file}\n`);
  return 0;
}

async function write(steps: readonly StepStatistics[], name: string, options: StatsOptions): Promise<void> {
  const { writeFileAtomic } = await import('../journal/atomic-file.ts');
  const { packageVersion } = await import('../recipe/package-version.ts');
  const version = packageVersion();
  if (options.page !== undefined) {
    const { curationPage } = await import('../curate/report/curation-page.ts');
    await writeFileAtomic(path.resolve(options.page), curationPage(steps, { title: name, version }));
  }
  if (options.card !== undefined) {
    const { dataCard } = await import('../curate/report/data-card.ts');
    const records = steps.map(({ record }) => record);
    await writeFileAtomic(path.resolve(options.card), dataCard({ name, records, version }));
  }
}

async function table(steps: readonly StepStatistics[]): Promise<string> {
  const { textTable } = await import('../bench/tables/text-table.ts');
  const number = (value: number) => ({ value, digits: 0 });
  const pair = (lengths: Lengths | undefined) =>
    lengths === undefined ? [null, null] : [number(lengths.median), number(lengths.within95)];
  return textTable({
    title: 'steps: rows, and characters of those that went on',
    columns: [
      { heading: 'step', align: 'left' },
      ...['in', 'on', 'left', 'no solution', 'scheme', 'statement', '95 %', 'solution', '95 %'].map(
        (heading) => ({
          ...{ heading, align: 'right' as const },
        }),
      ),
    ],
    rows: steps.map(({ directory, kept, dropped, withoutSolution, withScheme, statements, solutions }) => [
      path.basename(path.resolve(directory)),
      ...[kept + dropped, kept, dropped, withoutSolution, withScheme].map(number),
      ...[...pair(statements), ...pair(solutions)],
    ]),
    notes: ['Lengths are medians, and the length within which 95 of 100 are.'],
  });
}
