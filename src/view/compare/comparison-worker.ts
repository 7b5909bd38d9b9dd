/** The thread in which one comparison is computed: is given the systems, posts the result or why there is none, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { type ComputedComparison, computeComparison } from './compute-comparison.ts';
import type { SystemSource } from './find-systems.ts';

export type ComparisonReply =
  | { readonly ok: true; readonly computed: ComputedComparison }
  | { readonly ok: false; readonly reason: string };

parentPort?.postMessage(await replyTo(workerData as readonly SystemSource[]));

async function replyTo(sources: readonly SystemSource[]): Promise<ComparisonReply> {
  try {
    return { ok: true, computed: await computeComparison(sources) };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
