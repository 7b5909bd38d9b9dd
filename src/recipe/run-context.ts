/**
 * What every stage of a run shares: the recipe, the directory, the journal, the engine and whoever watches. Time
 * is counted with the monotonic clock and recorded in pieces, so that a run killed between two of them loses at
 * most the last piece of its accounting, and nothing else.
 */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Engine } from '../engine/engine.ts';
import type { Journal, Json } from '../journal/journal.ts';
import type { MetricsFile } from './metrics-file.ts';
import type { Progress } from './progress.ts';
import type { Recipe, StageId } from './schema.ts';

export interface RunContext {
  readonly recipe: Recipe;
  /** Paths in the recipe are relative to this directory. */
  readonly recipeDirectory: string;
  readonly runDirectory: string;
  readonly journal: Journal;
  readonly engine: Engine;
  readonly metrics: MetricsFile;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Thrown by a stage that was asked to stop and has everything on disk. */
export class StoppedError extends Error {
  constructor() {
    super('stopped');
    this.name = 'StoppedError';
  }
}

/** Throws a StoppedError when the run was asked to stop. */
export function throwIfStopped(context: RunContext): void {
  if (context.signal.aborted) throw new StoppedError();
}

export function dataPath(context: RunContext, name: string): string {
  return path.join(context.runDirectory, 'data', name);
}

/**
 * Records the figures of one step: durable in the journal, and a line of metrics.jsonl. The figures of a repeated
 * step must be the same; the seconds it took are apart, for they never are.
 */
export async function recordStep(
  context: RunContext,
  stage: StageId,
  step: number,
  figures: { readonly [key: string]: Json },
  seconds: number,
): Promise<void> {
  await context.journal.append(`${stage}/step`, String(step), { value: figures });
  await context.journal.append(`${stage}/seconds`, `${step}/${randomUUID()}`, { value: { step, seconds } });
  context.metrics.write({ stage, step, ...figures });
}

/** Counts the seconds of a stage. `lap` records what has passed since the last lap. */
export class StageClock {
  readonly #journal: Journal;
  readonly #stage: StageId;
  readonly #sitting = randomUUID();
  #laps = 0;
  #since = performance.now();

  constructor(journal: Journal, stage: StageId) {
    this.#journal = journal;
    this.#stage = stage;
  }

  async lap(): Promise<void> {
    const now = performance.now();
    const seconds = (now - this.#since) / 1000;
    this.#since = now;
    this.#laps += 1;
    await this.#journal.append('time', `${this.#stage}/${this.#sitting}/${this.#laps}`, {
      value: { stage: this.#stage, seconds },
    });
  }
}
