/**
 * What a server offers under one id: a chat model (a scaffold around one is a chat model too), what it is asked with
 * where a request does not say, and what it can do beyond chat.
 */
import type { ChatModel, SamplingSettings, Usage } from '../model/chat-model.ts';

export interface ServedModel {
  /** As clients name it. */
  readonly id: string;
  readonly model: ChatModel;
  /** The name of the scaffold around the model, where there is one. */
  readonly scaffold?: string;
  readonly defaults: {
    readonly maxTokens: number;
    readonly temperature: number;
    readonly sampling?: SamplingSettings;
  };
  /**
   * The bytes a token stands for, where replies carry token ids. Requests for log-probs are refused without it, since
   * log-probs without their tokens say nothing.
   */
  readonly bytesOf?: (id: number) => Uint8Array | undefined;
  /** Goes on with a text, where the model can: `/v1/completions`. */
  readonly complete?: (
    request: CompletionRequest,
    context: { readonly signal: AbortSignal },
  ) => Promise<Completion>;
}

export interface CompletionRequest {
  /** A text, or token ids. */
  readonly prompt: string | readonly number[];
  readonly maxTokens: number;
  readonly temperature: number;
  readonly seed: number;
  readonly sampling: SamplingSettings;
  /** So many of the likeliest tokens per position. */
  readonly topLogprobs: number;
}

export interface Completion {
  readonly text: string;
  readonly finish: 'stop' | 'length';
  readonly usage: Usage;
  /** Each sampled token, the one that ended the text included. */
  readonly tokens?: readonly SampledToken[];
}

export interface SampledToken {
  readonly bytes: Uint8Array;
  /** ln p. */
  readonly logprob: number;
  readonly top?: readonly { readonly bytes: Uint8Array; readonly logprob: number }[];
}
