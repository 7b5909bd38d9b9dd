/** A thread that scores its part of the rows; started once, so that a measurement is of the scoring alone. */
import { parentPort, workerData } from 'node:worker_threads';
import { crossScores, type Scorer } from './cross-scores.ts';

export interface CrossTexts {
  readonly rows: readonly string[];
  readonly items: readonly string[];
}

const texts = workerData as Readonly<Record<Scorer, CrossTexts>>;

parentPort?.on('message', ({ scorer, cutoff }: { readonly scorer: Scorer; readonly cutoff: number }) => {
  const { rows, items } = texts[scorer];
  parentPort?.postMessage(crossScores(scorer, rows, items, cutoff));
});
