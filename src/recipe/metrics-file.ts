/**
 * metrics.jsonl: one line per step, for people and plotting tools. REPLAY: it is derived from the journal; a sitting
 * begins by writing it anew from there, so it never tells anything that the journal does not, and the bytes are the
 * same whether a line was written as the step was made or from its record.
 */
import { closeSync, openSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../journal/atomic-file.ts';
import { canonicalJson } from '../journal/canonical-json.ts';
import { diskTrouble } from '../journal/disk-trouble.ts';
import type { RecordedStep } from './recorded-steps.ts';
import { costFigures } from './step-cost.ts';

export class MetricsFile {
  readonly #path: string;
  readonly #file: number;

  private constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, 'a');
  }

  /** Opens the file with a line for every step that the journal holds. */
  static async open(runDirectory: string, steps: AsyncIterable<RecordedStep>): Promise<MetricsFile> {
    const file = path.join(runDirectory, 'metrics.jsonl');
    const lines: string[] = [];
    for await (const step of steps) lines.push(lineOf(step));
    await writeFileAtomic(file, lines.join(''));
    return new MetricsFile(file);
  }

  /** Adds a line. */
  write(step: RecordedStep): void {
    try {
      writeFileSync(this.#file, lineOf(step));
    } catch (error) {
      throw diskTrouble(error, this.#path);
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Figures in the order of their names, as the journal gives them back. */
function lineOf({ stage, step, figures, cost }: RecordedStep): string {
  const costs = cost === undefined ? {} : costFigures(cost, figures.processedTokens);
  const sorted = JSON.parse(canonicalJson({ ...figures, ...costs })) as RecordedStep['figures'];
  return `${JSON.stringify({ stage, step, ...sorted })}\n`;
}
