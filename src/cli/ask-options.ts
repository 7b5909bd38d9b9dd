/** Options that the steps of `qed data` share which ask models about rows, and their values. */
import type { Command } from 'commander';
import type { ResolvedModel } from '../model/open-model.ts';
import type { Budgets } from '../prove/within-budgets.ts';
import { share } from './bench.ts';
import { UserError } from './user-error.ts';

export interface AskOptions {
  readonly out?: string;
  readonly parallel: string;
  readonly budget?: string;
  readonly sittingBudget?: string;
  readonly seed: string;
  readonly maxFailed: string;
  readonly json?: boolean;
}

export interface AskSettings {
  readonly parallel: number;
  readonly seed: number;
  readonly mostFailed: number;
  readonly budgets: Budgets;
}

export function addAskOptions(command: Command): Command {
  return command
    .option('--out <dir>', 'the step’s directory (default: beside the input, under the step’s name)')
    .option('--parallel <n>', 'rows that are worked on at once', '16')
    .option('-b, --budget <budget>', 'most that all sittings may spend: "20M tokens", "$50"')
    .option('--sitting-budget <budget>', 'most that this command may spend; the next one goes on')
    .option('--seed <n>', 'where random choices come from', '1')
    .option('--max-failed <share>', 'largest share of rows that may be set aside for calls that failed', '0')
    .option('--json', 'print JSON');
}

/** Throws a UserError. */
export async function readAskOptions(options: AskOptions): Promise<AskSettings> {
  const { wholeNumber, readBudget } = await import('./prove-setup.ts');
  return {
    parallel: wholeNumber('--parallel', options.parallel, 1),
    seed: wholeNumber('--seed', options.seed, 0),
    mostFailed: share('--max-failed', options.maxFailed),
    budgets: {
      run: await readBudget('--budget', options.budget),
      problem: {},
      sitting: await readBudget('--sitting-budget', options.sittingBudget),
    },
  };
}

export interface AskedModelOptions {
  readonly model?: string;
  readonly maxTokens?: string;
  readonly temperature?: string;
}

/** A model with what it is asked with. */
export interface AskedModel {
  readonly resolved: ResolvedModel;
  readonly maxTokens: number;
  readonly temperature: number;
}

export function addModelOptions(command: Command): Command {
  return command
    .option(
      '-m, --model <model>',
      'a preset, openai:URL#MODEL, gguf:FILE, run:NAME/CHECKPOINT or a directory',
    )
    .option('--max-tokens <n>', 'most tokens of a reply, its reasoning included (default: the model’s)')
    .option('--temperature <t>', 'sampling temperature (default: the model’s)');
}

/** `usual` is for models that say nothing themselves. Throws a UserError. */
export async function readModelOptions(
  options: AskedModelOptions,
  usual: { readonly maxTokens: number; readonly temperature: number },
): Promise<AskedModel> {
  const { told, wholeNumber, numberAtLeastZero } = await import('./prove-setup.ts');
  const { resolveModel, modelSpecHelp } = await import('../model/open-model.ts');
  const { model: spec, maxTokens, temperature } = options;
  if (spec === undefined) throw new UserError(`--model is missing: ${modelSpecHelp}`, { exitCode: 2 });
  const resolved = await told(() => resolveModel(spec), ['ModelSpecError']);
  return {
    resolved,
    maxTokens:
      maxTokens === undefined
        ? (resolved.defaults.maxTokens ?? usual.maxTokens)
        : wholeNumber('--max-tokens', maxTokens, 1),
    temperature:
      temperature === undefined
        ? (resolved.defaults.temperature ?? usual.temperature)
        : numberAtLeastZero('--temperature', temperature),
  };
}
