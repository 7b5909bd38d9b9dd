/**
 * Time as the client sees it: a monotonic clock for deadlines and waits, timers, and the date for `Retry-After`.
 * It is handed in, so that tests move it by hand and never wait.
 */
import { onAbort } from './abort.ts';

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds from an arbitrary beginning; never goes back. */
  now(): number;
  /** Milliseconds since 1970; only to read a date that a server sent without its own. */
  date(): number;
  after(milliseconds: number, action: () => void): Timer;
}

/** Node's timers fire at once beyond 2³¹ − 1 milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  after(milliseconds, action) {
    const handle = setTimeout(action, Math.min(milliseconds, LONGEST_TIMER));
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Waits; rejects with the reason of the first signal that is aborted, as soon as it is. */
export function pause(
  clock: Clock,
  milliseconds: number,
  ...signals: readonly (AbortSignal | undefined)[]
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(milliseconds, () => {
      stopListening();
      resolve();
    });
    const stopListening = onAbort(signals, (reason) => {
      timer.cancel();
      reject(reason);
    });
  });
}
