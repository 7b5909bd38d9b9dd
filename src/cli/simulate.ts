/**
 * `qed simulate`: what the asynchronous pipeline of a recipe would do on a cluster. Its own code runs on a virtual clock;
 * the machines are described by rates. Nothing is loaded, nobody is called, nothing is written.
 */
import type { Command } from 'commander';
import type { Table } from '../bench/tables/table.ts';
import type { RlSettings } from '../recipe/schema.ts';
import type { BoundRow, LossRow, SplitRow, SurveySettings } from '../simulate/survey.ts';
import { repeatable } from './repeatable-option.ts';
import { UserError } from './user-error.ts';

interface SimulateOptions {
  readonly cluster: string;
  readonly set: readonly string[];
  readonly steps: string;
  readonly bound?: string;
  readonly seed: string;
  readonly like?: string;
  readonly sharedSpeed?: string;
  readonly json?: boolean;
}

export function addSimulateCommand(program: Command): void {
  program
    .command('simulate')
    .summary("a recipe's reinforcement learning on a cluster, on a virtual clock")
    .description(
      'Predicts step time, use of the machines and staleness of the asynchronous pipeline: for synchronous training and bounds ' +
        'from 1 to 8, for every split of the nodes, and with a node lost. The pipeline is the one that trains; the machines ' +
        'are described by rates and lengths in a file. Nothing is loaded and nobody is called.',
    )
    .argument(
      '[recipe]',
      'a recipe with a stage rl or rc, without the trajectories of the latter (default: the settings of the paper)',
    )
    .option('--cluster <cluster>', 'description of the machines: a name or a file', 'paper')
    .addOption(repeatable('--set <field=value>', 'replaces a field of the recipe'))
    .option('--steps <n>', 'optimiser steps to simulate', '40')
    .option('--bound <n>', "bound on staleness for splits and losses (default: the recipe's)")
    .option('--seed <n>', 'of lengths, latencies and stragglers', '1')
    .option(
      '--like <run>',
      'fit speeds and lengths to a run of the embedded engine, and predict it and other bounds',
    )
    .option(
      '--shared-speed <share>',
      'with --like: speed of sampling and of training while both are at work, of 1 alone (default: 0.5)',
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ qed simulate
  $ qed simulate --cluster my-cluster.yaml --bound 2
  $ qed simulate recipes/mine.yaml --set rl.groupSize=8 --json
  $ qed simulate --like runs/lab`,
    )
    .action(async (recipe: string | undefined, options: SimulateOptions) => {
      process.exitCode = await simulateCommand(recipe, options);
    });
}

/** Returns the exit code. */
async function simulateCommand(recipe: string | undefined, options: SimulateOptions): Promise<number> {
  if (options.like !== undefined) return await simulateLike(recipe, options.like, options);
  if (options.sharedSpeed !== undefined)
    throw new UserError('--shared-speed goes with --like; a cluster file says sharedSpeed', { exitCode: 2 });
  const { loadCluster } = await import('../simulate/load-cluster.ts');
  const { surveyBounds, surveyedBounds, surveyLosses, surveySplits, withBound } = await import(
    '../simulate/survey.ts'
  );
  const { told, wholeNumber } = await import('./prove-setup.ts');
  const steps = wholeNumber('--steps', options.steps, 3);
  const seed = wholeNumber('--seed', options.seed, 0);
  const cluster = await told(async () => loadCluster(options.cluster), ['ClusterError']);
  const rl = await settingsOf(recipe, options.set);
  const settings: SurveySettings = { cluster, recipe: rl, steps, seed };
  const maxLag = options.bound === undefined ? rl.pipeline.maxLag : wholeNumber('--bound', options.bound, 0);
  const bounded = withBound(settings, maxLag);

  const progress = new Progress(
    surveyedBounds.length + cluster.sampling.nodes + cluster.training.nodes - 1 + 5,
  );
  const bounds = await progress.all(surveyBounds(settings));
  const splits = await progress.all(surveySplits(bounded));
  const own = splits.find(({ sampling }) => sampling === cluster.sampling.nodes)?.outcome;
  const lostAt = own?.kind === 'ran' ? own.summary.totalSeconds / 3 : undefined;
  const losses = lostAt === undefined ? [] : await progress.all(surveyLosses(bounded, lostAt));
  progress.end();
  const found = { settings, maxLag, bounds, splits, losses };
  process.stdout.write(
    options.json === true ? `${JSON.stringify(asJson(found), null, 2)}\n` : await asText(found),
  );
  return 0;
}

/** A run that exists, its simulation, and other bounds on the same machine. */
async function simulateLike(
  recipe: string | undefined,
  directory: string,
  { sharedSpeed: given, json, set }: SimulateOptions,
): Promise<number> {
  if (recipe !== undefined || set.length > 0)
    throw new UserError('--like takes the recipe of the run: no recipe and no --set', { exitCode: 2 });
  const sharedSpeed = given === undefined ? undefined : Number(given);
  if (sharedSpeed !== undefined && !(sharedSpeed > 0 && sharedSpeed <= 1))
    throw new UserError(`--shared-speed ${given}: a number above 0 and at most 1 is expected`, {
      exitCode: 2,
    });
  const { told } = await import('./prove-setup.ts');
  const { readRecordedRun } = await import('../simulate/recorded-run.ts');
  const { compareRun } = await import('../simulate/compare-run.ts');
  const run = await told(() => readRecordedRun(directory), ['RecordedRunError', 'JournalError']);
  const bounds = [...new Set([run.rl.pipeline.maxLag, 0, 1, 2, 4, 8])].toSorted((a, b) => a - b);
  const comparison = await told(() => compareRun(run, bounds, sharedSpeed), ['RecordedRunError']);
  const { textTable } = await import('../bench/tables/text-table.ts');
  const { comparisonTable } = await import('../simulate/tables.ts');
  process.stdout.write(
    json === true ? `${JSON.stringify(comparison, null, 2)}\n` : textTable(comparisonTable(comparison)),
  );
  return 0;
}

interface Found {
  readonly settings: SurveySettings;
  readonly maxLag: number;
  readonly bounds: readonly BoundRow[];
  readonly splits: readonly SplitRow[];
  readonly losses: readonly LossRow[];
}

async function settingsOf(recipe: string | undefined, sets: readonly string[]): Promise<RlSettings> {
  if (recipe === undefined) {
    if (sets.length > 0) throw new UserError('--set goes with a recipe', { exitCode: 2 });
    const { paperSettings } = await import('../simulate/paper-settings.ts');
    return paperSettings();
  }
  const { loadRecipe } = await import('../recipe/load.ts');
  const { rl, rc } = loadRecipe(recipe, sets).recipe;
  const settings = rl ?? rc;
  if (settings === undefined)
    throw new UserError(`${recipe} has no stage rl or rc: there is nothing to simulate`, { exitCode: 1 });
  return settings;
}

async function asText({ settings, maxLag, bounds, splits, losses }: Found): Promise<string> {
  const { textTable } = await import('../bench/tables/text-table.ts');
  const { boundsTable, lossTable, splitsTable } = await import('../simulate/tables.ts');
  const { cluster, recipe, steps, seed } = settings;
  const { sampling, training } = cluster;
  const own = { sampling: sampling.nodes, training: training.nodes };
  const tables: Table[] = [boundsTable(bounds), splitsTable(splits, own, maxLag)];
  if (losses.length > 0) tables.push(lossTable(losses, maxLag));
  const heading =
    `${cluster.name}: ${own.sampling} nodes sample (${sampling.enginesPerNode} engines each, ${sampling.sequencesPerEngine} sequences at a time) and ` +
    `${own.training} train; ${recipe.problemsPerStep} × ${recipe.groupSize} attempts a step, of up to ${recipe.maxTokens.toLocaleString('en-US')} tokens; ` +
    `${steps} steps simulated, seed ${seed}\n`;
  return [heading, ...tables.map(textTable)].join('\n');
}

/** An unbounded lag is null. */
function asJson({ settings, maxLag, bounds, splits, losses }: Found): unknown {
  const { cluster, recipe, steps, seed } = settings;
  const { problemsPerStep, groupSize, maxTokens, truncation, zeroVarianceGroups, pipeline } = recipe;
  return {
    cluster,
    recipe: { problemsPerStep, groupSize, maxTokens, truncation, zeroVarianceGroups, pipeline },
    ...{ steps, seed, bounds, bound: maxLag, splits, losses },
  };
}

/** On a terminal, how many of the simulations are done; nothing elsewhere. */
class Progress {
  readonly #whole: number;
  #done = 0;

  constructor(whole: number) {
    this.#whole = whole;
  }

  async all<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
    const found: Row[] = [];
    for await (const row of rows) {
      found.push(row);
      this.#done += 1;
      if (process.stderr.isTTY) process.stderr.write(`\rsimulated ${this.#done} of ${this.#whole}`);
    }
    return found;
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}
