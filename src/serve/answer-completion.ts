/**
 * Answers `POST /v1/completions`: goes on with a text or with token ids, for models that can. A stream of it has one
 * piece a choice, since text that is not known to be an answer is not taken apart as it comes.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { ChatModel } from '../model/chat-model.ts';
import type { Completion, CompletionRequest, SampledToken } from '../model/completion.ts';
import type { AnswerOptions } from './answer-chat.ts';
import { ApiError, apiErrorOf, invalidRequest } from './api-error.ts';
import type { ParseContext } from './chat-request.ts';
import { usageOf, usageTogether } from './chat-shapes.ts';
import { EventStream } from './event-stream.ts';
import type { Exchange } from './exchange.ts';
import {
  checkStreamOptions,
  commonRefusals,
  type Refusals,
  readFields,
  samplingFields,
  samplingOf,
  seedsOf,
} from './request-fields.ts';
import type { ServedModel } from './served-model.ts';
import { settle } from './settle.ts';

const refusals: Refusals = {
  ...commonRefusals,
  suffix: { unless: [''], why: 'text is not filled in' },
  echo: { unless: [false], why: 'the prompt is not given back' },
  best_of: { unless: [1], why: 'every choice is given back' },
};

const bodySchema = z.strictObject({
  ...samplingFields,
  prompt: z.union([z.string(), z.array(z.int().min(0)).min(1), z.array(z.string()).length(1)], {
    error: 'one text, or the token ids of one',
  }),
  max_tokens: z.int().min(1).optional(),
  logprobs: z.int().min(0).max(5).optional(),
});

/** OpenAI's own default for this call. */
const defaultMaxTokens = 16;

export interface ParsedCompletion {
  readonly served: ServedModel;
  readonly complete: NonNullable<ChatModel['complete']>;
  readonly requests: readonly CompletionRequest[];
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly logprobs: boolean;
}

/** Throws an ApiError of 400 with the field, or of 404. */
export function parseCompletion(
  body: unknown,
  { find, nextSeed, mostChoices }: ParseContext,
): ParsedCompletion {
  const fields = readFields(body, bodySchema, refusals);
  const served = find(fields.model);
  const complete = served.model.complete?.bind(served.model);
  if (complete === undefined) {
    throw new ApiError(`${served.id} answers chats only: use /v1/chat/completions`, {
      status: 400,
      type: 'invalid_request_error',
      code: 'unsupported_endpoint',
      param: 'model',
    });
  }
  const { n = 1, prompt } = fields;
  if (n > mostChoices) throw invalidRequest('n', `n: at most ${mostChoices} here`);
  checkStreamOptions(fields);
  const [first] = prompt;
  const common = {
    prompt: typeof prompt !== 'string' && typeof first === 'string' ? first : (prompt as string | number[]),
    maxTokens: fields.max_tokens ?? defaultMaxTokens,
    temperature: fields.temperature ?? served.defaults.temperature,
    sampling: samplingOf(fields, served.defaults.sampling),
    topLogprobs: fields.logprobs ?? 0,
  };
  return {
    served,
    complete,
    requests: seedsOf(fields.seed ?? nextSeed(), n).map((seed) => ({ ...common, seed })),
    stream: fields.stream ?? false,
    includeUsage: fields.stream_options?.include_usage ?? false,
    logprobs: fields.logprobs !== undefined,
  };
}

/** Throws what could not be answered, as long as nothing was sent. */
export async function answerCompletion(
  asked: ParsedCompletion,
  exchange: Exchange,
  { places, created, keepAliveMilliseconds, stallMilliseconds }: AnswerOptions,
): Promise<void> {
  const id = `cmpl-${randomUUID().replaceAll('-', '')}`;
  const head = { id, object: 'text_completion', created, model: asked.served.id };
  const events = asked.stream
    ? new EventStream(exchange.response, {
        keepAliveMilliseconds,
        stallMilliseconds,
        onDrain: () => undefined,
      })
    : undefined;
  const choiceOf = (completion: Completion, index: number): object => ({
    index,
    text: completion.text,
    logprobs: asked.logprobs ? logprobsOf(completion.tokens ?? []) : null,
    finish_reason: completion.finish,
  });
  const makeOne = async (index: number): Promise<Completion> => {
    const [request, place] = [asked.requests[index], places[index]];
    if (request === undefined || place === undefined) throw new RangeError(`there is no choice ${index}`);
    const { signal } = exchange;
    const made = await settle(
      place.run(signal, () => asked.complete(request, { signal })),
      signal,
    );
    const usage = asked.includeUsage ? { usage: null } : {};
    events?.send(JSON.stringify({ ...head, choices: [choiceOf(made, index)], ...usage }));
    return made;
  };
  try {
    const made = await Promise.all(places.map((_, index) => makeOne(index)));
    const usage = usageTogether(
      made.map((one) => one.usage),
      true,
    );
    exchange.usage = usage;
    if (events === undefined) {
      exchange.sendJson(200, { ...head, choices: made.map(choiceOf), usage: usageOf(usage) });
      return;
    }
    if (asked.includeUsage) events.send(JSON.stringify({ ...head, choices: [], usage: usageOf(usage) }));
    events.end();
  } catch (error) {
    // Choices that still run are not wanted any more.
    exchange.cancel(apiErrorOf(error));
    if (events === undefined || !exchange.response.headersSent) {
      events?.cancel();
      throw error;
    }
    exchange.error = apiErrorOf(error);
    events.fail(JSON.stringify(exchange.error));
  }
}

function logprobsOf(tokens: readonly SampledToken[]): object {
  const decoder = new TextDecoder();
  const texts = tokens.map(({ bytes }) => decoder.decode(bytes));
  let offset = 0;
  return {
    tokens: texts,
    token_logprobs: tokens.map(({ logprob }) => logprob),
    top_logprobs: tokens.every(({ top }) => top === undefined)
      ? null
      : tokens.map(({ top = [] }) => topOf(top, decoder)),
    text_offset: texts.map((text) => {
      const at = offset;
      offset += text.length;
      return at;
    }),
  };
}

/** By text, the likeliest first; of tokens that read the same (parts of a character) the likeliest. */
function topOf(top: NonNullable<SampledToken['top']>, decoder: TextDecoder): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { bytes, logprob } of top) {
    const text = decoder.decode(bytes);
    if (!Object.hasOwn(found, text)) found[text] = logprob;
  }
  return found;
}
