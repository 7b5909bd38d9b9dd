/**
 * A training run on a virtual clock. The pipeline, its leases and its places are those of a real run (train/pipeline/);
 * what they wait for, engines, trainer and judge, is described by rates. Everything random is a function of the seed.
 * LAG-BOUND and EMIT-ONCE hold as in a real run, for the same code keeps them.
 */
import { type Clock, pause } from '../model/openai/clock.ts';
import { VirtualClock } from '../model/openai/virtual-clock.ts';
import type { Dropped } from '../train/pipeline/group-ledger.ts';
import { Pipeline, type PipelineSettings } from '../train/pipeline/pipeline.ts';
import { Slots } from '../train/pipeline/slots.ts';
import type { Cluster } from './cluster.ts';
import { type LengthOf, lengthsOf } from './lengths.ts';
import { type Lap, Meter } from './meter.ts';
import { rollerOf, type SimulatedGroup } from './roller.ts';
import { SamplingPool } from './sampling-pool.ts';
import { Trainer } from './trainer.ts';

/** What a simulation takes from a recipe's stage rl. */
export interface SimulatedRecipe {
  readonly problemsPerStep: number;
  readonly groupSize: number;
  readonly maxTokens: number;
  readonly truncation: 'zero' | 'mask' | 'grade-what-exists';
  readonly zeroVarianceGroups: 'skip' | 'keep' | 'refill';
  readonly pipeline: {
    /** Infinity: no bound; then as many groups are under way as the engines have places for. */
    readonly maxLag: number;
    readonly stragglerSeconds: number;
    readonly attemptSeconds: number;
    readonly stallSeconds: number;
    readonly samplingAtOnce?: number | undefined;
    readonly gradingAtOnce?: number | undefined;
  };
}

export interface SimulationOptions {
  readonly cluster: Cluster;
  readonly recipe: SimulatedRecipe;
  /** Optimiser steps to simulate. */
  readonly steps: number;
  readonly seed: number;
  /** Whether the run ends with the last step, so that less and less is sampled ahead of it; default: it goes on. */
  readonly ends?: boolean;
  /** So many held-out attempts after every so many steps; the next step waits for them. */
  readonly heldOut?: { readonly every: number; readonly attempts: number };
}

export interface SimulatedStep extends Lap {
  readonly step: number;
  readonly waitedSeconds: number;
  readonly stragglerSeconds: number;
  readonly trainingSeconds: number;
  /** Sampled tokens that it trains on, by their lag. */
  readonly tokensByLag: ReadonlyMap<number, number>;
  readonly overflowShare: number;
  readonly groups: readonly number[];
  readonly dropped: readonly Dropped[];
}

export interface SimulatedRun {
  readonly steps: readonly SimulatedStep[];
  /** What was under way at the end. */
  readonly cancelled: readonly Dropped[];
  /** Sequences that an engine put back because its cache was full. */
  readonly preempted: number;
}

/** Rejects with a PipelineStalledError where a real run would. */
export async function simulate(options: SimulationOptions): Promise<SimulatedRun> {
  const clock = new VirtualClock(0);
  return await clock.runUntil(run(clock, options));
}

/** As in stage rl with a judge that does not say how many it grades at once. */
const usualGradingAtOnce = 256;

async function run(clock: Clock, options: SimulationOptions): Promise<SimulatedRun> {
  const { cluster, recipe, steps, seed } = options;
  const { pool, trainer } = machines(clock, cluster);
  const { gradingAtOnce = usualGradingAtOnce } = recipe.pipeline;
  const grading = new Slots(gradingAtOnce, clock);
  const lengthOf = lengthsOf(cluster.lengths, recipe.maxTokens, seed);
  const roll = rollerOf({ cluster, recipe, clock, pool, grading, seed, lengthOf });
  const pipeline = new Pipeline<SimulatedGroup>(pipelineSettings(options, pool.room), roll, clock);
  const meter = new Meter(clock, { pool, trainer, grading, cluster });
  const done: SimulatedStep[] = [];
  pipeline.start();
  // As the loop of stage rl does.
  for (let step = 1; step <= steps; step += 1) {
    const { groups: taken, dropped, waitedSeconds, stragglerSeconds } = await pipeline.take(step);
    const groups = taken.map(({ group }) => group);
    const began = clock.now();
    await trainer.train(trainedTokens(groups, options));
    pool.publish(step);
    await pause(clock, 1000 * cluster.sampling.publishSeconds);
    pipeline.advance(step);
    const trainingSeconds = (clock.now() - began) / 1000;
    if (options.heldOut !== undefined && step % options.heldOut.every === 0)
      await heldOutAttempts(options.heldOut.attempts, { cluster, pool, lengthOf });
    await pause(clock, 1000 * cluster.training.recordSeconds);
    done.push({
      ...{ step, waitedSeconds, stragglerSeconds, trainingSeconds, dropped },
      tokensByLag: tokensByLag(groups, step),
      overflowShare: sum(groups, ({ overflowed }) => overflowed) / sum(groups, ({ attempts }) => attempts),
      groups: taken.map(({ index }) => index),
      ...meter.lap(),
    });
  }
  return { steps: done, cancelled: await pipeline.close(), preempted: pool.use().preempted };
}

