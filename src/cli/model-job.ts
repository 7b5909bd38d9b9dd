/**
 * What `qed import` and `qed export` share: progress on a terminal, Ctrl-C that leaves nothing behind, and faults of
 * a file told as messages for people.
 */
import type { TensorProgress } from '../engine/gguf/import-gguf.ts';
import { DiskFullError } from '../journal/errors.ts';
import { shownPath } from '../recipe/shown-path.ts';
import { interruptedExitCode, watchInterruption } from './interruption.ts';
import { UserError } from './user-error.ts';

/** What a job is given. */
export interface ModelJob {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TensorProgress) => void;
}

/** Milliseconds between two drawings of the progress. */
const drawnEvery = 100;

/**
 * Runs a job and prints what it returns. `verb` is for the progress: "importing". Returns the exit code. Throws a
 * UserError for a fault of a file; what is no plain Error is a fault of QED and is thrown as it is.
 */
export async function runModelJob(verb: string, run: (job: ModelJob) => Promise<string>): Promise<number> {
  const line = progressLine(verb);
  const interruption = watchInterruption({ onFirst: () => line.clear() });
  try {
    const text = await run({ signal: interruption.signal, onProgress: line.show });
    line.clear();
    process.stdout.write(text);
    return 0;
  } catch (error) {
    line.clear();
    if (interruption.signal.aborted) {
      process.stderr.write('stopped; nothing was written\n');
      return interruptedExitCode;
    }
    throw asTold(error);
  } finally {
    interruption.dispose();
  }
}

/** Faults of files are plain errors whose message names the file; TypeError and the like are ours. */
function asTold(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const isFull = error instanceof DiskFullError;
  if (!isFull && error.name !== 'Error') return error;
  const message = isFull ? `${shownPath(error.path)}: the disk is full; nothing was written` : error.message;
  const told = new UserError(message, { exitCode: 1 });
  told.cause = error;
  return told;
}

/** A line on a terminal that is drawn over; elsewhere nothing. */
function progressLine(verb: string) {
  const stream = process.stderr;
  let drawnAt = Number.NEGATIVE_INFINITY;
  const isTerminal = stream.isTTY === true && process.env.TERM !== 'dumb';
  return {
    show: ({ done, total }: TensorProgress): void => {
      if (!isTerminal || performance.now() - drawnAt < drawnEvery) return;
      drawnAt = performance.now();
      stream.write(`\r\u001b[K${verb}: ${done} of ${total} tensors`);
    },
    clear: (): void => {
      if (isTerminal && drawnAt > 0) stream.write('\r\u001b[K');
    },
  };
}

/** Lines of a name and a value, aligned; lines without a value are left out. */
export function factLines(facts: readonly (readonly [name: string, value: string | undefined])[]): string {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `  ${name.padEnd(width)}  ${value}\n`)
    .join('');
}

/** `98.4 MB`: decimal units, as file managers show them. */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toPrecision(3)} ${units[power]}`;
}

export function countText(count: number): string {
  return count.toLocaleString('en-US');
}
