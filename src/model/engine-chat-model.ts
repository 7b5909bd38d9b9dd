/**
 * A chat model on an engine's sampler: renders messages with the model's own chat format, samples, and takes the
 * reply apart by token ids. TOKEN-EXACT: the reply carries the ids that were sampled; its text is only read. It also goes on with texts (`complete`), which is no chat.
 */
import type { Sample, Sampler, SamplingParameters } from '../engine/engine.ts';
import type { ChatFormat, ParsedReply } from '../tokenizer/tokenizer.ts';
import type {
  ChatModel,
  ChatRequest,
  GenerateContext,
  Price,
  Reply,
  SamplingSettings,
} from './chat-model.ts';
import type { Completion, CompletionRequest, SampledToken } from './completion.ts';
import { ModelError } from './model-error.ts';

/**
 * `name` enters the key of every durable call, so two checkpoints need two names. Stop texts need a sampler that was
 * made with the tokenizer. The reply comes whole: pieces for `onDelta` are given at its end.
 */
export function createEngineChatModel(options: {
  readonly name: string;
  readonly sampler: Sampler;
  readonly format: ChatFormat;
  readonly price?: Price;
  /** Prompt and reply together: the model's positions. */
  readonly contextTokens?: number;
  /** Called by `close`, in place of closing the sampler. */
  readonly onClose?: () => Promise<void>;
}): ChatModel {
  const { name, sampler, format, price, contextTokens, onClose } = options;
  return {
    name,
    ...(price === undefined ? {} : { price }),
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(sampler.places === undefined ? {} : { places: sampler.places }),
    generate: (request, context = {}) => generate({ name, sampler, format }, request, context),
    countPromptTokens: (messages) => format.renderPrompt(messages).length,
    bytesOf: (id) => format.tokenizer.bytesOf(id),
    complete: (request, context = {}) => complete({ name, sampler, format }, request, context),
    ...(onClose === undefined ? {} : { close: onClose }),
  };
}

interface Parts {
  readonly name: string;
  readonly sampler: Sampler;
  readonly format: ChatFormat;
}

async function generate(
  parts: Parts,
  request: ChatRequest,
  { signal, onDelta }: GenerateContext,
): Promise<Reply> {
  const { format } = parts;
  const prompt_T = format.renderPrompt(request.messages);
  const sample = await sampleOne(parts, prompt_T, request, { signal });
  const { reasoning, answer } = withoutStop(format.parseReply(sample.tokens_T), sample);
  if (reasoning !== '') onDelta?.({ kind: 'reasoning', text: reasoning });
  if (answer !== undefined && answer !== '') onDelta?.({ kind: 'answer', text: answer });
  return {
    reasoning,
    answer,
    finish: sample.finish,
    usage: { promptTokens: prompt_T.length, completionTokens: sample.tokens_T.length },
    tokens: {
      prompt_T,
      completion_T: sample.tokens_T,
      logprobs_T: sample.logprobs_T,
      versions: sample.versions,
    },
  };
}

async function complete(
  parts: Parts,
  request: CompletionRequest,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<Completion> {
  const { tokenizer, stopTokenIds } = parts.format;
  const { prompt, topLogprobs = 0 } = request;
  const prompt_T = typeof prompt === 'string' ? tokenizer.encode(prompt) : Int32Array.from(prompt);
  const sample = await sampleOne(parts, prompt_T, request, { signal, topLogprobs });
  const { tokens_T, logprobs_T, stopString, finish } = sample;
  const isEnded = stopTokenIds.includes(tokens_T.at(-1) ?? -1);
  const text = tokenizer.decode(isEnded ? tokens_T.subarray(0, -1) : tokens_T);
  const end = stopString === undefined ? -1 : text.indexOf(stopString);
  const bytesOf = (id: number): Uint8Array => tokenizer.bytesOf(id) ?? new Uint8Array();
  const topOf = (t: number): NonNullable<SampledToken['top']> => {
    const { tokens, logprobs, count } = sample.topLogprobs ?? { tokens: [], logprobs: [], count: 0 };
    const ids = Array.from(tokens.slice(t * count, (t + 1) * count));
    return ids.map((id, i) => ({ bytes: bytesOf(id), logprob: logprobs[t * count + i] ?? Number.NaN }));
  };
  return {
    text: end < 0 ? text : text.slice(0, end),
    finish,
    usage: { promptTokens: prompt_T.length, completionTokens: tokens_T.length },
    tokens: Array.from(tokens_T, (id, t) => ({
      bytes: bytesOf(id),
      logprob: logprobs_T[t] ?? Number.NaN,
      ...(topLogprobs === 0 ? {} : { top: topOf(t) }),
    })),
  };
}

async function sampleOne(
  { name, sampler, format }: Parts,
  prompt_T: Int32Array,
  request: ChatRequest | CompletionRequest,
  { signal, topLogprobs = 0 }: { readonly signal: AbortSignal | undefined; readonly topLogprobs?: number },
): Promise<Sample> {
  const { maxTokens, temperature, seed, sampling = {} } = request;
  const drawing = { maxTokens, temperature, stopTokenIds: format.stopTokenIds };
  const [sample] = await sampler
    .sample({
      prompt_T,
      seeds_S: [seed],
      sampling: { ...drawing, ...parametersOf(name, sampling) },
      ...(topLogprobs === 0 ? {} : { topLogprobs }),
      ...(signal === undefined ? {} : { signal }),
    })
    .catch((error: unknown) => {
      throw asModelError(name, error, prompt_T.length + maxTokens);
    });
  if (sample === undefined) throw new Error(`${name}: the sampler returned no sample`);
  return sample;
}

/** The settings in the engine's words; what it has no word for is refused. */
function parametersOf(name: string, settings: SamplingSettings): Partial<SamplingParameters> {
  const { stop, reasoningEffort, ...rest } = settings;
  if (reasoningEffort !== undefined) {
    throw new ModelError(`${name}: it has no reasoning effort to set`, {
      kind: 'invalid-request',
      isRetryable: false,
    });
  }
  return { ...rest, ...(stop === undefined || stop.length === 0 ? {} : { stopStrings: stop }) };
}

/** A stop text is no part of the reply, nor what its last token holds beyond it. */
function withoutStop({ reasoning, answer }: ParsedReply, { stopString }: Sample): ParsedReply {
  const cut = (text: string): string => {
    const at = stopString === undefined ? -1 : text.indexOf(stopString);
    return at < 0 ? text : text.slice(0, at).trimEnd();
  };
  return answer === undefined ? { reasoning: cut(reasoning), answer } : { reasoning, answer: cut(answer) };
}

/** The engine refuses with a RangeError what it cannot do. */
function asModelError(name: string, error: unknown, tokens: number): unknown {
  if (!(error instanceof RangeError)) return error;
  const isTooLong = error.message.includes(`make ${tokens} tokens`);
  return new ModelError(`${name}: ${error.message}`, {
    kind: isTooLong ? 'context-length' : 'invalid-request',
    isRetryable: false,
    cause: error,
  });
}
