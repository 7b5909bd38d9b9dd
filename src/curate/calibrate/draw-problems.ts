/**
 * Problems drawn from a data set for a calibration: so many of all, each as likely as any other, in the order of their file,
 * and the same ones for the same seed. A problem's chance does not depend on the others, so most stay when rows are added.
 * One pass in flat memory.
 */
import { seedFrom, uniformAt } from '../../stats/random.ts';
import type { DataRow } from '../data-row.ts';
import { readDataRows } from '../step-files.ts';

export interface DrawnProblems {
  readonly rows: readonly DataRow[];
  /** Rows that could have been drawn. */
  readonly among: number;
  /** Rows that lack what the judge needs. */
  readonly lacking: number;
}

/** `lacks`: what a row lacks to be graded; such rows are not drawn. Throws a DataFileError for a bad line. */
export async function drawProblems(
  input: string,
  options: {
    readonly count: number;
    readonly seed: number;
    readonly lacks: (row: DataRow) => string | undefined;
  },
): Promise<DrawnProblems> {
  const { count, seed, lacks } = options;
  const kept: { readonly line: number; readonly row: DataRow; readonly place: number }[] = [];
  let [among, lacking] = [0, 0];
  for await (const { line, item: row } of readDataRows(input)) {
    if (lacks(row) !== undefined) {
      lacking += 1;
      continue;
    }
    among += 1;
    const place = uniformAt(seedFrom(seed, 'calibration-problems', row.id, row.statement), 0);
    const last = kept.at(-1);
    if (kept.length >= count && last !== undefined && place >= last.place) continue;
    const at = kept.findIndex((one) => place < one.place);
    kept.splice(at < 0 ? kept.length : at, 0, { line, row, place });
    if (kept.length > count) kept.pop();
  }
  return { rows: kept.toSorted((a, b) => a.line - b.line).map(({ row }) => row), among, lacking };
}
