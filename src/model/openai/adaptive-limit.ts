/**
 * How many calls an endpoint has at once, found out instead of guessed: it grows by one with every reply that begins
 * until the server first says it is too much, then by one for each round of calls, and is cut by a fifth when the
 * server says so. It grows only while it is the limit that holds calls back, and a reply that begins after the
 * server had sent its call away is no sign; after any other failure it is one like others. Calls wait in the order they came; one that is given up leaves the queue at once.
 *
 * The rule is additive increase, multiplicative decrease (Chiu and Jain 1989) with slow start. The sign is the first
 * token and not the end of a reply, which may take an hour.
 */
import { ModelError } from '../model-error.ts';
import { onAbort } from './abort.ts';
import type { Call, OnCallEvent } from './call.ts';
import type { Clock } from './clock.ts';

export interface ConcurrencyLimits {
  readonly initial: number;
  readonly most: number;
  /** Milliseconds after a cut in which others do not count: they are answers to the same crowd. */
  readonly cooldown: number;
}

export const defaultConcurrencyLimits: ConcurrencyLimits = { initial: 8, most: 64, cooldown: 15_000 };

const CUT = 0.8;
const SATURATED = 0.8;

/** A place for one call. */
export interface Slot {
  readonly waitedMilliseconds: number;
  /** The server has begun the reply of a call that it had not sent away. */
  began(): void;
  /** The server said that it is too much. */
  overloaded(): void;
  release(): void;
}

interface Waiting {
  readonly admit: () => void;
}

export class AdaptiveLimit {
  readonly #limits: ConcurrencyLimits;
  readonly #clock: Clock;
  readonly #onEvent: OnCallEvent | undefined;
  readonly #queue = new Set<Waiting>();
  #limit: number;
  #inFlight = 0;
  #isSlowStart = true;
  #cutAt = Number.NEGATIVE_INFINITY;

  constructor(limits: ConcurrencyLimits, clock: Clock, onEvent?: OnCallEvent) {
    this.#limits = limits;
    this.#clock = clock;
    this.#onEvent = onEvent;
    this.#limit = Math.min(limits.initial, limits.most);
  }

  /** What it never goes beyond. */
  get most(): number {
    return this.#limits.most;
  }

  /** Calls that may be under way at once, rounded down. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get queued(): number {
    return this.#queue.size;
  }

  /** Waits for a place; rejects with the reason of the first signal that is aborted before. */
  acquire(...signals: readonly (AbortSignal | undefined)[]): Promise<Slot> {
    const asked = this.#clock.now();
    return new Promise((resolve, reject) => {
      let stopListening = (): void => undefined;
      const waiting: Waiting = {
        admit: () => {
          stopListening();
          this.#inFlight += 1;
          resolve(this.#slot(this.#clock.now() - asked));
        },
      };
      this.#queue.add(waiting);
      stopListening = onAbort(signals, (reason) => {
        this.#queue.delete(waiting);
        reject(reason);
      });
      this.#admitNext();
    });
  }

  #slot(waitedMilliseconds: number): Slot {
    let isOpen = true;
    return {
      waitedMilliseconds,
      began: () => this.#grow(),
      overloaded: () => this.#cut(),
      release: () => {
        if (!isOpen) return;
        isOpen = false;
        this.#inFlight -= 1;
        this.#admitNext();
      },
    };
  }

  #admitNext(): void {
    for (const waiting of this.#queue) {
      if (this.#inFlight >= this.limit) return;
      this.#queue.delete(waiting);
      waiting.admit();
    }
  }

  #grow(): void {
    const isSaturated = this.#inFlight >= SATURATED * this.#limit;
    if (!isSaturated || this.#limit >= this.#limits.most) return;
    const before = this.limit;
    this.#limit = Math.min(this.#limits.most, this.#limit + (this.#isSlowStart ? 1 : 1 / this.#limit));
    this.#report(before);
    this.#admitNext();
  }

  #cut(): void {
    const now = this.#clock.now();
    if (now - this.#cutAt < this.#limits.cooldown) return;
    this.#cutAt = now;
    this.#isSlowStart = false;
    const before = this.limit;
    this.#limit = Math.max(1, Math.min(this.#limit, this.#inFlight) * CUT);
    this.#report(before);
  }

  #report(before: number): void {
    if (this.limit !== before) this.#onEvent?.({ kind: 'concurrency', limit: this.limit });
  }
}

export function limit(call: Call, state: AdaptiveLimit): Call {
  return async (request, context) => {
    context.onWaiting?.(true);
    const slot = await state.acquire(context.signal, context.stopping);
    context.onWaiting?.(false);
    context.onQueued(slot.waitedMilliseconds);
    try {
      return await call(request, {
        ...context,
        onFirstToken: () => {
          if (!context.wasTooMuch) slot.began();
          context.onFirstToken();
        },
      });
    } catch (error) {
      if (saysTooMuch(error)) slot.overloaded();
      throw error;
    } finally {
      slot.release();
    }
  };
}

/** The server has room for fewer calls than there are. */
export function saysTooMuch(error: unknown): boolean {
  return (
    error instanceof ModelError &&
    (error.kind === 'overloaded' || error.status === 503 || error.status === 429)
  );
}
