/** Computes a comparison on a thread of its own, so that the server goes on answering meanwhile. */
import { Worker } from 'node:worker_threads';
import type { ComparisonReply } from './comparison-worker.ts';
import type { EncodedComparison } from './encoded-comparison.ts';
import type { SystemSource } from './find-systems.ts';

/** Throws an Error that says which run cannot be read. */
export async function computeInWorker(sources: readonly SystemSource[]): Promise<EncodedComparison> {
  // The published package has no .ts files: the worker has the extension of this file.
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  const module = new URL(`./comparison-worker${extension}`, import.meta.url);
  // Of this process's flags only those about warnings: others, such as --input-type, forbid a worker's file.
  const execArgv = process.execArgv.filter((flag) => /^--(no-warnings|disable-warning=)/.test(flag));
  const worker = new Worker(module, { name: 'compare', workerData: sources, execArgv });
  try {
    const reply = await new Promise<ComparisonReply>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('the thread of the comparison ended unasked')));
    });
    if (!reply.ok) throw new Error(reply.reason);
    return reply.computed;
  } finally {
    await worker.terminate();
  }
}
