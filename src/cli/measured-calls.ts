/** Calls that earlier runs recorded, by which a plan sizes further ones. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { MeasuredCall } from '../prove/spend-record.ts';
import { UserError } from './user-error.ts';

/** Calls of one run, or of every run in runs/. */
export async function measuredCalls(given: string | undefined): Promise<MeasuredCall[]> {
  const { JournalReader } = await import('../journal/journal-reader.ts');
  const { readMeasuredCalls } = await import('../prove/spend-record.ts');
  const hasJournal = (directory: string): boolean => existsSync(path.join(directory, 'journal.db'));
  if (given !== undefined && !hasJournal(given)) {
    throw new UserError(`--measured ${given}: there is no run`, { exitCode: 1 });
  }
  const directories =
    given === undefined
      ? (existsSync('runs') ? readdirSync('runs') : [])
          .filter((name) => /^(?:prove|bench|grade|calibrate)-/.test(name))
          .map((name) => path.join('runs', name))
          .filter(hasJournal)
      : [given];
  const calls: MeasuredCall[] = [];
  for (const directory of directories) {
    const reader = new JournalReader(directory);
    try {
      for (const call of await readMeasuredCalls((stream) => reader.events(stream))) calls.push(call);
    } finally {
      reader.close();
    }
  }
  return calls;
}
