/**
 * The main thread's side of the writer: passes requests on in the order they were made, several in one message,
 * and settles their promises when the writer has committed them. An idle writer does not keep the process alive.
 */
import { Worker } from 'node:worker_threads';
import { decodeError, JournalClosedError, JournalError } from './errors.ts';
import type { JournalWriterOptions } from './journal-writer.ts';
import type { WriteOutcome, WriteRequest, Writer } from './writer.ts';
import type { FromWriter, ToWriter, WriterWorkerData } from './writer-worker.ts';

interface Pending {
  resolve(outcome: WriteOutcome): void;
  reject(error: unknown): void;
}

/** Starts the writer's thread; rejects if it cannot take the run directory. */
export async function startWorkerWriter(
  runDirectory: string,
  options: Omit<JournalWriterOptions, 'files'> = {},
): Promise<Writer> {
  // The published package has no .ts files: the worker has the extension of this file.
  const file = new URL(
    `./writer-worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`,
    import.meta.url,
  );
  const data: WriterWorkerData = { runDirectory, options };
  // Of this process's flags only those about warnings: others, such as --input-type, forbid a worker's file.
  const execArgv = process.execArgv.filter((flag) => /^--(no-warnings|disable-warning=)/.test(flag));
  const worker = new Worker(file, { name: 'journal writer', workerData: data, execArgv });
  const writer = new WorkerWriter(worker);
  await writer.ready;
  return writer;
}

class WorkerWriter implements Writer {
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  /** Asked for and not yet answered, oldest first, from `#oldest` on. */
  #pending: Pending[] = [];
  #oldest = 0;
  #outgoing: WriteRequest[] = [];
  #failure: JournalError | undefined;
  #closing: Promise<void> | undefined;
  #settleReady: PromiseWithResolvers<void> = Promise.withResolvers();
  #settleClosed: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(worker: Worker) {
    this.#worker = worker;
    this.ready = this.#settleReady.promise;
    worker.on('message', (message: FromWriter) => this.#receive(message));
    worker.on('error', (error) => this.#fail(new JournalError('the journal writer died', { cause: error })));
    worker.on('exit', () => {
      this.#fail(
        this.#closing === undefined
          ? new JournalError('the journal writer ended unasked')
          : new JournalClosedError(),
      );
      this.#settleClosed.resolve();
    });
  }

  write(request: WriteRequest): Promise<WriteOutcome> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#closing !== undefined) return Promise.reject(new JournalClosedError());
    return new Promise((resolve, reject) => {
      if (this.#pending.length === 0) this.#worker.ref();
      this.#pending.push({ resolve, reject });
      this.#outgoing.push(request);
      // One message for all that this turn of the event loop asks for.
      if (this.#outgoing.length === 1) setImmediate(() => this.#send());
    });
  }

  #send(): void {
    const requests = this.#outgoing;
    if (requests.length === 0) return;
    this.#outgoing = [];
    const payloads = requests.flatMap((request) =>
      request.kind !== 'failure' && request.payload !== undefined ? [request.payload.buffer] : [],
    );
    this.#post({ kind: 'write', requests }, payloads);
  }

  #post(message: ToWriter, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #receive(message: FromWriter): void {
    switch (message.kind) {
      case 'ready':
        this.#worker.unref();
        this.#settleReady.resolve();
        return;
      case 'committed': {
        const conflicts = new Set(message.conflicts);
        for (let i = 0; i < message.count; i += 1) {
          this.#pending[this.#oldest + i]?.resolve(conflicts.has(i) ? 'conflict' : 'recorded');
        }
        this.#oldest += message.count;
        if (this.#oldest === this.#pending.length) {
          this.#pending = [];
          this.#oldest = 0;
          if (this.#closing === undefined) this.#worker.unref();
        } else if (this.#oldest > 4096) {
          this.#pending = this.#pending.slice(this.#oldest);
          this.#oldest = 0;
        }
        return;
      }
      case 'failed':
        this.#fail(decodeError(message.error));
        return;
      case 'closed':
        if (message.error === undefined) this.#settleClosed.resolve();
        else this.#settleClosed.reject(decodeError(message.error));
    }
  }

  #fail(error: JournalError): void {
    this.#failure ??= error;
    this.#settleReady.reject(this.#failure);
    const waiting = this.#pending.slice(this.#oldest);
    this.#pending = [];
    this.#oldest = 0;
    this.#outgoing = [];
    for (const { reject } of waiting) reject(this.#failure);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#worker.ref();
    this.#send();
    this.#post({ kind: 'close' });
    await this.#settleClosed.promise;
  }
}
