/**
 * The chat-model seam: one request, one reply, from an endpoint, a GGUF file or an engine. A reply separates
 * reasoning from answer and always has a finish reason; a reply without one is an error, never an answer.
 */
import type { VersionSpan } from '../engine/engine.ts';
import type { Message } from '../tokenizer/tokenizer.ts';
import type { Completion, CompletionRequest } from './completion.ts';
import type { ModelError } from './model-error.ts';

export const reasoningEfforts = ['low', 'medium', 'high'] as const;
export type ReasoningEffort = (typeof reasoningEfforts)[number];

/** What a model may be told beyond temperature. What a model cannot do it refuses; nothing is ignored. */
export interface SamplingSettings {
  readonly topP?: number;
  readonly topK?: number;
  readonly minP?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  readonly repetitionPenalty?: number;
  /** Texts that end a reply; they are not part of it. */
  readonly stop?: readonly string[];
  readonly reasoningEffort?: ReasoningEffort;
}

export interface ChatRequest {
  readonly messages: readonly Message[];
  /** Most tokens of a reply, its reasoning included. */
  readonly maxTokens: number;
  readonly temperature: number;
  readonly seed: number;
  readonly sampling?: SamplingSettings;
}

export interface Usage {
  readonly promptTokens: number;
  /** Reasoning included. */
  readonly completionTokens: number;
  /** Where the server tells: how many of the prompt's tokens it had in a cache. */
  readonly cachedPromptTokens?: number;
  /** The server did not count: these are upper estimates from the characters. */
  readonly isEstimated?: true;
}

export interface Reply {
  readonly reasoning: string;
  /** Undefined when the reasoning did not end within the limit. */
  readonly answer: string | undefined;
  readonly finish: 'stop' | 'length';
  readonly usage: Usage;
  /** Present when the server gives them; needed for training. */
  readonly tokens?: {
    readonly prompt_T: Int32Array;
    readonly completion_T: Int32Array;
    readonly logprobs_T: Float32Array;
    readonly versions: readonly VersionSpan[];
  };
}

/** A piece of a reply as it comes. */
export interface Delta {
  readonly kind: 'reasoning' | 'answer';
  readonly text: string;
}

export interface GenerateContext {
  readonly signal?: AbortSignal;
  /** Called with the pieces in order. A retry begins the reply again, with a piece of kind `restart`. */
  readonly onDelta?: (delta: Delta | { readonly kind: 'restart' }) => void;
  /**
   * Asked before a failed call is made again, with what failed and how many attempts there were; its `usage` is what
   * the attempt may have cost. A budget says no here, or counts. Without it a model retries within its own bounds.
   */
  readonly mayRetry?: (failed: ModelError, attempts: number) => boolean | Promise<boolean>;
  /**
   * Asks that nothing more begins: an attempt that waits for its turn is given up with this signal's reason, one that is
   * under way goes on. A model without a queue need not know of it.
   */
  readonly stopping?: AbortSignal;
  /**
   * Told when the call waits and nothing of it is under way, and when that ends: what is given up meanwhile has cost
   * nothing. Of a model that never says so it is not known.
   */
  readonly onWaiting?: (isWaiting: boolean) => void;
}

/** Dollars for a million tokens. */
export interface Price {
  readonly prompt: number;
  readonly completion: number;
  readonly cachedPrompt?: number;
}

export interface ChatModel {
  readonly name: string;
  /** Undefined when nobody said: such a model is refused where money is capped. Free models say 0. */
  readonly price?: Price;
  /** Prompt and reply together, where known. */
  readonly contextTokens?: number;
  /** Replies that it gives at a time, at most; other requests wait in it. Absent where it is not known. */
  readonly places?: number | undefined;
  generate(request: ChatRequest, context?: GenerateContext): Promise<Reply>;
  /** Exactly as many tokens as the prompt of these messages has, where the model can tell at once. */
  countPromptTokens?(messages: readonly Message[]): number;
  /** The bytes that a token stands for, where replies carry token ids and the model has its tokenizer here. */
  bytesOf?(id: number): Uint8Array | undefined;
  /** Goes on with a text, where the model can. */
  complete?(request: CompletionRequest, context?: { readonly signal?: AbortSignal }): Promise<Completion>;
  close?(): Promise<void>;
}
