/** `qed data distill`: a set for supervised fine-tuning, written by a teacher about the problems of a training set. */
import type { Command } from 'commander';
import type { ReleasedColumns } from '../curate/distill/released-row.ts';
import type { SampleChoice } from '../curate/distill/sample-choice.ts';
import type { StepRecord } from '../curate/step-files.ts';
import { shownPath } from '../recipe/shown-path.ts';
import {
  type AskedModelOptions,
  type AskOptions,
  addAskOptions,
  addModelOptions,
  readAskOptions,
  readModelOptions,
} from './ask-options.ts';
import { repeatable } from './repeatable-option.ts';
import { solverPrompt, solverPromptHelp } from './solver-prompt.ts';
import { readStudent, type StudentOptions } from './student-form.ts';
import { UserError } from './user-error.ts';

interface DistillOptions extends AskOptions, AskedModelOptions, StudentOptions {
  readonly judge: readonly string[];
  readonly samples: string;
  readonly prompt: string;
  readonly proof: string;
  readonly withoutReasoning?: boolean;
  readonly maxTextTokens?: string;
  readonly choose: string;
  readonly gradeColumn?: string;
  readonly rewardColumn?: string;
}

/** Where neither a person nor the model says; the teacher of the paper had 124,928 tokens at temperature 1. */
const usual = { maxTokens: 65_536, temperature: 1 };

export function addDataDistillCommand(data: Command): void {
  const command = data
    .command('distill')
    .summary('write texts for supervised fine-tuning with a teacher')
    .description(
      'Samples a teacher at every problem and keeps what ended, closed its reasoning and has an explicit proof section, ' +
        'as conversations that the SFT stage reads (recipe: data.kind: examples), under the column names of the released ' +
        'set: all.jsonl with every sample, one-per-problem.jsonl, and left.jsonl with what left and why. Killed at any ' +
        'moment, the same command goes on; nothing is paid twice.',
    )
    .argument('<input>', 'JSONL of rows, or the directory of a step');
  addModelOptions(command);
  command
    .option('--samples <n>', 'samples of each problem', '2')
    .option('--prompt <name>', `what the teacher is asked with: ${solverPromptHelp}`, 'distill')
    .option(
      '--proof <rule>',
      'section: a proof has a section of its own; whole: all after the reasoning',
      'section',
    )
    .option('--without-reasoning', 'keep completions without reasoning too')
    .option('--ask <name>', `what the student will be asked with: ${solverPromptHelp}`, 'prove')
    .option(
      '--layout <form>',
      'marks of the thinking block on lines, as Qwen3; or words, as the lab’s models',
      'lines',
    )
    .option(
      '--tokenizer <dir>',
      'the student’s tokenizer: counts tokens, and its chat template goes with the texts',
    )
    .option(
      '--max-text-tokens <n>',
      'longest text, prompt included; by the tokenizer, else as the server counts',
    )
    .addOption(
      repeatable('-j, --judge <judge>', 'grade what stays, as for qed grade; exact is the lab’s own'),
    )
    .option('--choose <how>', 'the one sample of each problem: random or best-graded', 'random')
    .option('--grade-column <name>', 'default: the judge’s name and -grade')
    .option(
      '--reward-column <name>',
      'default: the name of the model of the difficulty, -reward@ and its attempts',
    );
  addAskOptions(command)
    .addHelpText(
      'after',
      `
--parallel counts samples here. A proof section begins at a heading Proof or Solution, at a paragraph that begins with
"Proof." or "Proof:", or at \\begin{proof}; docs/data.md has the whole rule.

Examples:
  $ qed data distill olympiads-select -m openai:http://localhost:8000/v1#DeepSeek-Math-V2 --samples 2 \\
      --prompt dsm-prove --tokenizer models/Qwen3-4B-Thinking-2507 --max-text-tokens 45000 --budget '2B tokens'
  $ qed data distill lab.jsonl -m run:lab/rl --prompt statement --ask statement --proof whole --layout words -j exact`,
    )
    .action(async (input: string, options: DistillOptions) => {
      process.exitCode = await distill(input, options);
    });
}

