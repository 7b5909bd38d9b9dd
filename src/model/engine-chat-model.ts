/**
 * A chat model on an engine's sampler: renders messages with the model's own chat format, samples, and takes the
 * reply apart by token ids. TOKEN-EXACT: the reply carries the ids that were sampled; its text is only read.
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
    generate: (request, context = {}) => generate({ name, sampler, format }, request, context),
    countPromptTokens: (messages) => format.renderPrompt(messages).length,
    ...(onClose === undefined ? {} : { close: onClose }),
  };
}

async function generate(
  {
    name,
    sampler,
    format,
  }: { readonly name: string; readonly sampler: Sampler; readonly format: ChatFormat },
  request: ChatRequest,
  { signal, onDelta }: GenerateContext,
): Promise<Reply> {
  const prompt_T = format.renderPrompt(request.messages);
  const { maxTokens, temperature, sampling = {} } = request;
  const [sample] = await sampler
    .sample({
      prompt_T,
      seeds_S: [request.seed],
      sampling: {
        maxTokens,
        temperature,
        stopTokenIds: format.stopTokenIds,
        ...parametersOf(name, sampling),
      },
      ...(signal === undefined ? {} : { signal }),
    })
    .catch((error: unknown) => {
      throw asModelError(name, error, prompt_T.length + maxTokens);
    });
  if (sample === undefined) throw new Error(`${name}: the sampler returned no sample`);
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
