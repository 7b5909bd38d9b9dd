/**
 * Computes the micro-batches of a call on all cores. Small models have one lane a core, each a worker with one
 * thread: kernels of one micro-batch that are split over threads wait for each other at every operator, and with
 * sleeping threads that cost a third of the time at 1 M parameters. Large models have one lane with all threads,
 * because every lane holds the weights. Results come in the order of the micro-batches whichever lane is done
 * first, so sums over them are the same bits every time.
 */
import { largeModel } from './activation-memory.ts';
import type { LaneService } from './lane-worker.ts';
import { type MicroBatchResult, MicroBatchRunner, type MicroBatchTask } from './micro-batch-runner.ts';
import type { MicroBatch } from './packing.ts';
import type { ExecutionProvider } from './provider-names.ts';
import { siblingModule, WorkerClient } from './rpc.ts';
import { trainedSet, type Weights } from './weights.ts';

export interface LaneOptions {
  readonly threads: number;
  /** Lanes are for processors: any other provider has one. */
  readonly provider: ExecutionProvider;
}

export class Lanes {
  readonly #weights: Weights;
  /** What changes between two calls. */
  readonly #trained: Float32Array;
  readonly #options: LaneOptions;
  /** How many micro-batches are computed at a time. */
  readonly count: number;
  #single: MicroBatchRunner | undefined;
  #workers: readonly WorkerClient<LaneService>[] | undefined;
  #shared: Float32Array | undefined;
  #edition = 0;
  #isStale = true;

  /** What trains is read at every `run`; call `weightsChanged` after writing to it. */
  constructor(weights: Weights, options: LaneOptions) {
    this.#weights = weights;
    this.#trained = trainedSet(weights).flat;
    this.#options = options;
    const isSmall = weights.base.flat.length <= largeModel;
    this.count = options.provider === 'cpu' && isSmall ? options.threads : 1;
  }

  weightsChanged(): void {
    this.#isStale = true;
  }

  /**
   * Computes all micro-batches and hands each result to `take`, in order. Rejects with the first failure, when no
   * lane works on this call any more.
   */
  async run(
    batches: readonly MicroBatch[],
    task: MicroBatchTask,
    take: (result: MicroBatchResult, batch: MicroBatch) => void,
  ): Promise<void> {
    if (this.count === 1) {
      this.#single ??= new MicroBatchRunner(this.#weights, { ...this.#options, lanes: 1 });
      for (const batch of batches) take(await this.#single.run(batch, task, this.#options.threads), batch);
      return;
    }
    const workers = await this.#started();
    this.#publish();
    // Few large micro-batches have the threads of the lanes that they leave idle.
    const threads = Math.max(1, Math.floor(this.#options.threads / Math.max(1, batches.length)));
    const edition = this.#edition;
    const waiting = new Map<number, MicroBatchResult>();
    let next = 0;
    let taken = 0;
    let hasFailed = false;
    const work = async (worker: WorkerClient<LaneService>): Promise<void> => {
      for (let index = next; index < batches.length && !hasFailed; index = next) {
        next += 1;
        const batch = batches[index] as MicroBatch;
        waiting.set(index, await worker.call('run', { batch, task, threads, edition }));
        for (let ready = waiting.get(taken); ready && !hasFailed; ready = waiting.get(taken)) {
          take(ready, batches[taken] as MicroBatch);
          waiting.delete(taken);
          taken += 1;
        }
      }
    };
    const outcomes = await Promise.allSettled(
      workers.map((worker) =>
        work(worker).catch((error: unknown) => {
          hasFailed = true;
          throw error;
        }),
      ),
    );
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }

  async close(): Promise<void> {
    await this.#single?.release();
    await Promise.all((this.#workers ?? []).map((worker) => worker.close()));
  }

  /** Lanes begin at the first use: many trainers only load and save. */
  async #started(): Promise<readonly WorkerClient<LaneService>[]> {
    if (this.#workers !== undefined) return this.#workers;
    const { config, base, adapter } = this.#weights;
    const trained = new SharedArrayBuffer(this.#trained.byteLength);
    this.#shared = new Float32Array(trained);
    const frozen = adapter && { lora: adapter.lora, base: shareCopy(base.flat) };
    const module = siblingModule('lane-worker', import.meta.url);
    const workers = Array.from(
      { length: this.count },
      () => new WorkerClient<LaneService>(module, 'trainer'),
    );
    this.#workers = workers;
    await Promise.all(
      workers.map((worker) => worker.call('start', { config, trained, frozen, lanes: this.count })),
    );
    return workers;
  }

  /** No lane computes between two calls of `run`, so the shared weights may be written. */
  #publish(): void {
    if (!this.#isStale) return;
    this.#shared?.set(this.#trained);
    this.#edition += 1;
    this.#isStale = false;
  }
}

function shareCopy(values: Float32Array): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(values.byteLength);
  new Float32Array(shared).set(values);
  return shared;
}
