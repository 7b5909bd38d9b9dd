/** Keeps a session alive from a worker thread, and says when it is over. */
import { Worker } from 'node:worker_threads';
import { siblingModule } from '../ort/rpc.ts';
import type { HeartbeatNews, HeartbeatSettings } from './heartbeat-worker.ts';

export class Heartbeats {
  readonly #worker: Worker;
  readonly #exit: Promise<void>;

  /** `onNews` is told; a thread that fails is a session that is lost. */
  constructor(settings: HeartbeatSettings, onNews: (news: HeartbeatNews) => void) {
    this.#worker = new Worker(siblingModule('heartbeat-worker', import.meta.url), {
      name: 'heartbeats',
      workerData: settings,
      execArgv: [],
    });
    this.#worker.unref();
    this.#worker.on('message', onNews);
    this.#worker.on('error', (error: unknown) => {
      onNews({ kind: 'silent', reason: error instanceof Error ? error.message : String(error) });
    });
    this.#exit = new Promise((resolve) => {
      this.#worker.on('exit', () => resolve());
    });
  }

  /** Ends the thread. Safe to call twice. */
  async close(): Promise<void> {
    this.#worker.ref();
    this.#worker.postMessage('stop');
    await this.#exit;
  }
}
