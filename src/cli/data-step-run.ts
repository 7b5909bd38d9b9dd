/**
 * Runs a step of `qed data` that asks no model: progress on a terminal's standard error, Ctrl-C that stops it in order, and faults of
 * files told as messages for people.
 */
import { watchInterruption } from './interruption.ts';
import { UserError } from './user-error.ts';

export interface DataStepRun {
  readonly signal: AbortSignal;
  /** Draws a line over the last one, at most ten times a second; the text is made only when it is drawn. */
  readonly show: (text: () => string) => void;
  /** A line that stays. */
  readonly remark: (text: string) => void;
}

const drawnEvery = 100;
const expected = new Set([
  ...['Error', 'DataFileError', 'TableError', 'SourceError', 'CardError', 'FilterError', 'LabelError'],
  ...['DiskFullError', 'RemoteError', 'ZodError', 'PushError', 'SystemError', 'JournalError'],
]);

/** Throws a UserError for what a person can mend, also when it was interrupted. */
export async function runDataStep<T>(verb: string, run: (step: DataStepRun) => Promise<T>): Promise<T> {
  const stream = process.stderr;
  const isTerminal = stream.isTTY === true && process.env.TERM !== 'dumb';
  let drawnAt = Number.NEGATIVE_INFINITY;
  const clear = (): void => {
    if (isTerminal && drawnAt > 0) stream.write('\r\u001b[K');
  };
  const interruption = watchInterruption({ onFirst: clear });
  try {
    const result = await run({
      signal: interruption.signal,
      show: (text) => {
        if (!isTerminal || performance.now() - drawnAt < drawnEvery) return;
        drawnAt = performance.now();
        stream.write(`\r\u001b[K${verb} ${text()}`);
      },
      remark: (text) => {
        clear();
        stream.write(`${text}\n`);
      },
    });
    clear();
    return result;
  } catch (error) {
    clear();
    if (interruption.signal.aborted) throw new StoppedError();
    if (!(error instanceof Error) || !expected.has(error.name)) throw error;
    throw new UserError(error.message, { exitCode: 1, cause: error });
  } finally {
    interruption.dispose();
  }
}

/** Ctrl-C. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';

  constructor() {
    super('stopped; the same command goes on');
  }
}
