/** The thread in which one comparison is computed: is given the systems, posts the result or why there is none, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { computeComparison } from './compute-comparison.ts';
import { buffersOf, type EncodedComparison, encodeComparison } from './encoded-comparison.ts';
import type { SystemSource } from './find-systems.ts';

export type ComparisonReply =
  | { readonly ok: true; readonly computed: EncodedComparison }
  | { readonly ok: false; readonly reason: string };

const reply = await replyTo(workerData as readonly SystemSource[]);
parentPort?.postMessage(reply, reply.ok ? buffersOf(reply.computed) : []);

async function replyTo(sources: readonly SystemSource[]): Promise<ComparisonReply> {
  try {
    return { ok: true, computed: encodeComparison(await computeComparison(sources)) };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
