/**
 * A bounded queue in front of the models: so many answers are made at once, so many wait in the order they came, and
 * one more is refused with 429 and a time to come again. A place is free again only when its work has really ended,
 * also where nobody waits for the result any more.
 */
import { ApiError, shuttingDown } from './api-error.ts';

export interface Limits {
  readonly running: number;
  readonly waiting: number;
}

/** A place in the queue, to be used once. */
export interface Place {
  /** Waits for its turn, then works. Rejects with the signal's reason when it fires before the turn came. */
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

interface Waiter {
  readonly begin: () => void;
  readonly refuse: (reason: unknown) => void;
}

export class Admission {
  readonly #limits: Limits;
  readonly #now: () => number;
  /** First in, first out; a Set, so that one who leaves is found at once. */
  readonly #waiters = new Set<Waiter>();
  #admitted = 0;
  #running = 0;
  #isClosed = false;
  /** Seconds that an answer takes, as a moving mean. */
  #meanSeconds = 1;

  constructor(limits: Limits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#admitted - this.#running;
  }

  /** Most places that one request can have. */
  get capacity(): number {
    return this.#limits.running + this.#limits.waiting;
  }

  /** All places at once or none. Throws an ApiError of 429 when there are too few, of 503 after `close`. */
  admit(count: number): Place[] {
    if (this.#isClosed) throw shuttingDown();
    if (this.#admitted + count > this.capacity) {
      const rounds = Math.ceil((this.waiting + count) / this.#limits.running);
      throw new ApiError(
        `${this.#running} answers are being made and ${this.waiting} wait, which is as much as this server takes; try again`,
        {
          status: 429,
          type: 'rate_limit_error',
          code: 'queue_full',
          retryAfterSeconds: Math.min(60, Math.max(1, Math.ceil(rounds * this.#meanSeconds))),
        },
      );
    }
    this.#admitted += count;
    return Array.from({ length: count }, () => ({ run: (signal, work) => this.#run(signal, work) }));
  }

  /** Refuses who waits and who comes; what runs goes on. */
  close(): void {
    this.#isClosed = true;
    for (const waiter of this.#waiters) waiter.refuse(shuttingDown());
  }

  async #run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      await this.#turn(signal);
    } catch (error) {
      this.#admitted -= 1;
      throw error;
    }
    const began = this.#now();
    try {
      return await work();
    } finally {
      this.#meanSeconds += 0.2 * ((this.#now() - began) / 1000 - this.#meanSeconds);
      this.#admitted -= 1;
      this.#running -= 1;
      const [next] = this.#waiters;
      next?.begin();
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#isClosed) throw shuttingDown();
    if (this.#running < this.#limits.running) {
      this.#running += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.#waiters.delete(waiter);
        signal.removeEventListener('abort', give);
      };
      const waiter: Waiter = {
        begin: () => {
          leave();
          this.#running += 1;
          resolve();
        },
        refuse: (reason) => {
          leave();
          reject(reason);
        },
      };
      const give = (): void => waiter.refuse(signal.reason);
      this.#waiters.add(waiter);
      signal.addEventListener('abort', give);
    });
  }
}