/** Returns the exit code. */
async function distill(input: string, options: DistillOptions): Promise<number> {
  const { told, wholeNumber } = await import('./prove-setup.ts');
  const { runAsk } = await import('./ask-run.ts');
  const { resolveRowJudge } = await import('./row-judge.ts');
  const { stepDirectory } = await import('./step-directory.ts');
  const { rowsPath } = await import('../curate/step-files.ts');
  const { distillStep } = await import('../curate/distill/distill-step.ts');
  const { DistilledFiles } = await import('../curate/distill/distilled-files.ts');
  const { columnSlug } = await import('../curate/distill/released-row.ts');
  const { openModel } = await import('./open-models.ts');
  const asked = await readAskOptions(options);
  const { parallel, seed } = asked;
  const samples = wholeNumber('--samples', options.samples, 1);
  const maxTextTokens =
    options.maxTextTokens === undefined
      ? undefined
      : wholeNumber('--max-text-tokens', options.maxTextTokens, 1);
  const proof = oneOf('--proof', options.proof, ['section', 'whole'] as const);
  const choice: SampleChoice = oneOf('--choose', options.choose, ['random', 'best-graded'] as const);
  if (choice === 'best-graded' && options.judge.length === 0)
    throw new UserError('--choose best-graded: there are no grades without --judge', { exitCode: 2 });
  const prompt = await solverPrompt('--prompt', options.prompt);
  const student = await readStudent(options);
  await told(() => rowsPath(input), ['Error']);
  const model = await readModelOptions(options, usual);
  const judge = await resolveRowJudge(options.judge, input);
  const columns: ReleasedColumns = {
    grade: judge === undefined ? undefined : (options.gradeColumn ?? `${columnSlug(judge.name)}-grade`),
    reward:
      options.rewardColumn ?? (await told(() => rewardColumn(input, columnSlug), ['DataFileError', 'Error'])),
  };
  const { resolved, maxTokens, temperature } = model;
  const out = stepDirectory(input, 'distill', options.out);
  return await runAsk({
    ...{ ...asked, input, out, json: options.json === true },
    parallel: Math.ceil(parallel / samples) + 1,
    isPriced: [resolved, ...(judge?.models ?? [])].every(({ price }) => price !== undefined),
    remarks: [
      ...resolved.remarks,
      ...(judge?.remarks ?? []),
      ...(student.form.chatTemplate === undefined
        ? ['no --tokenizer: tokens are as the server counts them, and no chat template goes with the texts']
        : []),
    ],
    open: async (view) => {
      const opened = await openModel(resolved, view);
      try {
        const grader = await judge?.open(view);
        const { sampling } = resolved.defaults;
        const step = distillStep({
          teacher: { model: opened, ask: prompt.ask, maxTokens, temperature, sampling },
          prompts: { teacher: prompt.name, student: student.name },
          rules: { proof, needsReasoning: options.withoutReasoning !== true },
          ...{
            student: student.form,
            samples,
            maxTextTokens,
            judge: grader,
            columns,
            choice,
            parallel,
            seed,
          },
          files: new DistilledFiles(out),
        });
        return {
          step,
          close: async () => {
            await grader?.close();
            await opened.close?.();
          },
        };
      } catch (error) {
        await opened.close?.();
        throw error;
      }
    },
    summary: (record) => summaryLines(record, out),
  });
}

interface Figures {
  readonly samples: {
    readonly made: number;
    readonly kept: number;
    readonly left: Readonly<Record<string, number>>;
  };
  readonly variants: { readonly all: number; readonly onePerProblem: number };
  readonly lengths?: { readonly cut: number; readonly median: number; readonly within95: number | null };
  readonly textTokens?: { readonly total: number; readonly median: number; readonly longest: number };
  readonly grades?: { readonly points: Readonly<Record<string, number>>; readonly ungraded: number };
}

function summaryLines({ figures }: StepRecord, out: string): string[] {
  const { samples, variants, lengths, textTokens, grades } = figures as unknown as Figures;
  const number = (value: number): string => Math.round(value).toLocaleString('en-US');
  const counts = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .map(([name, count]) => `${name} ${number(count)}`)
      .join(', ');
  const left = counts(samples.left);
  return [
    `${number(samples.kept)} of ${number(samples.made)} samples kept${left === '' ? '' : `; left: ${left}`}`,
    `all.jsonl: ${number(variants.all)} texts; one-per-problem.jsonl: ${number(variants.onePerProblem)} (${shownPath(out)})`,
    ...(lengths === undefined
      ? []
      : [
          `replies: median ${number(lengths.median)} tokens, ${number(lengths.cut)} cut; 95 % end within ${lengths.within95 === null ? 'more than the longest' : number(lengths.within95)}`,
        ]),
    ...(textTokens === undefined
      ? []
      : [
          `texts: ${number(textTokens.total)} tokens, median ${number(textTokens.median)}, longest ${number(textTokens.longest)}`,
        ]),
    ...(grades === undefined
      ? []
      : [`points: ${counts(grades.points)}; ${number(grades.ungraded)} without a grade`]),
  ];
}

/** By the difficulty of the rows; undefined where they have none. */
async function rewardColumn(
  input: string,
  columnSlug: (model: string) => string,
): Promise<string | undefined> {
  const { readDataRows } = await import('../curate/step-files.ts');
  let model: string | undefined;
  let attempts = 0;
  for await (const { item } of readDataRows(input)) {
    model ??= item.difficulty?.model;
    attempts = Math.max(attempts, item.difficulty?.attempts ?? 0);
  }
  return model === undefined ? undefined : `${columnSlug(model)}-reward@${attempts}`;
}

function oneOf<const T extends string>(flag: string, text: string, values: readonly T[]): T {
  const found = values.find((value) => value === text);
  if (found !== undefined) return found;
  throw new UserError(`${flag} ${text}: ${values.join(' or ')} is expected`, { exitCode: 2 });
}
