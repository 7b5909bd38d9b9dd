/**
 * Going on with a text: a prompt as it is, without a chat format. What a chat model may be able to do beside chat; a
 * training engine's own models and models behind text endpoints can.
 */
import type { SamplingSettings, Usage } from './chat-model.ts';

export interface CompletionRequest {
  /** A text, or token ids. */
  readonly prompt: string | readonly number[];
  readonly maxTokens: number;
  readonly temperature: number;
  readonly seed: number;
  readonly sampling?: SamplingSettings;
  /** So many of the likeliest tokens per position; default 0. */
  readonly topLogprobs?: number;
}

export interface Completion {
  /** Without the stop text or the special token that ended it. */
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
