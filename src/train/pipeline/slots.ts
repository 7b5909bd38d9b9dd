/**
 * Places of a stage of the pipeline: so many pieces of work at a time, the others wait in the order in which they came.
 * Every stage has its own, so that a slow judge keeps no sampler waiting. They count how much of the time they were in
 * use.
 */
import type { Clock } from '../../model/openai/clock.ts';

export interface SlotsUse {
  readonly inUse: number;
  readonly waiting: number;
  /** Seconds of work so far, all places together. */
  readonly workSeconds: number;
  /** Seconds in which at least one place was in use. */
  readonly busySeconds: number;
}

export class Slots {
  readonly #most: number;
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #inUse = 0;
  #since: number;
  #work = 0;
  #busy = 0;

  constructor(most: number, clock: Clock) {
    if (!(most >= 1)) throw new RangeError(`${most} places are too few`);
    this.#most = most;
    this.#clock = clock;
    this.#since = clock.now();
  }

  /** Does the work when a place is free. Rejects with an AbortError when the signal fires before it began. */
  async run<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    signal?.throwIfAborted();
    if (this.#inUse >= this.#most) await this.#turn(signal);
    else this.#changeUse(1);
    try {
      return await work();
    } finally {
      // The place goes from one to the next without being free in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#changeUse(-1);
      else next();
    }
  }

  use(): SlotsUse {
    this.#changeUse(0);
    return {
      inUse: this.#inUse,
      waiting: this.#waiting.length,
      workSeconds: this.#work / 1000,
      busySeconds: this.#busy / 1000,
    };
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(begin), 1);
        reject(signal?.reason ?? new DOMException('aborted', 'AbortError'));
      };
      this.#waiting.push(begin);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  #changeUse(by: number): void {
    const now = this.#clock.now();
    this.#work += this.#inUse * (now - this.#since);
    if (this.#inUse > 0) this.#busy += now - this.#since;
    this.#since = now;
    this.#inUse += by;
  }
}
