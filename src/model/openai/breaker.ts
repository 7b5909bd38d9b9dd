/**
 * Leaves an endpoint alone that does not work. It opens when calls fail one after the other, without one success, in
 * number and over a time; after a while one call tries it, and its first token closes it again. What shows that the
 * endpoint works, if only by refusing a request, is no failure; a limit on the rate (429) is neither.
 */
import { ModelError } from '../model-error.ts';
import type { Call, OnCallEvent } from './call.ts';
import type { Clock } from './clock.ts';

export interface BreakerLimits {
  /** Failures in a row that open it. */
  readonly failures: number;
  /** Milliseconds that the row must have lasted: a burst of calls that fail together is one failure. */
  readonly span: number;
  /** Milliseconds that it stays open at first; twice as long after each trial that fails. */
  readonly rest: number;
  readonly longestRest: number;
}

export const defaultBreakerLimits: BreakerLimits = {
  failures: 10,
  span: 5_000,
  rest: 5_000,
  longestRest: 60_000,
};

/** How long callers wait for the outcome of a trial before they ask again. */
const TRIAL_WAIT = 1_000;

export class Breaker {
  readonly #limits: BreakerLimits;
  readonly #clock: Clock;
  readonly #label: string;
  readonly #onEvent: OnCallEvent | undefined;
  #state: 'closed' | 'open' | 'half-open' = 'closed';
  #failures = 0;
  #rowBeganAt = 0;
  #rest: number;
  #triesAt = 0;
  #last: unknown;

  constructor(limits: BreakerLimits, clock: Clock, label: string, onEvent?: OnCallEvent) {
    this.#limits = limits;
    this.#clock = clock;
    this.#label = label;
    this.#onEvent = onEvent;
    this.#rest = limits.rest;
  }

  /** Throws a ModelError `circuit-open` when the endpoint is left alone; it says when to come again. */
  admit(): void {
    if (this.#state === 'closed') return;
    const wait = this.#state === 'open' ? this.#triesAt - this.#clock.now() : TRIAL_WAIT;
    if (wait <= 0) {
      this.#become('half-open');
      return;
    }
    const why = this.#last instanceof Error ? this.#last.message : '';
    throw new ModelError(`${this.#label} is left alone for ${Math.ceil(wait / 1_000)} s; last: ${why}`, {
      kind: 'circuit-open',
      isRetryable: true,
      retryAfterMilliseconds: wait,
      cause: this.#last,
    });
  }

  /** The endpoint works. */
  succeeded(): void {
    this.#failures = 0;
    this.#rest = this.#limits.rest;
    if (this.#state !== 'closed') this.#become('closed');
  }

  /** A reply has begun: of a trial that is enough, since the rest may take an hour. */
  replyBegan(): void {
    if (this.#state === 'half-open') this.succeeded();
  }

  failed(error: unknown): void {
    const now = this.#clock.now();
    this.#last = error;
    if (this.#failures === 0) this.#rowBeganAt = now;
    this.#failures += 1;
    const { failures, span, longestRest } = this.#limits;
    if (this.#state === 'half-open') {
      this.#rest = Math.min(longestRest, this.#rest * 2);
      this.#open(now);
    } else if (this.#state === 'closed' && this.#failures >= failures && now - this.#rowBeganAt >= span) {
      this.#open(now);
    }
  }

  /** A trial ended without telling anything, as when its caller gave it up: the next call is the trial. */
  trialEndedWithout(): void {
    if (this.#state === 'half-open') this.#open(this.#clock.now() - this.#rest);
  }

  #open(from: number): void {
    this.#triesAt = from + this.#rest;
    this.#become('open');
  }

  #become(state: 'closed' | 'open' | 'half-open'): void {
    this.#state = state;
    this.#onEvent?.({ kind: 'breaker', state });
  }
}

export function breaker(call: Call, state: Breaker): Call {
  return async (request, context) => {
    state.admit();
    try {
      const reply = await call(request, {
        ...context,
        onFirstToken: () => {
          state.replyBegan();
          context.onFirstToken();
        },
      });
      state.succeeded();
      return reply;
    } catch (error) {
      if (isEndpointFailure(error)) state.failed(error);
      else if (error instanceof ModelError && error.status !== undefined && error.status < 429)
        state.succeeded();
      else state.trialEndedWithout();
      throw error;
    }
  };
}

const failures = new Set(['connection', 'idle-timeout', 'server', 'protocol']);

/** The endpoint did not do its work, as against refusing to, or being busy. */
function isEndpointFailure(error: unknown): boolean {
  return error instanceof ModelError && (failures.has(error.kind) || (error.status ?? 0) >= 500);
}
