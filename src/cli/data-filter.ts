/**
 * `qed data filter`: takes rows out by rules, each with its reason and the text that gave it; measures the rules on labelled
 * rows; draws rows to be labelled.
 */
import type { Command } from 'commander';
import type { FilterSettings } from '../curate/filter/filter-settings.ts';
import type { Label } from '../curate/filter/label.ts';
import type { FilterMeasure, Rate } from '../curate/filter/measure-rules.ts';
import { UserError } from './user-error.ts';

interface FilterCommandOptions {
  readonly settings?: string;
  readonly language?: string;
  readonly excludeYears?: string;
  readonly keepFinalAnswers?: boolean;
  readonly allowNoSolution?: boolean;
  readonly off?: string;
  readonly sample: string;
  readonly seed: string;
  readonly toLabel?: string;
  readonly labels?: string;
  readonly out?: string;
  readonly list?: boolean;
  readonly json?: boolean;
}

export function addDataFilterCommand(data: Command): void {
  data
    .command('filter')
    .summary('take rows out by rules, each with its reason')
    .description(
      'Takes out rows by rules: images and figures, answers in the statement, easy contests, questions for a final answer, ' +
        'other languages, broken TeX, contests of the year of the evaluation, solutions that are missing, very short or only ' +
        'calculations, and others (--list). A row leaves for the first reason that applies, and all that apply are counted. ' +
        'The settings are those of the paper unless told otherwise.',
    )
    .argument('[input]', 'JSONL of rows, or the directory of a step')
    .option('--settings <file.yaml>', 'settings of the rules; the options below come after it')
    .option('--language <codes>', 'languages that stay, by commas (default: en)')
    .option('--exclude-years <years>', 'years whose contests leave, by commas, or none (default: 2025)')
    .option('--keep-final-answers', 'questions for a final answer may stay')
    .option('--allow-no-solution', 'rows without solution and marking scheme may stay')
    .option('--off <reasons>', 'rules that are not asked, by commas')
    .option('--sample <n>', 'rows of each reason, and of those that stay, to read', '5')
    .option('--seed <n>', 'of the samples', '1')
    .option('--labels <file>', 'say how right the rules are on labelled rows, and write nothing')
    .option(
      '--to-label <n>',
      'also draw so many rows of each reason to be labelled, and 4 n of those that stay',
    )
    .option('--out <dir>', 'directory of the step (default: beside the input)')
    .option('--list', 'say what rules there are')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ qed data filter raw
  $ qed data filter raw --language en,zh --exclude-years 2024,2025 --off figure --out filtered
  $ qed data filter raw --labels golden/filter/labels.jsonl`,
    )
    .action(async (input: string | undefined, options: FilterCommandOptions) => {
      process.exitCode = await filter(input, options);
    });
}

/** Returns the exit code. */
async function filter(input: string | undefined, options: FilterCommandOptions): Promise<number> {
  if (options.list === true) return await listRules(options.json === true);
  if (input === undefined)
    throw new UserError('name a file of rows or the directory of a step', { exitCode: 2 });
  const { runDataStep } = await import('./data-step-run.ts');
  const { wholeNumber } = await import('./prove-setup.ts');
  const settings = await settingsOf(options);
  if (options.labels !== undefined)
    return await measure(input, options.labels, settings, options.json === true);
  const { runFilter } = await import('../curate/filter/run-filter.ts');
  const { printStep } = await import('./data-step-output.ts');
  const { stepDirectory } = await import('./step-directory.ts');
  const out = stepDirectory(input, 'filter', options.out);
  const samples = wholeNumber('--sample', options.sample, 0);
  const toLabel = options.toLabel === undefined ? undefined : wholeNumber('--to-label', options.toLabel, 1);
  const seed = wholeNumber('--seed', options.seed, 0);
  const record = await runDataStep('filtering:', ({ signal, show }) =>
    runFilter({
      ...{ input, out, settings, samples, toLabel, seed, signal },
      onRows: (rows) => show(() => `${rows.toLocaleString('en-US')} rows`),
    }),
  );
  const { solutionsRemoved } = record.figures;
  const lines =
    typeof solutionsRemoved === 'number' && solutionsRemoved > 0
      ? [`${solutionsRemoved} solutions were taken out of rows that have others`]
      : [];
  printStep(record, { out, json: options.json === true, lines });
  return 0;
}

async function settingsOf(options: FilterCommandOptions): Promise<FilterSettings> {
  const { loadFilterSettings } = await import('../curate/filter/load-settings.ts');
  const { defaultFilterSettings } = await import('../curate/filter/filter-settings.ts');
  const { filterReasons } = await import('../curate/filter/rules.ts');
  const { told } = await import('./prove-setup.ts');
  const { settings: file } = options;
  const base =
    file === undefined
      ? defaultFilterSettings
      : await told(async () => loadFilterSettings(file), ['FilterError']);
  const off = options.off === undefined ? base.off : listed(options.off);
  const unknown = off.find((reason) => !filterReasons.includes(reason));
  if (unknown !== undefined)
    throw new UserError(`there is no rule "${unknown}"; there is ${filterReasons.join(', ')}`, {
      exitCode: 2,
    });
  return {
    ...base,
    off,
    ...(options.language === undefined ? {} : { languages: listed(options.language) }),
    ...(options.excludeYears === undefined ? {} : { excludedYears: yearsOf(options.excludeYears) }),
    ...(options.keepFinalAnswers === true ? { finalAnswers: 'keep' as const } : {}),
    ...(options.allowNoSolution === true ? { solutions: 'optional' as const } : {}),
  };
}

function listed(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

function yearsOf(text: string): number[] {
  if (text === 'none') return [];
  return listed(text).map((year) => {
    if (/^\d{4}$/.test(year)) return Number(year);
    throw new UserError(`--exclude-years ${text}: years by commas, or none, are expected`, { exitCode: 2 });
  });
}

async function listRules(json: boolean): Promise<number> {
  const { filterRules } = await import('../curate/filter/rules.ts');
  const { textTable } = await import('../bench/tables/text-table.ts');
  const rules = filterRules.map(({ reason, title, of }) => ({ reason, title, of }));
  if (json) process.stdout.write(`${JSON.stringify(rules, null, 2)}\n`);
  else
    process.stdout.write(
      textTable({
        title: 'rules, in their order',
        columns: ['reason', 'what leaves', 'judges'].map((heading) => ({ heading, align: 'left' })),
        rows: rules.map(({ reason, title, of }) => [reason, title, `the ${of}`]),
        notes: ['A solution that a rule refuses is taken out; the row leaves when none is left.'],
      }),
    );
  return 0;
}

async function measure(
  input: string,
  file: string,
  settings: FilterSettings,
  json: boolean,
): Promise<number> {
  const { measureRules } = await import('../curate/filter/measure-rules.ts');
  const { labelSchema } = await import('../curate/filter/label.ts');
  const { readJsonLines } = await import('../problems/json-lines.ts');
  const { runDataStep } = await import('./data-step-run.ts');
  const measures = await runDataStep('measuring', async () => {
    const labels: Label[] = [];
    for await (const label of readJsonLines(file, labelSchema)) labels.push(label);
    return await measureRules(input, labels, settings);
  });
  if (json) process.stdout.write(`${JSON.stringify(measures, null, 2)}\n`);
  else for (const one of measures) process.stdout.write(`${await measureTable(one)}\n`);
  return 0;
}

/** How far the figures of each half can be believed. */
const drawnWhen: Readonly<Record<FilterMeasure['half'], string>> = {
  tune: 'which rules were changed after',
  test: 'drawn with the former',
  fresh: 'drawn after that',
};

async function measureTable(measured: FilterMeasure): Promise<string> {
  const { textTable } = await import('../bench/tables/text-table.ts');
  const { half, labels, rules, precision, recall, missedAmongKept } = measured;
  const cell = ({ interval }: Rate) =>
    interval === undefined
      ? null
      : { value: 100 * interval.estimate, low: 100 * interval.low, high: 100 * interval.high, digits: 0 };
  const counts = ({ hits, of }: Rate): string => `${hits}/${of}`;
  const rowOf = (name: string, right: Rate, found: Rate) => [
    ...[name, counts(right), cell(right), counts(found), cell(found)],
  ];
  return textTable({
    title: `half ${half}: ${labels} labelled rows, ${drawnWhen[half]}`,
    columns: [
      { heading: 'reason', align: 'left' },
      ...['right', 'precision %', 'found', 'recall %'].map((heading) => ({
        heading,
        align: 'right' as const,
      })),
    ],
    rows: [
      ...rules
        .filter((rule) => rule.precision.of + rule.recall.of > 0)
        .map((rule) => rowOf(rule.reason, rule.precision, rule.recall)),
      rowOf('any reason', precision, recall),
    ],
    notes: [
      `Of ${missedAmongKept.of} rows that were drawn because they stayed, ${missedAmongKept.hits} should have left.`,
      'Recall is that among labelled rows, which were drawn by what the rules found.',
    ],
  });
}
