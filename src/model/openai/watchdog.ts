/**
 * The deadlines of one streamed call: to connect, to the first piece of the reply, between two bytes, and in all. One
 * timer serves them all and is set anew only when it fires, so that a byte costs an assignment and no timer.
 */
import type { Clock, Timer } from './clock.ts';

/** Milliseconds. */
export interface CallLimits {
  /** To a connection, with TLS. */
  readonly connect: number;
  /** From the beginning to the first piece of the reply: the server's queue and its reading of the prompt. */
  readonly firstToken: number;
  /** Without a byte once the reply has begun. */
  readonly idle: number;
  /** The whole call. */
  readonly total: number;
}

/** A long proof takes hours, and its first token waits while a server is full. */
export const defaultCallLimits: CallLimits = {
  connect: 30_000,
  firstToken: 1_800_000,
  idle: 300_000,
  total: 18_000_000,
};

export type Expiry = keyof CallLimits;

export class Watchdog {
  readonly #limits: CallLimits;
  readonly #clock: Clock;
  readonly #onExpiry: (expiry: Expiry) => void;
  readonly #beganAt: number;
  #phase: 'connect' | 'firstToken' | 'idle' = 'connect';
  #lastByteAt: number;
  #timer: Timer | undefined;

  constructor(limits: CallLimits, clock: Clock, onExpiry: (expiry: Expiry) => void) {
    this.#limits = limits;
    this.#clock = clock;
    this.#onExpiry = onExpiry;
    this.#beganAt = clock.now();
    this.#lastByteAt = this.#beganAt;
    this.#arm();
  }

  connected(): void {
    if (this.#phase === 'connect') this.#enter('firstToken');
  }

  /** Any byte, comments too. */
  byte(): void {
    this.#lastByteAt = this.#clock.now();
  }

  /** The reply has begun: comments that keep a connection alive are none. */
  firstToken(): void {
    if (this.#phase !== 'idle') this.#enter('idle');
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #enter(phase: 'firstToken' | 'idle'): void {
    this.#phase = phase;
    this.#arm();
  }

  #next(): { readonly at: number; readonly expiry: Expiry } {
    const from = this.#phase === 'idle' ? this.#lastByteAt : this.#beganAt;
    const at = from + this.#limits[this.#phase];
    const end = this.#beganAt + this.#limits.total;
    return end <= at ? { at: end, expiry: 'total' } : { at, expiry: this.#phase };
  }

  #arm(): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.after(Math.max(0, this.#next().at - this.#clock.now()), () => {
      const { at, expiry } = this.#next();
      // Bytes have come since, or the timer was cut short: it is set again.
      if (this.#clock.now() < at) this.#arm();
      else this.#onExpiry(expiry);
    });
  }
}
