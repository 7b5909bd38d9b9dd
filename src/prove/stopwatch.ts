/**
 * Seconds of work, of a run and of each of its problems, on the monotonic clock and over all sittings. They are written
 * down every few seconds, so a killed sitting loses at most the last of them.
 */
import type { Journal } from '../journal/journal.ts';
import { recordTime, type SpentBefore } from './spend-record.ts';

const lapMilliseconds = 2000;
/** Longer waits overflow Node's timers. */
const longestTimeout = 2 ** 31 - 1;

export interface Stopwatch {
  /** Seconds of all work so far. */
  total(): number;
  /** Seconds in which this problem was worked on. */
  of(problem: string): number;
  /** Begins to count a problem; the function that comes back ends it. A problem may be begun several times at once. */
  begin(problem: string): () => void;
  /** Writes down what is not written yet, and stops. */
  stop(): Promise<void>;
}

/** `now` in milliseconds of a monotonic clock. */
export function startStopwatch(
  journal: Journal,
  before: SpentBefore,
  now: () => number = () => performance.now(),
): Stopwatch {
  const began = now();
  let lapBegan = began;
  const problems = new Map<string, { seconds: number; written: number; working: number; since: number }>();
  const secondsOf = (problem: string): number => {
    const entry = problems.get(problem);
    if (entry === undefined) return 0;
    return entry.seconds + (entry.working > 0 ? (now() - entry.since) / 1000 : 0);
  };
  let failure: { readonly error: unknown } | undefined;
  const lap = async (): Promise<void> => {
    const at = now();
    const seconds = (at - lapBegan) / 1000;
    lapBegan = at;
    const row: Record<string, number> = {};
    for (const [problem, entry] of problems) {
      const so = secondsOf(problem);
      if (so > entry.written) row[problem] = so - entry.written;
      entry.written = so;
    }
    await recordTime(journal, { seconds, problems: row });
  };
  const timer = setInterval(() => {
    lap().catch((error: unknown) => {
      failure ??= { error };
    });
  }, lapMilliseconds);
  timer.unref();
  return {
    total: () => before.seconds + (now() - began) / 1000,
    of: (problem) => (before.problemSeconds.get(problem) ?? 0) + secondsOf(problem),
    begin: (problem) => {
      const entry = problems.get(problem) ?? { seconds: 0, written: 0, working: 0, since: now() };
      problems.set(problem, entry);
      if (entry.working === 0) entry.since = now();
      entry.working += 1;
      return () => {
        entry.working -= 1;
        if (entry.working === 0) entry.seconds += (now() - entry.since) / 1000;
      };
    },
    stop: async () => {
      clearInterval(timer);
      if (failure !== undefined) throw failure.error;
      await lap();
    },
  };
}

/** Calls back after so many seconds unless it is cancelled first. */
export function afterSeconds(seconds: number, callback: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const wait = (milliseconds: number): void => {
    const first = Math.min(Math.max(milliseconds, 0), longestTimeout);
    timer = setTimeout(() => {
      if (milliseconds > first) wait(milliseconds - first);
      else callback();
    }, first);
  };
  wait(Math.min(seconds * 1000, Number.MAX_SAFE_INTEGER));
  return () => clearTimeout(timer);
}
