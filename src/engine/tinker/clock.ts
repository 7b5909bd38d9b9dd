/** Time, so that tests of waiting need not wait. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Clock {
  /** Milliseconds from some moment on, never going back. */
  now(): number;
  /** Rejects with an AbortError when the signal fires. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  async sleep(milliseconds, signal) {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
  },
};
