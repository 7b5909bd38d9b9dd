/**
 * A call as the layers around it see it: one request, one reply or a ModelError, and a few signs on the way. Retry,
 * limit and breaker each take such a call and give one: `retry(limit(breaker(call)))`.
 */
import type { ChatRequest, GenerateContext, Reply } from '../chat-model.ts';

export interface CallContext extends GenerateContext {
  /** An earlier attempt at this call was too much for the server. */
  readonly wasTooMuch: boolean;
  /** The server has begun to answer: it had room for the call. */
  readonly onFirstToken: () => void;
  /** The call has waited so many milliseconds for its turn. */
  readonly onQueued: (milliseconds: number) => void;
}

export type Call = (request: ChatRequest, context: CallContext) => Promise<Reply>;

/** What happens on the way, for whoever watches. */
export type CallEvent =
  | {
      readonly kind: 'retry';
      readonly error: unknown;
      /** Attempts made so far. */
      readonly attempts: number;
      readonly delayMilliseconds: number;
    }
  | { readonly kind: 'breaker'; readonly state: 'closed' | 'open' | 'half-open' }
  | { readonly kind: 'concurrency'; readonly limit: number };

export type OnCallEvent = (event: CallEvent) => void;
