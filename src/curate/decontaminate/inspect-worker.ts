/** The worker thread of the first pass: makes the index once, then inspects the batches that it is sent. */
import { parentPort, workerData } from 'node:worker_threads';
import { DataFileError } from '../../problems/json-lines.ts';
import { EvaluationIndex, type EvaluationItem } from './evaluation-index.ts';
import { type InspectedBatch, inspectBatch } from './inspect-batch.ts';
import type { LineBatch } from './line-batches.ts';
import type { DecontaminationSettings } from './settings.ts';

export interface InspectWorkerData {
  readonly file: string;
  readonly items: readonly EvaluationItem[];
  readonly settings: DecontaminationSettings;
}

export type InspectReply =
  | { readonly kind: 'inspected'; readonly batch: InspectedBatch }
  | { readonly kind: 'bad-line'; readonly line: number; readonly detail: string };

const { file, items, settings } = workerData as InspectWorkerData;
const index = new EvaluationIndex(items, settings.words);

parentPort?.on('message', (batch: LineBatch) => {
  const reply = replyTo(batch);
  const memory =
    reply.kind === 'inspected'
      ? [reply.batch.bandKeys.buffer, reply.batch.sketches.buffer, reply.batch.grams.buffer]
      : [];
  parentPort?.postMessage(reply, memory as ArrayBuffer[]);
});

function replyTo(batch: LineBatch): InspectReply {
  try {
    return { kind: 'inspected', batch: inspectBatch(batch, file, index, settings) };
  } catch (error) {
    if (!(error instanceof DataFileError)) throw error;
    const place = `${file}:${error.line}  `;
    return { kind: 'bad-line', line: error.line, detail: error.message.slice(place.length) };
  }
}