/** Engines and trainer, which slow each other down where they share the processors, and lose their nodes when it is time. */
function machines(clock: Clock, cluster: Cluster): { pool: SamplingPool; trainer: Trainer } {
  const { sharedSpeed } = cluster;
  const share = (): void => {
    if (sharedSpeed === undefined) return;
    const speed = pool.isBusy && trainer.isBusy ? sharedSpeed : 1;
    pool.setSpeed(speed);
    trainer.setSpeed(speed);
  };
  const pool = new SamplingPool(cluster.sampling, clock, share);
  const trainer = new Trainer(cluster.training, clock, share);
  for (const { role, nodes, atSeconds, noticedAfterSeconds, backAfterSeconds } of cluster.losses) {
    const lose = () => {
      if (role === 'training') trainer.lose();
      const lost =
        role === 'training'
          ? { notice: () => undefined, restart: () => trainer.restart() }
          : pool.loseNodes(nodes);
      if (noticedAfterSeconds !== undefined) clock.after(1000 * noticedAfterSeconds, lost.notice);
      if (backAfterSeconds !== undefined) clock.after(1000 * backAfterSeconds, lost.restart);
    };
    clock.after(1000 * atSeconds, lose);
  }
  return { pool, trainer };
}

function pipelineSettings(
  { recipe, steps, ends = false }: SimulationOptions,
  room: number,
): PipelineSettings {
  const { maxLag, stragglerSeconds, stallSeconds } = recipe.pipeline;
  const isBounded = Number.isFinite(maxLag);
  return {
    groupsPerStep: recipe.problemsPerStep,
    steps: ends ? steps : steps + 1 + (isBounded ? maxLag : steps),
    ...{ maxLag, stragglerSeconds, stallSeconds },
    ...(isBounded ? {} : { groupsAtOnce: 3 * Math.ceil(room / recipe.groupSize) }),
  };
}

/** Tokens that the trainer runs: those of groups that teach, with their prompts. */
function trainedTokens(groups: readonly SimulatedGroup[], { cluster, recipe }: SimulationOptions): number {
  const taught = recipe.zeroVarianceGroups === 'keep' ? groups : groups.filter(({ isSame }) => !isSame);
  return sum(
    taught,
    ({ tokensByVersion, attempts }) =>
      sum([...tokensByVersion.values()], (tokens) => tokens) + attempts * cluster.promptTokens,
  );
}

async function heldOutAttempts(
  attempts: number,
  { cluster, pool, lengthOf }: { cluster: Cluster; pool: SamplingPool; lengthOf: LengthOf },
): Promise<void> {
  const { signal } = new AbortController();
  await Promise.all(
    Array.from({ length: attempts }, (_, index) =>
      pool.sample(
        { promptTokens: cluster.promptTokens, length: lengthOf(index, 0).tokens, lateness: 1 },
        signal,
      ),
    ),
  );
}

function tokensByLag(groups: readonly SimulatedGroup[], step: number): Map<number, number> {
  const tokens = new Map<number, number>();
  for (const { tokensByVersion } of groups) {
    for (const [version, count] of tokensByVersion) {
      const lag = step - 1 - version;
      tokens.set(lag, (tokens.get(lag) ?? 0) + count);
    }
  }
  return tokens;
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
