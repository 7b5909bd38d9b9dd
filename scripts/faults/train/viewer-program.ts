/**
 * Somebody who looks at a run while it is made: reads its record ten times a second, as a viewer does, while told to.
 *
 * Usage: viewer-program.ts RUN FIGURES_FILE, over `child_process.fork`: is told `{ reads }`, and ends with the connection.
 */
import { writeFileSync } from 'node:fs';
import { JournalReader } from '../../../src/journal/journal-reader.ts';

const [, , run = '', figuresFile = ''] = process.argv;
const pollMilliseconds = 100;
let reads = false;
let isAtWork = false;
const figures = { polls: 0, busy: 0, failed: [] as string[], bytes: 0 };

process.on('message', (message: { readonly reads: boolean }) => {
  reads = message.reads;
});
process.on('disconnect', () => {
  writeFileSync(figuresFile, JSON.stringify(figures));
  process.exit();
});

setInterval(() => {
  if (!reads || isAtWork) return;
  isAtWork = true;
  look()
    .catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      if (/SQLITE_BUSY|database is locked/.test(text)) figures.busy += 1;
      else figures.failed.push(text);
    })
    .finally(() => {
      isAtWork = false;
      figures.polls += 1;
    });
}, pollMilliseconds);

/** All steps with their figures, and one group with its texts. */
async function look(): Promise<void> {
  const reader = new JournalReader(run);
  try {
    let last = 0;
    for await (const { key } of reader.values('rl/step')) last = Math.max(last, Number(key));
    for await (const { payload } of reader.effects(`rl/${last}/0`)) figures.bytes += payload?.length ?? 0;
  } finally {
    reader.close();
  }
}
