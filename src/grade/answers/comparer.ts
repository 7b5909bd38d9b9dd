/**
 * Comparisons in threads that can be stopped: one that takes too long, or too much memory, is `unknown`, and its thread is
 * replaced. Numbers and equal texts are compared on the spot. Idle threads do not keep the process alive.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type CompareOptions, compareQuickly } from './compare-here.ts';
import type { ComparisonRequest, FromComparer } from './comparer-worker.ts';
import { type Comparison, unknown } from './comparison.ts';

export interface AnswerComparer {
  /** Resolves in any case; the order of the answers does not matter to the verdict. */
  compare(gold: string, candidate: string, options?: CompareOptions): Promise<Comparison>;
  /** Stops the threads; comparisons under way become `unknown`. */
  close(): Promise<void>;
}

export interface ComparerOptions {
  /** After which a comparison is stopped. */
  readonly milliseconds?: number;
  /** Threads at most; they start when they are needed. */
  readonly threads?: number;
  /** Another program for the threads, for tests. */
  readonly program?: URL;
}

export function createAnswerComparer(options: ComparerOptions = {}): AnswerComparer {
  return new ThreadedComparer(options);
}

interface Job {
  readonly request: ComparisonRequest;
  readonly resolve: (comparison: Comparison) => void;
}

interface Thread {
  readonly worker: Worker;
  /** It has said that it can begin. */
  ready: boolean;
  job: Job | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** The published package has no .ts files: the worker has the extension of this file. */
const ownProgram = new URL(
  `./comparer-worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`,
  import.meta.url,
);

class ThreadedComparer implements AnswerComparer {
  readonly #milliseconds: number;
  readonly #most: number;
  readonly #program: URL;
  readonly #threads = new Set<Thread>();
  #waiting: Job[] = [];
  #closed = false;

  constructor({ milliseconds = 2000, threads, program = ownProgram }: ComparerOptions) {
    this.#milliseconds = milliseconds;
    this.#most = threads ?? Math.max(1, Math.min(4, availableParallelism() - 1));
    this.#program = program;
  }

  compare(gold: string, candidate: string, options: CompareOptions = {}): Promise<Comparison> {
    const quick = compareQuickly(gold, candidate);
    if (quick !== undefined) return Promise.resolve(quick);
    if (this.#closed) return Promise.resolve(unknown('the comparer is closed', 'limit'));
    return new Promise((resolve) => {
      this.#waiting.push({ request: { gold, candidate, options }, resolve });
      this.#assign();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { resolve } of waiting) resolve(unknown('the comparer was closed', 'limit'));
    await Promise.all([...this.#threads].map((thread) => this.#stop(thread, 'the comparer was closed')));
  }

  #assign(): void {
    for (const thread of this.#threads) if (thread.job === undefined) this.#give(thread);
    while (this.#waiting.length > 0 && this.#threads.size < this.#most) this.#give(this.#start());
  }

  #start(): Thread {
    // Of this process's flags only those about warnings: others, such as --input-type, forbid a worker's file.
    const execArgv = process.execArgv.filter((flag) => /^--(no-warnings|disable-warning=)/.test(flag));
    const worker = new Worker(this.#program, {
      name: 'answer comparer',
      execArgv,
      resourceLimits: { maxOldGenerationSizeMb: 256 },
    });
    const thread: Thread = { worker, ready: false, job: undefined, timer: undefined };
    this.#threads.add(thread);
    worker.on('message', (message: FromComparer) => this.#receive(thread, message));
    worker.on('error', (error: Error) =>
      this.#end(thread, `the comparison ended its thread: ${error.message}`),
    );
    worker.on('exit', () => this.#end(thread, 'the comparison ended its thread'));
    return thread;
  }

  #give(thread: Thread): void {
    const job = this.#waiting.shift();
    if (job === undefined) return;
    thread.job = job;
    thread.worker.ref();
    if (thread.ready) this.#begin(thread, job);
  }

  #begin(thread: Thread, { request }: Job): void {
    thread.timer = setTimeout(() => {
      void this.#stop(thread, `it took longer than ${this.#milliseconds} ms`);
    }, this.#milliseconds);
    thread.worker.postMessage(request);
  }

  #receive(thread: Thread, message: FromComparer): void {
    if (message.kind === 'ready') {
      thread.ready = true;
      if (thread.job === undefined) thread.worker.unref();
      else this.#begin(thread, thread.job);
      return;
    }
    const { job } = thread;
    clearTimeout(thread.timer);
    thread.job = undefined;
    thread.worker.unref();
    job?.resolve(message.comparison);
    this.#assign();
  }

  async #stop(thread: Thread, why: string): Promise<void> {
    this.#end(thread, why);
    await thread.worker.terminate();
  }

  /** The thread is gone, or is going. */
  #end(thread: Thread, why: string): void {
    if (!this.#threads.delete(thread)) return;
    clearTimeout(thread.timer);
    thread.job?.resolve(unknown(why, 'limit'));
    thread.job = undefined;
    this.#assign();
  }
}
