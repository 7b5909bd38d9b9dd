/**
 * The chat-model seam: one request, one reply, from an endpoint, a GGUF file or an engine. A reply separates
 * reasoning from answer and always has a finish reason; a reply without one is an error, never an answer.
 */
import type { VersionSpan } from '../engine/engine.ts';
import type { Message } from '../tokenizer/tokenizer.ts';

export interface ChatRequest {
  readonly messages: readonly Message[];
  readonly maxTokens: number;
  readonly temperature: number;
  readonly seed: number;
}

export interface Reply {
  readonly reasoning: string;
  /** Undefined when the reasoning did not end within the limit. */
  readonly answer: string | undefined;
  readonly finish: 'stop' | 'length';
  readonly usage: { readonly promptTokens: number; readonly completionTokens: number };
  /** Present when the server gives them; needed for training. */
  readonly tokens?: {
    readonly prompt_T: Int32Array;
    readonly completion_T: Int32Array;
    readonly logprobs_T: Float32Array;
    readonly versions: readonly VersionSpan[];
  };
}

export interface ChatModel {
  readonly name: string;
  generate(request: ChatRequest, context?: { readonly signal?: AbortSignal }): Promise<Reply>;
}
