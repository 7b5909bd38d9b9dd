/**
 * The thread that holds the JournalWriter. Group commit: everything that arrived while a transaction was being
 * committed goes into the next one, so that a thousand concurrent effects cost a handful of fsyncs.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { type EncodedError, encodeError } from './errors.ts';
import { JournalWriter, type JournalWriterOptions } from './journal-writer.ts';
import type { WriteRequest } from './writer.ts';

/** What the main thread passes when it starts the thread. */
export interface WriterWorkerData {
  readonly runDirectory: string;
  readonly options: Omit<JournalWriterOptions, 'files'>;
}

export type ToWriter =
  | { readonly kind: 'write'; readonly requests: readonly WriteRequest[] }
  | { readonly kind: 'close' };

/** `committed` answers the oldest `count` requests; `conflicts` holds indices among them. */
export type FromWriter =
  | { readonly kind: 'ready' }
  | { readonly kind: 'committed'; readonly count: number; readonly conflicts: readonly number[] }
  | { readonly kind: 'failed'; readonly error: EncodedError }
  | { readonly kind: 'closed'; readonly error?: EncodedError };

/** A transaction is not made larger than this: an acknowledgement should not wait for thousands of others. */
const mostInOneCommit = 2048;

if (parentPort !== null) serve(parentPort);

function serve(port: NonNullable<typeof parentPort>): void {
  const { runDirectory, options } = workerData as WriterWorkerData;
  const reply = (message: FromWriter): void => port.postMessage(message);
  let writer: JournalWriter;
  try {
    writer = new JournalWriter(runDirectory, options);
  } catch (error) {
    reply({ kind: 'failed', error: encodeError(error) });
    port.close();
    return;
  }
  reply({ kind: 'ready' });

  const commit = (requests: readonly WriteRequest[]): void => {
    if (requests.length === 0) return;
    try {
      const outcomes = writer.commit(requests);
      const conflicts = outcomes.flatMap((outcome, index) => (outcome === 'conflict' ? [index] : []));
      reply({ kind: 'committed', count: outcomes.length, conflicts });
    } catch (error) {
      reply({ kind: 'failed', error: encodeError(error) });
    }
  };

  port.on('message', (first: ToWriter) => {
    let batch: WriteRequest[] = [];
    for (let message: ToWriter | undefined = first; message !== undefined; message = next(port)) {
      if (message.kind === 'close') {
        commit(batch);
        reply(closed(writer));
        port.close();
        return;
      }
      batch.push(...message.requests);
      if (batch.length >= mostInOneCommit) {
        commit(batch);
        batch = [];
      }
    }
    commit(batch);
  });
}

function next(port: NonNullable<typeof parentPort>): ToWriter | undefined {
  return receiveMessageOnPort(port)?.message as ToWriter | undefined;
}

function closed(writer: JournalWriter): FromWriter {
  try {
    writer.close();
    return { kind: 'closed' };
  } catch (error) {
    return { kind: 'closed', error: encodeError(error) };
  }
}
