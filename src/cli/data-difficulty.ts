/** `qed data difficulty`: how hard each problem is for a base model, by attempts that the judge of training grades. */
import type { Command } from 'commander';
import type { DifficultyStepFigures } from '../curate/difficulty/draw-difficulty.ts';
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
import { UserError } from './user-error.ts';

interface DifficultyOptions extends AskOptions, AskedModelOptions {
  readonly judge: readonly string[];
  readonly attempts: string;
  readonly stopWidth?: string;
  readonly stopUnsolved?: boolean;
  readonly round: string;
  readonly prompt: string;
  readonly maxUngraded: string;
  readonly lengthShare: string;
}

/** Where neither a person nor the model says; the paper's for training. */
const usual = { maxTokens: 16_384, temperature: 0.8 };

export function addDataDifficultyCommand(data: Command): void {
  const command = data
    .command('difficulty')
    .summary('measure how hard problems are for a model')
    .description(
      'Makes attempts at every problem with a base model, grades each with the judge that training will use, and writes ' +
        'mean reward and pass@1 with their intervals to the rows. Also says within which length 95 % of the responses ' +
        'end, the paper’s rule for the maximum length. Killed at any moment, the same command goes on; nothing is paid twice.',
    )
    .argument('<input>', 'JSONL of rows, or the directory of a step');
  addModelOptions(command);
  command
    .addOption(
      repeatable('-j, --judge <judge>', 'as for qed grade; several are an ensemble; exact is the lab’s own'),
    )
    .option('--attempts <k>', 'most attempts at a problem', '128')
    .option(
      '--stop-width <w>',
      'stop a problem when the 95 % interval of its mean reward (0 to 1) is as narrow',
    )
    .option('--stop-unsolved', 'stop problems too that no attempt has solved; else they get all attempts')
    .option('--round <n>', 'attempts after which it is decided whether to stop', '8')
    .option('--prompt <name>', `what the model is asked with: ${solverPromptHelp}`, 'prove')
    .option('--max-ungraded <share>', 'largest share of a problem’s attempts without a grade', '0.25')
    .option('--length-share <share>', 'share of responses that must end within the length', '0.95');
  addAskOptions(command)
    .addHelpText(
      'after',
      `
--parallel counts attempts here. Attempts without a grade are in no mean.

Examples:
  $ qed data difficulty olympiads-rubrics -m openai:http://localhost:8000/v1#Qwen3-4B-Thinking-2507 \\
      -j "openai:http://localhost:8001/v1#gpt-oss-20b(style=proofbench)" --attempts 128 --stop-width 0.2
  $ qed data difficulty runs/lab/data/test.jsonl -m run:lab/sft -j exact --prompt statement`,
    )
    .action(async (input: string, options: DifficultyOptions) => {
      process.exitCode = await difficulty(input, options);
    });
}

/** Returns the exit code. */
async function difficulty(input: string, options: DifficultyOptions): Promise<number> {
  const { share } = await import('./bench.ts');
  const { told, wholeNumber } = await import('./prove-setup.ts');
  const { runAsk } = await import('./ask-run.ts');
  const { resolveRowJudge } = await import('./row-judge.ts');
  const { stepDirectory } = await import('./step-directory.ts');
  const { rowsPath } = await import('../curate/step-files.ts');
  const { difficultyStep, rowsAtOnce } = await import('../curate/difficulty/difficulty-step.ts');
  const { difficultyFiguresSchema, drawDifficulty } = await import('../curate/difficulty/draw-difficulty.ts');
  const { readStepRecord } = await import('../curate/step-files.ts');
  const { openModel } = await import('./open-models.ts');
  const asked = await readAskOptions(options);
  const { parallel, seed } = asked;
  const attempts = wholeNumber('--attempts', options.attempts, 1);
  const round = wholeNumber('--round', options.round, 1);
  const width = options.stopWidth === undefined ? undefined : openShare('--stop-width', options.stopWidth);
  const mostUngraded = share('--max-ungraded', options.maxUngraded);
  const lengthShare = openShare('--length-share', options.lengthShare);
  const prompt = await solverPrompt('--prompt', options.prompt);
  await told(() => rowsPath(input), ['Error']);
  const model = await readModelOptions(options, usual);
  const judge = await resolveRowJudge(options.judge, input);
  if (judge === undefined)
    throw new UserError('--judge is missing: a model, as for qed grade, or exact', { exitCode: 2 });
  const { resolved, maxTokens, temperature } = model;
  const out = stepDirectory(input, 'difficulty', options.out);
  const code = await runAsk({
    ...{ ...asked, input, out, json: options.json === true },
    // Rows wait for their attempts; without stopping all attempts of a row are one round.
    parallel: rowsAtOnce({ parallel, round: width === undefined ? attempts : round }),
    isPriced: [resolved, ...judge.models].every(({ price }) => price !== undefined),
    remarks: [...resolved.remarks, ...judge.remarks],
    open: async (view) => {
      const opened = await openModel(resolved, view);
      try {
        const grader = await judge.open(view);
        const { sampling } = resolved.defaults;
        const step = difficultyStep({
          attempting: { model: opened, ask: prompt.ask, maxTokens, temperature, sampling },
          ...{ prompt: prompt.name, judge: grader, attempts, parallel, mostUngraded, lengthShare, seed },
          round: width === undefined ? attempts : round,
          stopping: { width, unsolved: options.stopUnsolved === true },
        });
        return {
          step,
          close: async () => {
            await grader.close();
            await opened.close?.();
          },
        };
      } catch (error) {
        await opened.close?.();
        throw error;
      }
    },
    summary: ({ figures }) => summaryLines(difficultyFiguresSchema.parse(figures)),
  });
  const record = code === 0 ? readStepRecord(out) : undefined;
  if (record !== undefined) await drawDifficulty(out, record);
  return code;
}

function summaryLines({ attempts, solvedProblems, passAt1, lengths }: DifficultyStepFigures): string[] {
  const { made, saved, problemsStopped, ungraded } = attempts;
  const number = (value: number): string => value.toLocaleString('en-US');
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  return [
    `${number(made)} attempts, ${number(ungraded)} without a grade; ${number(saved)} saved at ${number(problemsStopped)} problems`,
    ...(solvedProblems === undefined || passAt1 === undefined
      ? []
      : [
          `solved by some attempt: ${number(solvedProblems.count)} problems, ${percent(solvedProblems.rate)} [${percent(solvedProblems.low)}, ${percent(solvedProblems.high)}]; pass@1 ${percent(passAt1)}`,
        ]),
    ...(lengths === undefined ? [] : [lengthLine(lengths, number)]),
  ];
}

function lengthLine(
  { responses, cut, longest, median, within }: NonNullable<DifficultyStepFigures['lengths']>,
  number: (value: number) => string,
): string {
  const share = `${100 * within.share} % of the responses`;
  const known = `median ${number(Math.round(median))} tokens; ${number(cut)} of ${number(responses)} were cut`;
  if (within.tokens === null)
    return `${known}, too many to say within which length ${share} end: more than ${number(longest)} tokens`;
  const end = (value: number | null): string => (value === null ? 'beyond' : number(value));
  const interval =
    within.low === null && within.high === null ? '' : ` [${end(within.low)}, ${end(within.high)}]`;
  return `${known}; ${share} end within ${number(within.tokens)}${interval}`;
}

/** Above 0 and below 1. Throws a UserError. */
function openShare(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value < 1) return value;
  throw new UserError(`${flag} ${text}: a number above 0 and below 1 is expected`, { exitCode: 2 });
}
