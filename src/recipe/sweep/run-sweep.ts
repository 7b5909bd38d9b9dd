/**
 * Runs the arms of a sweep, each an ordinary run in a directory of its own. A stage on which several depend is made once: by
 * the first that comes to it, while the others wait for it or go on with something else. What is done is known from the
 * journals, so the same call goes on where it was killed. An arm that fails is reported, and the others go on.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '../../journal/atomic-file.ts';
import { lockRunDirectory } from '../../journal/run-lock.ts';
import type { Progress } from '../progress.ts';
import { refuseAnotherRecipe, runRecipe } from '../run.ts';
import { isStop } from '../run-context.ts';
import { type StageId, stagesOf } from '../schema.ts';
import type { Arm } from './arms.ts';
import { type Part, partsOf } from './parts.ts';
import { finishedParts, finishedWork, takeOver } from './shared-work.ts';

/** What watches an arm; closed when the arm ends, or waits. */
export interface ArmProgress extends Progress {
  close(): void;
}

export interface SweepView {
  /** A sitting of an arm begins. `reused` are the parts that it has just taken over. */
  begins(arm: Arm, reused: readonly string[]): ArmProgress;
  ended(arm: Arm, outcome: ArmOutcome): void;
}

export type ArmOutcome =
  | { readonly kind: 'finished' }
  /** It was finished before; nothing was done. */
  | { readonly kind: 'known' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly error: Error };

export interface SweepOptions {
  readonly arms: readonly Arm[];
  /** Absolute. */
  readonly directory: string;
  /** Last stage. */
  readonly to?: StageId;
  /** Arms at once. */
  readonly parallel: number;
  readonly view: SweepView;
  readonly signal: AbortSignal;
}

/** Outcomes in the order of the arms. Throws only when the sweep as a whole cannot be run. */
export async function runSweep(options: SweepOptions): Promise<ArmOutcome[]> {
  await mkdir(options.directory, { recursive: true });
  const lock = lockRunDirectory(options.directory);
  try {
    return await new Sweep(options, await finishedWork(options.directory)).run();
  } finally {
    lock.release();
  }
}

/** An arm with what is left of it. */
interface ArmState {
  readonly arm: Arm;
  readonly stages: readonly StageId[];
  readonly parts: readonly Part[];
  outcome: ArmOutcome | undefined;
  isRunning: boolean;
}

class Sweep {
  readonly #options: SweepOptions;
  /** Runs by the keys of what they have finished. */
  readonly #work: Map<string, string>;
  /** Arms by the keys of what they are making. */
  readonly #making = new Map<string, Arm>();
  /** Why a stage could not be made, by its key. */
  readonly #failed = new Map<string, Error>();
  readonly #states: readonly ArmState[];
  /** Settled when something has been finished, has failed, or is made by nobody any more. */
  #changed = Promise.withResolvers<void>();

