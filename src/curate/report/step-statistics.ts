/**
 * What a step's directory holds, in figures: rows that came in, went on and left by reason and source, and how long statements and
 * solutions are. The files are read once, in flat memory; a seeded sample of rows is kept to show.
 */
import path from 'node:path';
import { readNumberedJsonLines } from '../../problems/json-lines.ts';
import { type DataRow, droppedRowSchema } from '../data-row.ts';
import { StratifiedSample } from '../filter/stratified-sample.ts';
import { droppedFile, readDataRows, readStepRecord, type StepRecord, sourceOf } from '../step-files.ts';

export interface Lengths {
  readonly count: number;
  readonly median: number;
  /** The length within which 95 of 100 are. */
  readonly within95: number;
  readonly longest: number;
}

export interface StepSample {
  /** A reason, or undefined for rows that went on. */
  readonly reason: string | undefined;
  readonly detail: string;
  readonly row: DataRow;
}

export interface StepStatistics {
  readonly directory: string;
  readonly record: StepRecord;
  readonly kept: number;
  readonly dropped: number;
  /** Characters. Undefined where there is nothing to measure. */
  readonly statements: Lengths | undefined;
  readonly solutions: Lengths | undefined;
  readonly withoutSolution: number;
  readonly withScheme: number;
  readonly samples: readonly StepSample[];
}

/** Throws an Error for a directory of no finished step, a DataFileError for a bad row. */
export async function stepStatistics(
  directory: string,
  { samples, seed }: { readonly samples: number; readonly seed: number },
): Promise<StepStatistics> {
  const record = readStepRecord(directory);
  if (record === undefined)
    throw new Error(`${directory}: it is not the directory of a finished step; there is no step.json in it`);
  const statements = new LengthCounter();
  const solutions = new LengthCounter();
  const sample = new StratifiedSample<StepSample>(seed, samples);
  let withoutSolution = 0;
  let withScheme = 0;
  for await (const { item } of readDataRows(directory)) {
    statements.add(item.statement.length);
    for (const solution of item.solutions) solutions.add(solution.length);
    if (item.solutions.length === 0) withoutSolution += 1;
    if (item.scheme !== undefined || item.guidelines !== undefined) withScheme += 1;
    sample.add('', sourceOf(item), item.id, () => ({ reason: undefined, detail: '', row: item }));
  }
  const leavers = path.join(directory, droppedFile);
  for await (const { item } of readNumberedJsonLines(leavers, droppedRowSchema)) {
    sample.add(item.reason, sourceOf(item.row), item.row.id, () => item);
  }
  const sum = (counts: Readonly<Record<string, number>>): number =>
    Object.values(counts).reduce((total, count) => total + count, 0);
  return {
    ...{ directory, record, withoutSolution, withScheme },
    kept: sum(record.kept),
    dropped: Object.values(record.dropped).reduce((total, counts) => total + sum(counts), 0),
    statements: statements.lengths(),
    solutions: solutions.lengths(),
    samples: sample.drawn().flatMap(({ items }) => items),
  };
}

/** How often each length occurs, which is little however many rows there are. */
class LengthCounter {
  readonly #counts = new Map<number, number>();

  add(length: number): void {
    this.#counts.set(length, (this.#counts.get(length) ?? 0) + 1);
  }

  lengths(): Lengths | undefined {
    const sorted = [...this.#counts].sort(([a], [b]) => a - b);
    const count = sorted.reduce((total, [, times]) => total + times, 0);
    const longest = sorted.at(-1)?.[0];
    if (longest === undefined) return undefined;
    const within = (share: number): number => {
      let seen = 0;
      const found = sorted.find(([, times]) => {
        seen += times;
        return seen >= share * count;
      });
      return found?.[0] ?? longest;
    };
    return { count, median: within(0.5), within95: within(0.95), longest };
  }
}
