/** The result of sampling as protobuf. */
import { create, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import {
  type SampledSequenceSchema,
  SampleResponseSchema,
  StopReason,
  TopkLogprobsSchema,
} from './generated/sampling_pb.ts';
import { bytesOf, float32Array, int32Array } from './little-endian.ts';
import { readMessage } from './read-message.ts';
import { WireError } from './wire-error.ts';
import { dimension, tensorFromMessage, tensorToMessage, type WireTensor } from './wire-tensor.ts';

/** The likeliest tokens of each position, `k` a position; where a position has fewer, token 0 of log-prob −99999. */
export interface WireTopLogprobs {
  readonly k: number;
  /** Number of positions. */
  readonly length: number;
  /** [length · k]. */
  readonly tokens: Int32Array;
  readonly logprobs: Float32Array;
}

/** From token `start` on, the weights after `version` optimiser steps were used (extension versions/1). */
export interface WireVersionSpan {
  readonly start: number;
  readonly version: number;
}

export interface WireSequence {
  readonly stopReason: 'stop' | 'length';
  /** The stop token included. */
  readonly tokens_T: Int32Array;
  readonly logprobs_T?: Float32Array;
  readonly topLogprobs?: WireTopLogprobs;
  readonly versions?: readonly WireVersionSpan[];
}

export interface SampleResponse {
  readonly sequences: readonly WireSequence[];
  /** NaN where there is none, as for the first token; some servers leave that one out. */
  readonly promptLogprobs?: Float32Array;
  readonly topPromptLogprobs?: WireTopLogprobs;
  readonly promptCacheHitTokens?: number;
  readonly targetPromptLogprobs?: WireTensor;
}

export function encodeSampleResponse(response: SampleResponse): Uint8Array<ArrayBuffer> {
  const { promptLogprobs, topPromptLogprobs, targetPromptLogprobs } = response;
  return toBinary(
    SampleResponseSchema,
    create(SampleResponseSchema, {
      sequences: response.sequences.map((sequence) => ({
        stopReason: sequence.stopReason === 'stop' ? StopReason.STOP : StopReason.LENGTH,
        tokens: bytesOf(sequence.tokens_T),
        ...(sequence.logprobs_T === undefined ? {} : { logprobs: bytesOf(sequence.logprobs_T) }),
        ...(sequence.topLogprobs === undefined
          ? {}
          : { topkSampledLogprobs: topToMessage(sequence.topLogprobs) }),
        xVersions: (sequence.versions ?? []).map(({ start, version }) => ({
          start: BigInt(start),
          version: BigInt(version),
        })),
      })),
      promptCacheHitTokens: response.promptCacheHitTokens ?? 0,
      ...(promptLogprobs === undefined ? {} : { promptLogprobs: bytesOf(promptLogprobs) }),
      ...(topPromptLogprobs === undefined ? {} : { topkPromptLogprobs: topToMessage(topPromptLogprobs) }),
      ...(targetPromptLogprobs === undefined
        ? {}
        : { targetPromptLogprobs: tensorToMessage(targetPromptLogprobs) }),
    }),
  );
}

/** Throws a WireError where the bytes are no such result. */
export function decodeSampleResponse(bytes: Uint8Array): SampleResponse {
  const message = readMessage('SampleResponse', () => fromBinary(SampleResponseSchema, bytes));
  const { promptLogprobs, topkPromptLogprobs, targetPromptLogprobs } = message;
  return {
    sequences: message.sequences.map((sequence, index) => sequenceFrom(sequence, `sequences[${index}]`)),
    promptCacheHitTokens: message.promptCacheHitTokens,
    ...(promptLogprobs === undefined
      ? {}
      : { promptLogprobs: float32Array(promptLogprobs, 'prompt_logprobs') }),
    ...(topkPromptLogprobs === undefined
      ? {}
      : { topPromptLogprobs: topFromMessage(topkPromptLogprobs, 'topk_prompt_logprobs') }),
    ...(targetPromptLogprobs === undefined
      ? {}
      : { targetPromptLogprobs: tensorFromMessage(targetPromptLogprobs, 'target_prompt_logprobs') }),
  };
}

function sequenceFrom(message: MessageShape<typeof SampledSequenceSchema>, what: string): WireSequence {
  const tokens_T = int32Array(message.tokens, `${what}.tokens`);
  const logprobs_T =
    message.logprobs === undefined ? undefined : float32Array(message.logprobs, `${what}.logprobs`);
  if (logprobs_T !== undefined && logprobs_T.length !== tokens_T.length) {
    throw new WireError(`${what}: ${logprobs_T.length} log-probs for ${tokens_T.length} tokens`);
  }
  const { topkSampledLogprobs, xVersions } = message;
  return {
    stopReason: message.stopReason === StopReason.STOP ? 'stop' : 'length',
    tokens_T,
    ...(logprobs_T === undefined ? {} : { logprobs_T }),
    ...(topkSampledLogprobs === undefined
      ? {}
      : { topLogprobs: topFromMessage(topkSampledLogprobs, `${what}.topk_sampled_logprobs`) }),
    ...(xVersions.length === 0
      ? {}
      : {
          versions: xVersions.map(({ start, version }) => ({
            start: dimension(start, `${what}.x_versions`),
            version: dimension(version, `${what}.x_versions`),
          })),
        }),
  };
}

function topToMessage({ k, length, tokens, logprobs }: WireTopLogprobs) {
  return create(TopkLogprobsSchema, { k, length, tokenIds: bytesOf(tokens), logprobs: bytesOf(logprobs) });
}

function topFromMessage(message: MessageShape<typeof TopkLogprobsSchema>, what: string): WireTopLogprobs {
  const { k, length } = message;
  const tokens = int32Array(message.tokenIds, what);
  const logprobs = float32Array(message.logprobs, what);
  if (tokens.length !== k * length || logprobs.length !== k * length) {
    throw new WireError(
      `${what}: ${tokens.length} tokens and ${logprobs.length} log-probs for ${length} × ${k}`,
    );
  }
  return { k, length, tokens, logprobs };
}
