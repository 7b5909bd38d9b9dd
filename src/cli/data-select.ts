/** `qed data select`: a training set of the paper's shape from problems of measured difficulty. */
import path from 'node:path';
import type { Command } from 'commander';
import type { SelectSettings } from '../curate/select/choose.ts';
import { UserError } from './user-error.ts';

interface SelectOptions {
  readonly minAttempts: string;
  readonly maxReward: string;
  readonly minSolved: string;
  readonly size?: string;
  readonly peak: string;
  readonly tail: string;
  readonly bySource?: boolean;
  readonly seed: string;
  readonly out?: string;
  readonly json?: boolean;
}

export function addDataSelectCommand(data: Command): void {
  data
    .command('select')
    .summary('choose problems by measured difficulty')
    .description(
      'Takes out what is too easy and what was never solved, and with --size draws so many of the rest that their mean ' +
        'reward has one peak, at hard problems, and a heavy tail towards easy ones, as in the paper. Rows need the ' +
        'difficulty that qed data difficulty measures.',
    )
    .argument('<input>', 'JSONL of rows, or the directory of a step')
    .option('--max-reward <share>', 'mean reward above which a problem is too easy', '0.9')
    .option('--min-solved <n>', 'attempts with full marks below which it counts as never solved', '1')
    .option('--min-attempts <n>', 'graded attempts below which it counts as not measured', '1')
    .option('--size <n>', 'problems to draw (default: all that the rules leave, whatever their shape)')
    .option('--peak <share>', 'mean reward at which problems are to be the most', '0.1')
    .option('--tail <k>', 'above 1; the smaller, the heavier the tail', '2')
    .option('--by-source', 'every source keeps its share of what the rules leave')
    .option('--seed <n>', 'where random choices come from', '1')
    .option('--out <dir>', 'directory of the step (default: beside the input)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
The shape is a log-logistic law of the mean reward r: f(r) ~ (r/s)^(k-1) / (1 + (r/s)^k)^2, its mode at --peak.

Examples:
  $ qed data select olympiads-difficulty --size 5000
  $ qed data select olympiads-difficulty --max-reward 0.8 --by-source --size 2000 --seed 2`,
    )
    .action(async (input: string, options: SelectOptions) => {
      process.exitCode = await select(input, options);
    });
}

/** Returns the exit code. */
async function select(input: string, options: SelectOptions): Promise<number> {
  const { runSelect, selectPicture } = await import('../curate/select/run-select.ts');
  const { stepDirectory } = await import('./step-directory.ts');
  const { printStep } = await import('./data-step-output.ts');
  const { shownPath } = await import('../recipe/shown-path.ts');
  const { told } = await import('./prove-setup.ts');
  const settings = await settingsOf(options);
  const out = stepDirectory(input, 'select', options.out);
  const record = await told(
    () => runSelect({ input, out, settings }),
    ['Error', 'RangeError', 'DataFileError'],
  );
  const { meanReward, isUnimodal, distanceFromShape } = record.figures as {
    readonly meanReward: { readonly before: number | null; readonly after: number | null };
    readonly isUnimodal: boolean;
    readonly distanceFromShape?: number;
  };
  const shape =
    distanceFromShape === undefined
      ? []
      : [
          `${(100 * distanceFromShape).toFixed(1)} % would have to be of another difficulty to have the shape asked for`,
        ];
  printStep(record, {
    ...{ out, json: options.json === true },
    lines: [
      `mean reward: ${meanReward.before ?? 'none'} before, ${meanReward.after ?? 'none'} after; ${isUnimodal ? 'one peak' : 'more than one peak'}`,
      ...shape,
      `histograms: ${shownPath(path.join(out, selectPicture))}`,
    ],
  });
  return 0;
}

async function settingsOf(options: SelectOptions): Promise<SelectSettings> {
  const { wholeNumber } = await import('./prove-setup.ts');
  return {
    minAttempts: wholeNumber('--min-attempts', options.minAttempts, 1),
    maxReward: between('--max-reward', options.maxReward, 1),
    minSolved: wholeNumber('--min-solved', options.minSolved, 0),
    size: options.size === undefined ? undefined : wholeNumber('--size', options.size, 1),
    peak: between('--peak', options.peak, 1),
    tail: between('--tail', options.tail, Number.MAX_VALUE),
    bySource: options.bySource === true,
    seed: wholeNumber('--seed', options.seed, 0),
  };
}

function between(flag: string, text: string, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value <= most) return value;
  const range = most === 1 ? 'above 0 and at most 1' : 'above 0';
  throw new UserError(`${flag} ${text}: a number ${range} is expected`, { exitCode: 2 });
}
