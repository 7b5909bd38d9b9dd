/**
 * A chat model behind an OpenAI-compatible endpoint: always streamed, with deadlines of our own, retried within bounds,
 * never more calls at once than the server takes. A stream that is not whole is a ModelError, never an answer; a key
 * appears in no error and no event.
 *
 * @example
 * const model = createOpenAiChatModel({
 *   name: 'qwen3-4b', baseUrl: 'http://127.0.0.1:8000/v1', model: 'Qwen/Qwen3-4B-Thinking-2507', dialect: 'vllm', api: 'chat',
 * });
 */
import type { ChatModel, Price } from '../chat-model.ts';
import { ModelError } from '../model-error.ts';
import { type ConcurrencyLimits, limit } from './adaptive-limit.ts';
import { type BreakerLimits, breaker } from './breaker.ts';
import type { OnCallEvent } from './call.ts';
import type { Clock } from './clock.ts';
import { type DialectName, dialectOf } from './dialect.ts';
import { addressOf, type Endpoint, shareEndpoint } from './endpoint.ts';
import { createEndpointCall } from './endpoint-call.ts';
import type { RenderPrompt } from './request-body.ts';
import { defaultRetryLimits, type RetryLimits, retry } from './retry.ts';
import type { ThinkTags } from './think-tags.ts';
import { type CallLimits, defaultCallLimits } from './watchdog.ts';

export interface OpenAiChatModelOptions {
  /** Enters the key of every durable call. */
  readonly name: string;
  /** Up to and without `/chat/completions`. */
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
  /** The model's name at the server. */
  readonly model: string;
  readonly dialect?: DialectName;
  readonly api: 'chat' | 'completions';
  /** Needed for `completions`: renders messages, best to token ids. */
  readonly renderPrompt?: RenderPrompt;
  /** Tags around reasoning in the text, for a server that does not take it out; `none` against the dialect's own. */
  readonly thinkTags?: ThinkTags | 'none';
  /** Asks for token ids and log-probs with every reply; refused where the dialect has none. */
  readonly tokens?: boolean;
  readonly price?: Price | undefined;
  readonly contextTokens?: number | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Fields of the request beyond the dialect, such as `chat_template_kwargs`. */
  readonly extraBody?: Readonly<Record<string, unknown>>;
  readonly limits?: Partial<CallLimits>;
  readonly retry?: Partial<RetryLimits>;
  readonly concurrency?: Partial<ConcurrencyLimits>;
  readonly breaker?: Partial<BreakerLimits>;
  readonly onEvent?: OnCallEvent;
  readonly clock?: Clock;
  /** By default the one that all users of this address and key share. */
  readonly endpoint?: Endpoint;
}

/** Throws a TypeError for a bad address and a ModelError where the dialect cannot do what is asked. */
export function createOpenAiChatModel(options: OpenAiChatModelOptions): ChatModel {
  const { name, model, api, apiKey, price, contextTokens, onEvent, tokens = false } = options;
  const dialect = dialectOf(options.dialect ?? 'generic');
  if (tokens && !dialect.givesTokenIds) {
    throw refused(name, `${dialect.name} gives no token ids with their log-probs`);
  }
  if (api === 'completions' && options.renderPrompt === undefined) {
    throw refused(name, 'completions need a chat format that renders messages to a prompt');
  }
  const endpoint = options.endpoint ?? shareEndpoint(options);
  const { clock } = endpoint;
  const attempt = createEndpointCall({
    label: `${name} at ${addressOf(endpoint.baseUrl)}`,
    url: new URL(api === 'chat' ? 'chat/completions' : 'completions', endpoint.baseUrl),
    agent: endpoint.agent,
    apiKey,
    headers: {
      'user-agent': 'qed-toolkit',
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      ...options.headers,
    },
    model,
    dialect,
    api,
    wantsTokens: tokens,
    thinkTags: options.thinkTags === 'none' ? undefined : (options.thinkTags ?? dialect.thinkTags),
    limits: { ...defaultCallLimits, ...options.limits },
    clock,
    ...(options.renderPrompt === undefined ? {} : { renderPrompt: options.renderPrompt }),
    ...(options.extraBody === undefined ? {} : { extraBody: options.extraBody }),
  });
  const call = retry(limit(breaker(attempt, endpoint.breaker), endpoint.limit), {
    name,
    limits: { ...defaultRetryLimits, ...options.retry },
    clock,
    onEvent,
  });
  return {
    name,
    ...(price === undefined ? {} : { price }),
    ...(contextTokens === undefined ? {} : { contextTokens }),
    places: endpoint.limit.most,
    generate(request, context = {}) {
      return call(request, { ...context, wasTooMuch: false, onFirstToken: nothing, onQueued: nothing });
    },
    async close() {
      endpoint.close();
    },
  };
}

function nothing(): void {
  // Nobody outside watches these signs.
}

function refused(name: string, message: string): ModelError {
  return new ModelError(`${name}: ${message}`, { kind: 'invalid-request', isRetryable: false });
}
