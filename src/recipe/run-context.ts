/**
 * What every stage of a run shares: the recipe, the directory, the journal, the engine and whoever watches. Time
 * is counted with the monotonic clock and recorded in pieces, so that a run killed between two of them loses at
 * most the last piece of its accounting, and nothing else.
 */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Engine } from '../engine/engine.ts';
import { ConflictError } from '../journal/errors.ts';
import type { Journal, JournalEvent, Json } from '../journal/journal.ts';
import type { Progress } from './progress.ts';
import { compareRepeated } from './repeated-step.ts';
import type { Recipe, StageId } from './schema.ts';
import type { StepCost } from './step-cost.ts';
import type { StepFiles } from './step-files.ts';

export interface RunContext {
  readonly recipe: Recipe;
  /** Paths in the recipe are relative to this directory. */
  readonly recipeDirectory: string;
  readonly runDirectory: string;
  readonly journal: Journal;
  readonly engine: Engine;
  readonly metrics: StepFiles;
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

/**
 * Whether `error` says that the run stopped because it was asked to: a stage's StoppedError, or a call that was cut
 * off. Anything else that fails meanwhile, such as a full disk, is a failure.
 */
export function isStop(context: Pick<RunContext, 'signal'>, error: unknown): boolean {
  if (error instanceof StoppedError) return true;
  return context.signal.aborted && error instanceof Error && error.name === 'AbortError';
}

/** The work of a stage. When it is stopped, `leave` puts on disk what is worth it, and the time is recorded. */
export async function untilStopped<T>(
  context: RunContext,
  clock: StageClock,
  work: () => Promise<T>,
  leave: () => Promise<void> = async () => undefined,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isStop(context, error)) throw error;
    await leave();
    await clock.lap();
    throw new StoppedError();
  }
}

export function dataPath(context: Pick<RunContext, 'runDirectory'>, name: string): string {
  return path.join(context.runDirectory, 'data', name);
}

/**
 * Records the figures of one step: durable in the journal, and in the files that tell them. The figures of a repeated
 * step must be the same, but for those that a server computes (repeated-step.ts); what it cost is apart, for that never is.
 */
export async function recordStep(
  context: RunContext,
  stage: StageId,
  step: number,
  figures: { readonly [key: string]: Json },
  cost: StepCost,
): Promise<void> {
  const kept = await keptFigures(context, stage, step, figures);
  await context.journal.append(`${stage}/seconds`, `${step}/${randomUUID()}`, { value: { step, ...cost } });
  context.metrics.write({ stage, step, figures: kept, cost });
}

/** What stands on record of the step: these figures, or those of the first time that it was made. */
async function keptFigures(
  { journal, recipe, progress }: RunContext,
  stage: StageId,
  step: number,
  figures: { readonly [key: string]: Json },
): Promise<{ readonly [key: string]: Json }> {
  try {
    await journal.append(`${stage}/step`, String(step), { value: figures });
    return figures;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    const before = (await journal.find(`${stage}/step`, String(step)))?.value;
    if (recipe.engine.kind === 'ort' || typeof before !== 'object' || before === null) {
      throw new Error(
        `${stage}: step ${step} was made before, and its figures are not the same now. Training repeats bit for bit ` +
          'only on the same kind of machine, with the same version of QED and the same number of threads ' +
          '(engine.threads): go on with those, or begin a new run',
        { cause: error },
      );
    }
    const recorded = before as { readonly [key: string]: Json };
    const { altered, apart } = compareRepeated(recorded, figures);
    if (altered.length > 0) {
      throw new Error(
        `${stage}: step ${step} was made before, and what follows from its record is not the same now (${altered.join(', ')}): ` +
          'go on with the version of QED that began the run, or begin a new one',
        { cause: error },
      );
    }
    if (apart.length > 0) progress.remark(`${stage}: step ${step} was applied again: ${apart.join('; ')}`);
    return recorded;
  }
}

/** The last recorded step of a stage whose event `isWanted`; its key is the step's number. */
export async function lastStep(
  journal: Journal,
  stage: StageId,
  isWanted: (event: JournalEvent) => boolean = () => true,
): Promise<JournalEvent | undefined> {
  let last: JournalEvent | undefined;
  for await (const event of journal.events(`${stage}/step`)) if (isWanted(event)) last = event;
  return last;
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

  /** Records what has passed if that is worth a row: a few seconds. */
  async lapWhenDue(): Promise<void> {
    if (performance.now() - this.#since > 5000) await this.lap();
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
