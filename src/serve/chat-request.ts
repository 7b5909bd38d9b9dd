/**
 * The body of `POST /v1/chat/completions`, as what a chat model is asked. Tools, formats of the answer, images and
 * sounds are refused by field.
 */
import { z } from 'zod';
import type { ChatRequest, SamplingSettings } from '../model/chat-model.ts';
import type { Message } from '../tokenizer/tokenizer.ts';
import { invalidRequest } from './api-error.ts';
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

export interface ParsedChat {
  readonly served: ServedModel;
  /** One a choice. */
  readonly requests: readonly ChatRequest[];
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly logprobs: boolean;
}

/** What parsing needs to know of the server. */
export interface ParseContext {
  /** Throws an ApiError of 404. */
  readonly find: (id: string) => ServedModel;
  /** A seed for a request without one. */
  readonly nextSeed: () => number;
  /** Most choices of a request. */
  readonly mostChoices: number;
}

const noTools = 'this server calls no tools';
const refusals: Refusals = {
  ...commonRefusals,
  tools: { unless: [[]], why: noTools },
  tool_choice: { unless: ['none', 'auto'], why: noTools },
  functions: { unless: [[]], why: noTools },
  function_call: { unless: ['none', 'auto'], why: noTools },
  web_search_options: { unless: [], why: noTools },
  response_format: { unless: [{ type: 'text' }], why: 'answers are text; no other format can be kept to' },
  modalities: { unless: [['text']], why: 'answers are text' },
  audio: { unless: [], why: 'answers are text' },
  prediction: { unless: [], why: 'predicted output is not taken' },
  store: { unless: [false], why: 'nothing is stored' },
  top_logprobs: { unless: [0], why: 'only the log-prob of the sampled token is known' },
  verbosity: { unless: ['medium'], why: 'the model cannot be told' },
};

const textPart = z.strictObject({
  type: z.literal('text', { error: 'only text is read' }),
  text: z.string(),
});
const content = z.union([z.string(), z.array(textPart)], { error: 'a text, or parts of type text' });
/** What clients send back of an answer that they were given; empty where it is ours. */
const none = z.union([z.null(), z.array(z.never()).max(0)], { error: noTools }).optional();
const messageSchema = z.discriminatedUnion(
  'role',
  [
    z.strictObject({ role: z.enum(['system', 'developer', 'user']), content }),
    z.strictObject({
      role: z.literal('assistant'),
      content,
      // Reasoning of earlier turns is not shown to a model again.
      reasoning_content: z.string().nullish(),
      reasoning: z.string().nullish(),
      refusal: z.null().optional(),
      annotations: z.array(z.unknown()).nullish(),
      tool_calls: none,
      function_call: z.null({ error: noTools }).optional(),
      audio: z.null({ error: 'answers are text' }).optional(),
    }),
  ],
  { error: 'a message of system, developer, user or assistant' },
);

const bodySchema = z.strictObject({
  ...samplingFields,
  messages: z.array(messageSchema).min(1),
  max_tokens: z.int().min(1).optional(),
  max_completion_tokens: z.int().min(1).optional(),
  reasoning_effort: z.enum(['low', 'medium', 'high']).optional(),
  logprobs: z.boolean().optional(),
});

/** Throws an ApiError of 400 with the field, or of 404. */
export function parseChat(body: unknown, { find, nextSeed, mostChoices }: ParseContext): ParsedChat {
  const fields = readFields(body, bodySchema, refusals);
  const served = find(fields.model);
  const { max_tokens, max_completion_tokens, n = 1, logprobs = false } = fields;
  if (
    max_tokens !== undefined &&
    max_completion_tokens !== undefined &&
    max_tokens !== max_completion_tokens
  ) {
    throw invalidRequest('max_tokens', 'max_tokens: max_completion_tokens says otherwise');
  }
  if (n > mostChoices) throw invalidRequest('n', `n: at most ${mostChoices} here`);
  checkStreamOptions(fields);
  const messages = fields.messages.map(
    (message): Message => ({
      role: message.role === 'developer' ? 'system' : message.role,
      content: textOf(message.content),
    }),
  );
  if (messages.at(-1)?.role === 'assistant') {
    const last = `messages[${messages.length - 1}]`;
    throw invalidRequest(
      last,
      `${last}: the last message is the assistant's, which this server does not go on with`,
    );
  }
  if (logprobs && served.model.bytesOf === undefined) {
    throw invalidRequest('logprobs', `logprobs: ${served.id} does not give them`, 'unsupported_parameter');
  }
  const sampling: SamplingSettings = samplingOf(fields, served.defaults.sampling, fields.reasoning_effort);
  const common = {
    messages,
    maxTokens: max_completion_tokens ?? max_tokens ?? usualMaxTokens(served, messages),
    temperature: fields.temperature ?? served.defaults.temperature,
    ...(Object.keys(sampling).length === 0 ? {} : { sampling }),
  };
  return {
    served,
    requests: seedsOf(fields.seed ?? nextSeed(), n).map((seed) => ({ ...common, seed })),
    stream: fields.stream ?? false,
    includeUsage: fields.stream_options?.include_usage ?? false,
    logprobs,
  };
}

/** What is usual, but no more than there is room for after the prompt. */
function usualMaxTokens({ model, defaults }: ServedModel, messages: readonly Message[]): number {
  const { contextTokens = Number.POSITIVE_INFINITY } = model;
  const room = contextTokens - (model.countPromptTokens?.(messages) ?? 0);
  return Math.max(1, Math.min(defaults.maxTokens, room));
}

function textOf(content: z.output<typeof messageSchema>['content']): string {
  return typeof content === 'string' ? content : content.map(({ text }) => text).join('');
}
