/**
 * One attempt at a call: the body in the dialect's words, one streamed POST, one reply. What a failed attempt had
 * used by then goes with its error.
 */
import type http from 'node:http';
import type { ChatRequest } from '../chat-model.ts';
import { ModelError } from '../model-error.ts';
import type { Call, CallContext } from './call.ts';
import { ChunkPattern } from './chunk-pattern.ts';
import type { Clock } from './clock.ts';
import { EventStreamParser } from './event-stream.ts';
import { failureInStream } from './failure.ts';
import { postStream, type StreamReader } from './post-stream.ts';
import { ReplyBuilder } from './reply-builder.ts';
import { type BodyOptions, requestBody } from './request-body.ts';
import type { ThinkTags } from './think-tags.ts';
import type { CallLimits, Watchdog } from './watchdog.ts';

export interface EndpointCallOptions extends BodyOptions {
  readonly label: string;
  readonly url: URL;
  readonly agent: http.Agent;
  readonly apiKey?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly thinkTags?: ThinkTags | undefined;
  readonly limits: CallLimits;
  readonly clock: Clock;
}

export function createEndpointCall(options: EndpointCallOptions): Call {
  const { url, agent, headers, limits, clock, label, apiKey } = options;
  return async (request, context) => {
    const body = JSON.stringify(requestBody(request, options));
    const reading = new ReplyReading(request, context, options);
    try {
      const { signal } = context;
      await postStream({ url, headers, body, agent, limits, clock, label, apiKey, signal }, reading);
      return reading.builder.finish();
    } catch (error) {
      throw withUsage(error, reading.builder);
    }
  };
}

/** Reads a stream of events into a reply. */
class ReplyReading implements StreamReader {
  readonly builder: ReplyBuilder;
  readonly #label: string;
  readonly #apiKey: string | undefined;
  readonly #parser: EventStreamParser;
  readonly #pattern = new ChunkPattern();
  readonly #onFirstToken: () => void;
  #isDone = false;
  #hasBegun = false;

  constructor(request: ChatRequest, context: CallContext, options: EndpointCallOptions) {
    const { label, apiKey, wantsTokens = false, thinkTags } = options;
    this.#label = label;
    this.#apiKey = apiKey;
    this.#onFirstToken = context.onFirstToken;
    this.builder = new ReplyBuilder({
      label,
      apiKey,
      wantsTokens,
      thinkTags,
      promptCharacters: charactersOf(request),
      onDelta: context.onDelta,
    });
    this.#parser = new EventStreamParser((data, type) => this.#event(data, type), {
      readKnownEvents: (bytes, start) => this.#readKnown(bytes, start),
    });
  }

  read(bytes: Uint8Array, watchdog: Watchdog): boolean {
    const hadBegun = this.#hasBegun;
    this.#parser.push(bytes);
    if (this.#hasBegun && !hadBegun) watchdog.firstToken();
    return !this.#isDone;
  }

  end(): void {
    this.#parser.end();
  }

  isEnoughWhenBroken(): boolean {
    return this.builder.isWhole;
  }

  /** Chunks that bring nothing but text, as long as such come. */
  #readKnown(bytes: Buffer, start: number): number {
    for (let at = start; ; ) {
      const next = this.#isDone ? at : this.#pattern.match(bytes, at);
      if (next === at) return at;
      this.builder.acceptPiece(this.#pattern.field, this.#pattern.text);
      at = next;
    }
  }

  #event(data: string, type: string): void {
    if (this.#isDone) return;
    if (data === '[DONE]') {
      this.#isDone = true;
      return;
    }
    const value = this.#parse(data, type);
    if (type === 'error') throw failureInStream(value, this.#label, this.#apiKey);
    this.builder.accept(value);
    this.#pattern.learn(data, value);
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      this.#onFirstToken();
    }
  }

  #parse(data: string, type: string): unknown {
    try {
      return JSON.parse(data);
    } catch (cause) {
      if (type === 'error') return data;
      throw new ModelError(`${this.#label}: an event is no JSON: ${data.slice(0, 200)}`, {
        kind: 'protocol',
        isRetryable: true,
        cause,
      });
    }
  }
}

function charactersOf({ messages }: ChatRequest): number {
  // A template adds some tokens of its own to every message.
  return messages.reduce((sum, { content }) => sum + content.length + 32, 0);
}

function withUsage(error: unknown, builder: ReplyBuilder): unknown {
  const usage = builder.usageSoFar;
  if (!(error instanceof ModelError) || usage === undefined) return error;
  const { kind, isRetryable, status, retryAfterMilliseconds, body, cause } = error;
  return new ModelError(error.message, {
    kind,
    isRetryable,
    usage,
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMilliseconds === undefined ? {} : { retryAfterMilliseconds }),
    ...(body === undefined ? {} : { body }),
    ...(cause === undefined ? {} : { cause }),
  });
}
