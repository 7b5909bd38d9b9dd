/**
 * The TensorBoard event file of a run: the scalars of every step. REPLAY: like metrics.jsonl it is derived from the journal,
 * and the bytes are the same whether a step was written as it was made or from its record. What is there already and is
 * right stays where it is, so that a TensorBoard that reads the file while a run goes on loses and doubles nothing.
 */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';
import { diskTrouble } from '../../journal/disk-trouble.ts';
import type { RecordedStep } from '../recorded-steps.ts';
import { costFigures } from '../step-cost.ts';
import { scalarEvent, scalarsOf, versionEvent } from './event-messages.ts';
import { tfRecord } from './tf-record.ts';

/** TensorBoard takes every file with `tfevents` in its name for one. */
export const eventFileName = 'events.out.tfevents.qed';

export class EventFile {
  readonly #path: string;
  readonly #file: number;
  /** Where the next record goes. */
  #end = 0;

  private constructor(file: string) {
    this.#path = file;
    // Made where it is not there, and not emptied where it is.
    this.#file = openSync(file, constants.O_RDWR | constants.O_CREAT);
  }

  /** Opens the file with the scalars of every step that the journal holds. */
  static async open(runDirectory: string, steps: AsyncIterable<RecordedStep>): Promise<EventFile> {
    const file = new EventFile(path.join(runDirectory, eventFileName));
    try {
      let isSame = file.#isThere(tfRecord(versionEvent()));
      if (!isSame) file.#put(tfRecord(versionEvent()));
      for await (const step of steps) {
        const record = recordOf(step);
        isSame &&= file.#isThere(record);
        if (!isSame) file.#put(record);
      }
      // What a kill tore, or what a journal that was put back does not hold.
      ftruncateSync(file.#file, file.#end);
    } catch (error) {
      file.close();
      throw diskTrouble(error, file.#path);
    }
    return file;
  }

  /** Adds the scalars of a step. */
  write(step: RecordedStep): void {
    try {
      this.#put(recordOf(step));
    } catch (error) {
      throw diskTrouble(error, this.#path);
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Goes past the record if the file has it here. */
  #isThere(record: Uint8Array): boolean {
    if (fstatSync(this.#file).size < this.#end + record.length) return false;
    const there = new Uint8Array(record.length);
    const read = readSync(this.#file, there, 0, there.length, this.#end);
    if (read < record.length || Buffer.compare(there, record) !== 0) return false;
    this.#end += record.length;
    return true;
  }

  #put(record: Uint8Array): void {
    for (let written = 0; written < record.length; ) {
      const left = record.length - written;
      written += writeSync(this.#file, record, written, left, this.#end + written);
    }
    this.#end += record.length;
  }
}

function recordOf({ stage, step, figures, cost }: RecordedStep): Uint8Array {
  const costs = cost === undefined ? {} : costFigures(cost, figures.processedTokens);
  // In the order of their names, as the journal gives them back.
  const scalars = scalarsOf({ ...figures, ...costs }, stage).toSorted((a, b) => (a.tag < b.tag ? -1 : 1));
  return tfRecord(scalarEvent(step, cost?.endedAt, scalars));
}
