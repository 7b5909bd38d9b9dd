/**
 * metrics.jsonl: one line per step, for people and plotting tools. It is derived from the journal: a run begins
 * by writing it anew from there, so it never tells anything that the journal does not.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { Journal, Json } from '../journal/journal.ts';
import { stageIds } from './schema.ts';

export class MetricsFile {
  readonly #file: number;
  readonly #written = new Set<string>();

  private constructor(file: number) {
    this.#file = file;
  }

  /** Opens the file with a line for every step that the journal holds. */
  static async open(runDirectory: string, journal: Journal): Promise<MetricsFile> {
    const metrics = new MetricsFile(openSync(path.join(runDirectory, 'metrics.jsonl'), 'w'));
    for (const stage of stageIds) {
      for await (const event of journal.events(`${stage}/step`)) {
        metrics.write({ stage, step: Number(event.key), ...(event.value as { [key: string]: Json }) });
      }
    }
    return metrics;
  }

  /** Adds a line. A step that was applied again after a kill has its line already. */
  write(line: { readonly stage: string; readonly step: number; readonly [key: string]: Json }): void {
    const key = `${line.stage}/${line.step}`;
    if (this.#written.has(key)) return;
    this.#written.add(key);
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}
