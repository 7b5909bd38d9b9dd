/** `qed data decontaminate`: takes out what evaluation sets have, and all but one of rows that are one problem. */
import type { Command } from 'commander';
import type { DecontaminationSettings } from '../curate/decontaminate/settings.ts';
import { repeatable } from './repeatable-option.ts';
import { UserError } from './user-error.ts';

interface DecontaminateOptions {
  readonly against: readonly string[];
  readonly suitePath?: string;
  readonly partial?: string;
  readonly tokenSet?: string;
  readonly duplicate?: string;
  readonly short?: string;
  readonly nearMiss?: string;
  readonly coverage?: string;
  readonly numbers?: string;
  readonly words?: string;
  readonly duplicates: boolean;
  readonly texts: boolean;
  readonly prefer: readonly string[];
  readonly threads?: string;
  readonly out?: string;
  readonly json?: boolean;
}

export function addDataDecontaminateCommand(data: Command): void {
  data
    .command('decontaminate')
    .summary('take out problems of evaluation sets, and duplicates')
    .description(
      'Takes out rows whose statement, solutions or comments hold a problem of an evaluation set, also with other white space, ' +
        'another TeX, renamed variables, or inside a longer text; and of rows that are one problem all but one: the one with the most ' +
        'solutions, then one that asks for a proof, then one of a preferred source, then the first. matches.jsonl in the ' +
        'directory says what was found where, with scores and passages, and what nearly was.',
    )
    .argument('<input>', 'JSONL of rows, or the directory of a step')
    .addOption(
      repeatable(
        '--against <suite>',
        'evaluation set: a suite as for qed bench, or a file of problems (repeatable)',
      ),
    )
    .option(
      '--suite-path <path>',
      'directory that has the files of built-in suites, instead of fetching them',
    )
    .option('--partial <percent>', 'partial ratio from which a long statement is held (default: 76)')
    .option('--token-set <percent>', 'token-set ratio from which a long statement is held (default: 84)')
    .option('--duplicate <percent>', 'partial ratio from which two long rows are one (default: 87)')
    .option('--short <n>', 'added to thresholds for short ones: n divided by characters (default: 850)')
    .option('--near-miss <percent>', 'how far below a threshold matches are still written down (default: 6)')
    .option('--coverage <share>', 'of a statement that a shorter row must be as long as (default: 0.6)')
    .option(
      '--numbers <share>',
      'of their numbers that two rows must have in common to be one (default: 0.9)',
    )
    .option('--words <n>', 'words in a row that make candidates (default: 13)')
    .option('--no-duplicates', 'do not look for rows that are one problem')
    .option('--no-texts', 'search statements alone, not solutions and comments')
    .addOption(repeatable('--prefer <source>', 'source whose row stays, of rows that are one problem'))
    .option('--threads <n>', 'that compare (default: one a core, at most 8)')
    .option('--out <dir>', 'directory of the step (default: beside the input)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ qed data decontaminate olympiads-filter --against imo-proofbench --against imo-answerbench
  $ qed data decontaminate rows.jsonl --against held-out.jsonl --prefer harp --out clean
  $ qed data decontaminate rows.jsonl --against imo-proofbench --no-duplicates --partial 80`,
    )
    .action(async (input: string, options: DecontaminateOptions) => {
      process.exitCode = await decontaminate(input, options);
    });
}

/** Returns the exit code. */
async function decontaminate(input: string, options: DecontaminateOptions): Promise<number> {
  if (options.against.length === 0 && !options.duplicates)
    throw new UserError(
      'nothing to do: name an evaluation set with --against, or leave --no-duplicates out',
      {
        exitCode: 2,
      },
    );
  const { runDecontaminate } = await import('../curate/decontaminate/run-decontaminate.ts');
  const { openSuite } = await import('../problems/suites/open-suite.ts');

  const { stepDirectory } = await import('./step-directory.ts');
  const { runDataStep } = await import('./data-step-run.ts');
  const { printStep } = await import('./data-step-output.ts');
  const { told, wholeNumber } = await import('./prove-setup.ts');
  const { builtInSuites } = await import('../problems/suites/built-in-suites.ts');
  const settings = await settingsOf(options);
  const threads = options.threads === undefined ? undefined : wholeNumber('--threads', options.threads, 1);
  const directory = stepDirectory(input, 'decontaminate', options.out);
  const record = await runDataStep('decontaminating', async ({ signal, show, remark }) => {
    const against = [];
    for (const text of options.against) {
      const isBuiltIn = builtInSuites.some(({ name }) => text.split(/[@:]/)[0] === name);
      const suite = await told(
        () =>
          openSuite(text, {
            ...(isBuiltIn && options.suitePath !== undefined ? { path: options.suitePath } : {}),
            signal,
            onProgress: (received) => show(() => `${text}: ${received} bytes`),
          }),
        ['SuiteError'],
      );
      for (const warning of suite.warnings) remark(`${text}: ${warning}`);
      against.push({ name: suite.name, digest: suite.digest, problems: suite.problems });
    }
    return await runDecontaminate({
      ...{ input, directory, against, settings, signal, prefer: options.prefer },
      keepDuplicates: !options.duplicates,
      ...(threads === undefined ? {} : { threads }),
      onProgress: (phase, rows) => show(() => `${phase}: ${rows.toLocaleString('en-US')} rows`),
    });
  });
  const { evaluationProblems, evaluationProblemsFound, nearMisses } = record.figures;
  printStep(record, {
    ...{ out: directory, json: options.json === true },
    lines: [
      `${evaluationProblemsFound} of ${evaluationProblems} evaluation problems were in the data; ${nearMisses} near misses to look at in matches.jsonl`,
    ],
  });
  return 0;
}

async function settingsOf(options: DecontaminateOptions): Promise<DecontaminationSettings> {
  const { settingsSchema } = await import('../curate/decontaminate/settings.ts');
  const flags = {
    ...{ partial: '--partial', tokenSet: '--token-set', duplicate: '--duplicate', short: '--short' },
    ...{ nearMiss: '--near-miss', coverage: '--coverage', numbers: '--numbers', words: '--words' },
  } as const;
  const given = Object.keys(flags).flatMap((name) => {
    const text = options[name as keyof typeof flags];
    return text === undefined ? [] : [[name, text.trim() === '' ? Number.NaN : Number(text)]];
  });
  const parsed = settingsSchema.safeParse({ ...Object.fromEntries(given), texts: options.texts });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0]) as keyof typeof flags;
  throw new UserError(`${flags[name]} ${options[name]}: ${issue?.message}`, { exitCode: 2 });
}
