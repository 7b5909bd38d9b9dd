/** The series of the runs of a workplace, kept for those that were looked at last. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { frozenRecipe } from '../frozen-recipe.ts';
import type { Workplace } from '../workplace.ts';
import { RunSeries } from './run-series.ts';

/** Runs whose series are kept. */
const mostKept = 24;

interface Kept {
  /** Of the journal: another one in the same place is another run. */
  readonly inode: number;
  readonly series: RunSeries;
}

const keptByWorkplace = new WeakMap<Workplace, Map<string, Kept>>();

/** The series of a run, up to date. Throws what reading a damaged journal throws. */
export async function seriesOf(workplace: Workplace, run: string): Promise<RunSeries> {
  const directory = workplace.directoryOf(run);
  const kept = keptByWorkplace.get(workplace) ?? new Map<string, Kept>();
  keptByWorkplace.set(workplace, kept);
  const inode = statSync(path.join(directory, 'journal.db'), { throwIfNoEntry: false })?.ino ?? 0;
  const known = kept.get(run);
  const series = known?.inode === inode ? known.series : new RunSeries(frozenRecipe(directory)?.recipe);
  kept.delete(run);
  kept.set(run, { inode, series });
  for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - mostKept))) kept.delete(oldest);
  if (inode !== 0) await workplace.journal(run, (reader) => series.update(reader));
  return series;
}
