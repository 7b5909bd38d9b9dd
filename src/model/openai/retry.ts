/**
 * Tries a call again while that may help: bounded by attempts, by wall clock, and by whoever pays (`mayRetry`). Waits
 * are exponential with full jitter (Brooker, "Exponential backoff and jitter", AWS 2015) from a seeded source; what a
 * server asks for with `Retry-After` is obeyed, or the call given up where it lies beyond the wall clock. Waiting for a
 * turn does not count, and neither does an attempt that the breaker kept from being made.
 */
import { Random } from '../../stats/random.ts';
import type { GenerateContext } from '../chat-model.ts';
import { ModelError } from '../model-error.ts';
import { saysTooMuch } from './adaptive-limit.ts';
import type { Call, OnCallEvent } from './call.ts';
import { type Clock, pause } from './clock.ts';

export interface RetryLimits {
  /** Attempts in all, the first included. */
  readonly attempts: number;
  /** Milliseconds from the first attempt within which another may begin. */
  readonly wallClock: number;
  /** The first wait is up to this long, each next up to twice as long. */
  readonly firstDelay: number;
  readonly longestDelay: number;
}

export const defaultRetryLimits: RetryLimits = {
  attempts: 6,
  wallClock: 18_000_000,
  firstDelay: 1_000,
  longestDelay: 60_000,
};

/** Callers that a server sent away to one moment come back spread over so many milliseconds. */
const SPREAD = 200;

export interface RetryOptions {
  /** With the request's seed, the seed of the jitter. */
  readonly name: string;
  readonly limits: RetryLimits;
  readonly clock: Clock;
  readonly onEvent?: OnCallEvent | undefined;
}

export function retry(call: Call, options: RetryOptions): Call {
  const { limits, clock, onEvent } = options;
  return async (request, context) => {
    const random = new Random('retry', options.name, request.seed);
    const began = clock.now();
    const { context: watched, hasPieces } = watchDeltas(context);
    let queued = 0;
    let attempts = 0;
    let failures = 0;
    let wasTooMuch = false;
    for (;;) {
      try {
        return await call(request, {
          ...context,
          ...watched,
          wasTooMuch,
          onQueued: (milliseconds) => {
            queued += milliseconds;
            context.onQueued(milliseconds);
          },
        });
      } catch (error) {
        context.signal?.throwIfAborted();
        if (!(error instanceof ModelError) || !error.isRetryable) throw error;
        wasTooMuch ||= saysTooMuch(error);
        const wasMade = error.kind !== 'circuit-open';
        if (wasMade) attempts += 1;
        if (attempts >= limits.attempts) throw error;
        failures += 1;
        const delay = delayBefore(error, failures, limits, random);
        if (clock.now() - began - queued + delay > limits.wallClock) throw error;
        if (wasMade && context.mayRetry !== undefined && !(await context.mayRetry(error, attempts)))
          throw error;
        onEvent?.({ kind: 'retry', error, attempts, delayMilliseconds: delay });
        context.onWaiting?.(true);
        await pause(clock, delay, context.signal, context.stopping);
        if (hasPieces()) context.onDelta?.({ kind: 'restart' });
      }
    }
  };
}

/** Milliseconds before the next attempt after so many failures. */
function delayBefore(error: ModelError, failures: number, limits: RetryLimits, random: Random): number {
  const asked = error.retryAfterMilliseconds ?? 0;
  if (asked > 0) return asked + random.next() * SPREAD;
  return random.next() * Math.min(limits.longestDelay, limits.firstDelay * 2 ** (failures - 1));
}

/** Notes whether pieces were given since the last beginning. */
function watchDeltas(context: GenerateContext): {
  readonly context: Pick<GenerateContext, 'onDelta'>;
  readonly hasPieces: () => boolean;
} {
  const { onDelta } = context;
  if (onDelta === undefined) return { context: {}, hasPieces: () => false };
  let pieces = 0;
  return {
    context: {
      onDelta: (delta) => {
        pieces += 1;
        onDelta(delta);
      },
    },
    hasPieces: () => {
      const had = pieces > 0;
      pieces = 0;
      return had;
    },
  };
}
