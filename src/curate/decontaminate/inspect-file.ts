/**
 * The first pass over a file on worker threads, batches in the order of the file whatever the order in which they are
 * done; as many batches are held as there are threads, and one more for each.
 */
import { Worker } from 'node:worker_threads';
import { DataFileError } from '../../problems/json-lines.ts';
import type { InspectedBatch } from './inspect-batch.ts';
import type { InspectReply, InspectWorkerData } from './inspect-worker.ts';
import { lineBatches } from './line-batches.ts';

export interface InspectOptions extends InspectWorkerData {
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
}

/** Throws a DataFileError for a bad line. */
export async function* inspectFile({
  threads,
  signal,
  ...data
}: InspectOptions): AsyncGenerator<InspectedBatch> {
  const workers = Array.from({ length: threads }, () => new InspectWorker(data));
  const waiting: Promise<InspectReply>[] = [];
  try {
    let next = 0;
    for await (const batch of lineBatches(data.file)) {
      signal?.throwIfAborted();
      const worker = workers[next % threads] as InspectWorker;
      next += 1;
      const reply = worker.inspect(batch);
      // It is awaited in its turn.
      reply.catch(() => {});
      waiting.push(reply);
      if (waiting.length >= 2 * threads) yield await resultOf(waiting.shift(), data.file);
    }
    while (waiting.length > 0) {
      signal?.throwIfAborted();
      yield await resultOf(waiting.shift(), data.file);
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
  }
}

async function resultOf(reply: Promise<InspectReply> | undefined, file: string): Promise<InspectedBatch> {
  const result = await reply;
  if (result?.kind === 'inspected') return result.batch;
  throw new DataFileError(file, result?.line ?? 0, result?.detail ?? '');
}

/** A thread; replies come in the order of what it was sent. */
class InspectWorker {
  readonly #worker: Worker;
  readonly #pending: PromiseWithResolvers<InspectReply>[] = [];

  constructor(data: InspectWorkerData) {
    // The published package has no .ts files: the worker has the extension of this file.
    const module = new URL(
      `./inspect-worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`,
      import.meta.url,
    );
    // Of this process's flags only those about warnings: others, such as --input-type, forbid a worker's file.
    const execArgv = process.execArgv.filter((flag) => /^--(no-warnings|disable-warning=)/.test(flag));
    this.#worker = new Worker(module, {
      ...{ name: 'decontaminate', workerData: data, execArgv },
      // Nothing outlives a batch: without it each thread lets 60 MB more of garbage lie, and is no faster.
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
    });
    this.#worker.on('message', (reply: InspectReply) => this.#pending.shift()?.resolve(reply));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('a thread of the comparison ended unasked')));
  }

  inspect(batch: { readonly bytes: Uint8Array<ArrayBuffer> }): Promise<InspectReply> {
    const pending = Promise.withResolvers<InspectReply>();
    this.#pending.push(pending);
    this.#worker.postMessage(batch, [batch.bytes.buffer]);
    return pending.promise;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(error: unknown): void {
    for (const pending of this.#pending.splice(0)) pending.reject(error);
  }
}
