/**
 * The JSON of chat answers: fields and their order as OpenAI's server writes them, and `reasoning_content` beside
 * `content` as DeepSeek, vLLM and SGLang do. An answer that the limit cut off in its reasoning has content null.
 */
import type { Reply, Usage } from '../model/chat-model.ts';

/** What every object of one answer carries. */
export interface AnswerHead {
  readonly id: string;
  /** Unix seconds. */
  readonly created: number;
  /** The id that was asked for. */
  readonly model: string;
}

export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: readonly number[];
  readonly top_logprobs: readonly never[];
}

/** The whole of an answer that is not streamed. */
export function chatCompletion(
  head: AnswerHead,
  replies: readonly Reply[],
  options: { readonly usage: Usage; readonly logprobs: readonly (readonly TokenLogprob[] | undefined)[] },
): object {
  return {
    ...headOf(head, 'chat.completion'),
    choices: replies.map(({ reasoning, answer, finish }, index) => ({
      index,
      message: {
        role: 'assistant',
        content: answer ?? null,
        ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
        refusal: null,
      },
      logprobs: logprobsOf(options.logprobs[index]),
      finish_reason: finish,
    })),
    usage: usageOf(options.usage),
  };
}

/** Writes the chunks of one streamed answer, each one line of JSON. */
export class ChatChunks {
  readonly #before: string;
  readonly #after: string;

  constructor(head: AnswerHead, includeUsage: boolean) {
    this.#before = `${JSON.stringify(headOf(head, 'chat.completion.chunk')).slice(0, -1)},"choices":[`;
    this.#after = includeUsage ? '],"usage":null}' : ']}';
  }

  /** Opens a choice. */
  role(index: number): string {
    return this.#choice(index, '{"role":"assistant","content":"","refusal":null}');
  }

  text(index: number, kind: 'reasoning' | 'answer', text: string): string {
    const field = kind === 'answer' ? 'content' : 'reasoning_content';
    return this.#choice(index, `{"${field}":${JSON.stringify(text)}}`);
  }

  logprobs(index: number, logprobs: readonly TokenLogprob[]): string {
    return this.#choice(index, '{}', JSON.stringify(logprobsOf(logprobs)));
  }

  /** Closes a choice. */
  finish(index: number, finish: Reply['finish']): string {
    return this.#choice(index, '{}', 'null', `"${finish}"`);
  }

  /** The last one, where it was asked for. */
  usage(usage: Usage): string {
    return `${this.#before}],"usage":${JSON.stringify(usageOf(usage))}}`;
  }

  #choice(index: number, delta: string, logprobs = 'null', finish = 'null'): string {
    return `${this.#before}{"index":${index},"delta":${delta},"logprobs":${logprobs},"finish_reason":${finish}}${this.#after}`;
  }
}

/** One entry a sampled token. A character whose bytes are several tokens' is U+FFFD in each; `bytes` are exact. */
export function tokenLogprobs(
  reply: Reply,
  bytesOf: (id: number) => Uint8Array | undefined,
): TokenLogprob[] | undefined {
  const { tokens } = reply;
  if (tokens === undefined) return undefined;
  return Array.from(tokens.completion_T, (id, t) => {
    const bytes = bytesOf(id) ?? new Uint8Array();
    return {
      token: new TextDecoder().decode(bytes),
      logprob: tokens.logprobs_T[t] ?? Number.NaN,
      bytes: [...bytes],
      top_logprobs: [],
    };
  });
}

export function usageOf({ promptTokens, completionTokens, cachedPromptTokens }: Usage): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    ...(cachedPromptTokens === undefined
      ? {}
      : { prompt_tokens_details: { cached_tokens: cachedPromptTokens } }),
  };
}

/**
 * What the choices of one answer cost together. Choices of a model share their prompt, which is counted once, as
 * OpenAI does; a scaffold's calls each have their own.
 */
export function usageTogether(usages: readonly Usage[], sharesPrompt: boolean): Usage {
  const counted = sharesPrompt ? usages.slice(0, 1) : usages;
  const sum = (list: readonly Usage[], count: (usage: Usage) => number): number =>
    list.reduce((total, usage) => total + count(usage), 0);
  const promptTokens = sum(counted, (usage) => usage.promptTokens);
  const completionTokens = sum(usages, (usage) => usage.completionTokens);
  const isCacheKnown = usages.some((usage) => usage.cachedPromptTokens !== undefined);
  const cachedPromptTokens = sum(counted, (usage) => usage.cachedPromptTokens ?? 0);
  return { promptTokens, completionTokens, ...(isCacheKnown ? { cachedPromptTokens } : {}) };
}

function headOf({ id, created, model }: AnswerHead, object: string): object {
  return { id, object, created, model };
}

function logprobsOf(content: readonly TokenLogprob[] | undefined): object | null {
  return content === undefined ? null : { content, refusal: null };
}
