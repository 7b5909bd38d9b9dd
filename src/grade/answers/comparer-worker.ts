/** The thread that compares answers. It says when it is ready, so that its start does not count against a comparison. */
import { parentPort } from 'node:worker_threads';
import { type CompareOptions, compareHere } from './compare-here.ts';
import { type Comparison, unknown } from './comparison.ts';

export interface ComparisonRequest {
  readonly gold: string;
  readonly candidate: string;
  readonly options: CompareOptions;
}

export type FromComparer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'compared'; readonly comparison: Comparison };

const port = parentPort;
if (port !== null) {
  const reply = (message: FromComparer): void => port.postMessage(message);
  port.on('message', ({ gold, candidate, options }: ComparisonRequest) => {
    reply({ kind: 'compared', comparison: compared(gold, candidate, options) });
  });
  reply({ kind: 'ready' });
}

/** A fault of the comparison is no verdict; it is told apart from a limit, so that it can be found. */
function compared(gold: string, candidate: string, options: CompareOptions): Comparison {
  try {
    return compareHere(gold, candidate, options);
  } catch (error) {
    return unknown(error instanceof Error ? (error.stack ?? error.message) : String(error), 'fault');
  }
}
