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
import type { Journal, Json } from '../journal/journal.ts';
import { type StageId, stageIds } from './schema.ts';
import { costFigures, recordedCost, type StepCost } from './step-cost.ts';

type Figures = { readonly [key: string]: Json };

export class MetricsFile {
  readonly #path: string;
  readonly #file: number;
  readonly #written: Set<string>;

  private constructor(path: string, written: Set<string>) {
    this.#path = path;
    this.#file = openSync(path, 'a');
    this.#written = written;
  }

  /** Opens the file with a line for every step that the journal holds. */
  static async open(runDirectory: string, journal: Journal): Promise<MetricsFile> {
    const file = path.join(runDirectory, 'metrics.jsonl');
    const written = new Set<string>();
    const lines: string[] = [];
    for (const stage of stageIds) {
      const costs = await firstCosts(journal, stage);
      for await (const { key, value } of journal.events(`${stage}/step`)) {
        lines.push(lineOf(stage, Number(key), value as Figures, costs.get(Number(key))));
        written.add(`${stage}/${key}`);
      }
    }
    await writeFileAtomic(file, lines.join(''));
    return new MetricsFile(file, written);
  }

  /** Adds a line. A step that was applied again after a kill has its line already. */
  write(stage: StageId, step: number, figures: Figures, cost: StepCost): void {
    const key = `${stage}/${step}`;
    if (this.#written.has(key)) return;
    try {
      writeFileSync(this.#file, lineOf(stage, step, figures, cost));
    } catch (error) {
      throw diskTrouble(error, this.#path);
    }
    this.#written.add(key);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** What each step cost when it was made first. */
async function firstCosts(journal: Journal, stage: StageId): Promise<Map<number, StepCost>> {
  const costs = new Map<number, StepCost>();
  for await (const { value } of journal.events(`${stage}/seconds`)) {
    const cost = recordedCost(value);
    if (cost !== undefined && !costs.has(cost.step)) costs.set(cost.step, cost);
  }
  return costs;
}

/** Figures in the order of their names, as the journal gives them back. */
function lineOf(stage: StageId, step: number, figures: Figures, cost: StepCost | undefined): string {
  const costs = cost === undefined ? {} : costFigures(cost, figures.processedTokens);
  const sorted = JSON.parse(canonicalJson({ ...figures, ...costs })) as Figures;
  return `${JSON.stringify({ stage, step, ...sorted })}\n`;
}