  constructor(options: SweepOptions, work: Map<string, string>) {
    this.#options = options;
    this.#work = work;
    this.#states = options.arms.map((arm) => {
      const { recipe } = arm.loaded;
      const all = stagesOf(recipe);
      const stages = options.to === undefined ? all : all.slice(0, all.indexOf(options.to) + 1);
      const parts = partsOf(recipe).filter(({ stage }) => stages.includes(stage));
      return { arm, stages, parts, outcome: undefined, isRunning: false };
    });
  }

  async run(): Promise<ArmOutcome[]> {
    for (const state of this.#states) if (this.#isFinished(state)) this.#end(state, { kind: 'known' });
    const lanes = Math.min(this.#options.parallel, this.#states.length);
    await Promise.all(Array.from({ length: lanes }, () => this.#lane()));
    return this.#states.map(({ outcome = { kind: 'stopped' } }) => outcome);
  }

  /** Takes one arm after another that can go on, until there is none. */
  async #lane(): Promise<void> {
    while (!this.#options.signal.aborted) {
      const open = this.#states.filter(({ outcome }) => outcome === undefined);
      const next = open.find((state) => !state.isRunning && !this.#waits(state));
      if (next !== undefined) await this.#sit(next);
      else if (open.some(({ isRunning }) => !isRunning)) await this.#changed.promise;
      else return;
    }
  }

  /** Whether the next stage that an arm lacks is being made by another. */
  #waits(state: ArmState): boolean {
    const [next] = this.#missing(state);
    return next !== undefined && this.#making.has(next.key) && !this.#work.has(next.key);
  }

  #missing({ arm, parts }: ArmState): Part[] {
    const done = new Set(finishedParts(this.#at(arm), parts));
    return parts.filter((part) => !done.has(part));
  }

  /** Runs an arm as far as it goes without what another is making. */
  async #sit(state: ArmState): Promise<void> {
    const { arm } = state;
    state.isRunning = true;
    try {
      await this.#goOn(state);
    } catch (error) {
      if (isStop(this.#options, error)) this.#end(state, { kind: 'stopped' });
      else
        this.#end(state, {
          kind: 'failed',
          error: error instanceof Error ? error : new Error(String(error)),
        });
    } finally {
      state.isRunning = false;
      for (const [key, maker] of this.#making) if (maker === arm) this.#making.delete(key);
      this.#change();
    }
  }

  async #goOn(state: ArmState): Promise<void> {
    const { arm, stages, parts } = state;
    const { directory, signal, view } = this.#options;
    const { recipe, text, directory: recipeDirectory } = arm.loaded;
    // Before anything is waited for, so that no other lane begins the same.
    const theirs = this.#claim(state);
    const to = theirs === undefined ? stages.at(-1) : stages[stages.indexOf(theirs) - 1];
    const frozen = path.join(this.#at(arm), 'recipe.yaml');
    await mkdir(this.#at(arm), { recursive: true });
    if (existsSync(frozen)) await refuseAnotherRecipe(frozen, recipe);
    else await writeFileAtomic(frozen, text);
    const reused = await takeOver(directory, arm.name, { recipe, parts, work: this.#work });
    for (const part of this.#missing(state)) {
      const failure = this.#failed.get(part.key);
      if (failure !== undefined) throw failure;
    }
    const isLast = to === stages.at(-1);
    const missing = this.#missing(state).map(({ stage }) => stage);
    // What it lacks next is under way elsewhere.
    if (!isLast && !missing.some((stage) => stages.indexOf(stage) <= stages.indexOf(to ?? 'data'))) return;
    const progress = view.begins(arm, reused);
    let stage: StageId | undefined;
    try {
      const { status } = await runRecipe({
        recipe,
        recipeText: text,
        recipeDirectory,
        runDirectory: this.#at(arm),
        ...(to === undefined ? {} : { to }),
        progress: {
          plan: (...all) => progress.plan(...all),
          step: (...all) => progress.step(...all),
          remark: (...all) => progress.remark(...all),
          stageStarted: (started) => {
            stage = started;
            progress.stageStarted(started);
          },
          stageFinished: (finished, ...all) => {
            progress.stageFinished(finished, ...all);
            this.#finish(
              arm,
              parts.filter((part) => part.stage === finished),
            );
          },
        },
        signal,
      });
      if (status === 'stopped') this.#end(state, { kind: 'stopped' });
      else if (isLast) this.#end(state, { kind: 'finished' });
    } catch (error) {
      // Data may be refused for what only this arm asks for.
      const failed = parts.find(({ id }) => id === stage && id !== 'data');
      if (failed !== undefined && !isStop(this.#options, error))
        this.#failed.set(failed.key, new Error(`stage ${stage} failed in ${arm.name}, which shares it`));
      throw error;
    } finally {
      progress.close();
    }
  }

  /** Marks the stages that this sitting makes; returns the first that it leaves to another arm. */
  #claim(state: ArmState): StageId | undefined {
    for (const part of this.#missing(state)) {
      if (this.#work.has(part.key)) continue;
      if (this.#making.has(part.key)) return part.stage;
      this.#making.set(part.key, state.arm);
    }
    return undefined;
  }

  #finish(arm: Arm, parts: readonly Part[]): void {
    for (const { key } of parts) if (!this.#work.has(key)) this.#work.set(key, arm.name);
    this.#change();
  }

  #isFinished({ arm, stages, parts }: ArmState): boolean {
    if (!existsSync(path.join(this.#at(arm), 'recipe.yaml'))) return false;
    if (stages.includes('report')) return existsSync(path.join(this.#at(arm), 'finished.json'));
    return finishedParts(this.#at(arm), parts).length === parts.length;
  }

  #end(state: ArmState, outcome: ArmOutcome): void {
    state.outcome = outcome;
    this.#options.view.ended(state.arm, outcome);
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  #at(arm: Arm): string {
    return path.join(this.#options.directory, arm.name);
  }
}
