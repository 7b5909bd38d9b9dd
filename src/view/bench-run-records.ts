/**
 * The attempts and gradings of a benchmark run, kept for the runs that were looked at last. Looking again reads what was recorded
 * since, so a run that goes on costs as much as it grows. Whoever gets them must not change them.
 */
import { statSync } from 'node:fs';
import path from 'node:path';
import { BenchRecords } from '../bench/records.ts';
import type { Workplace } from './workplace.ts';

interface Kept {
  /** Of the journal: another one in the same place is another run. */
  readonly inode: number;
  /** Resolves when all that was asked for so far is in. */
  records: Promise<BenchRecords>;
}

/** Runs whose records are kept; those of 100,000 attempts take about 100 MB. */
const mostKept = 3;
const keptByWorkplace = new WeakMap<Workplace, Map<string, Kept>>();

/** As they stand now. Throws a NotFoundError for a run without a journal, and what a damaged one throws. */
export async function benchRunRecords(workplace: Workplace, run: string): Promise<BenchRecords> {
  const kept = keptByWorkplace.get(workplace) ?? new Map<string, Kept>();
  keptByWorkplace.set(workplace, kept);
  const file = path.join(workplace.directoryOf(run), 'journal.db');
  const inode = statSync(file, { throwIfNoEntry: false })?.ino ?? 0;
  const known = kept.get(run);
  const before = known?.inode === inode ? known.records : Promise.resolve(new BenchRecords());
  // One after the other: each reads on from where the one before came to.
  const records = before.then((own) =>
    workplace.journal(run, async (journal) => {
      await own.follow(journal);
      return own;
    }),
  );
  const entry = { inode, records };
  kept.delete(run);
  kept.set(run, entry);
  for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - mostKept))) kept.delete(oldest);
  try {
    return await records;
  } catch (error) {
    if (kept.get(run) === entry) kept.delete(run);
    throw error;
  }
}
