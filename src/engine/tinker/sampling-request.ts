/** A request for samples as the wire has it. What the server has no words for is refused, never left out. */
import type { SamplingParameters } from '../engine.ts';
import type { Server } from './server.ts';
import { asample, type WireSamplingParams } from './wire/endpoints/sampling-endpoints.ts';
import { tokensToModelInput } from './wire/json-tensors.ts';
import { sampleResponseFromJson } from './wire/sample-json.ts';
import { decodeSampleResponse, type SampleResponse } from './wire/sample-response.ts';

export interface PieceRequest {
  readonly sessionId: string;
  readonly number: number;
  readonly prompt_T: Int32Array;
  readonly maxTokens: number;
  readonly sampling: SamplingParameters;
  /** Several only where the server takes a seed a sample. */
  readonly seeds_S: readonly number[];
  readonly promptLogprobs: boolean;
  readonly topLogprobs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The body of `asample`. Stop strings go along only where the server takes them beside token ids. */
export function sampleBody(server: Server, request: PieceRequest) {
  const { sampling, seeds_S } = request;
  const hasAll = server.has('sampling/1');
  const params: WireSamplingParams = {
    max_tokens: request.maxTokens,
    temperature: sampling.temperature,
    top_k: sampling.topK ?? -1,
    top_p: sampling.topP ?? 1,
    // Never absent, which would mean other stops.
    stop: [...sampling.stopTokenIds],
  };
  const more: WireSamplingParams = hasAll
    ? {
        x_seeds: [...seeds_S],
        ...((sampling.stopStrings ?? []).length === 0
          ? {}
          : { stop: [...(sampling.stopStrings ?? [])], x_stop_token_ids: [...sampling.stopTokenIds] }),
        ...(sampling.minP === undefined ? {} : { x_min_p: sampling.minP }),
        ...(sampling.repetitionPenalty === undefined
          ? {}
          : { x_repetition_penalty: sampling.repetitionPenalty }),
        ...(sampling.frequencyPenalty === undefined
          ? {}
          : { x_frequency_penalty: sampling.frequencyPenalty }),
        ...(sampling.presencePenalty === undefined ? {} : { x_presence_penalty: sampling.presencePenalty }),
      }
    : // Seeds are 32 bits without a sign here, and some servers take 31.
      { seed: (seeds_S[0] ?? 0) & 0x7fffffff };
  return {
    prompt: tokensToModelInput(request.prompt_T),
    num_samples: seeds_S.length,
    sampling_params: { ...params, ...more },
    sampling_session_id: request.sessionId,
    seq_id: request.number,
    prompt_logprobs: request.promptLogprobs,
    topk_prompt_logprobs: 0,
    ...(request.topLogprobs === 0 ? {} : { topk_sample_logprobs: request.topLogprobs }),
    type: 'sample',
  };
}

/** Throws a TinkerError of kind unsupported for what the server has no words for. */
export function checkSampling(server: Server, sampling: SamplingParameters, topLogprobs: number): void {
  if (topLogprobs > 0 && !server.profile.topSampled)
    throw server.unsupported('say what else might have been sampled', 'Ask without top log-probs.');
  if (server.has('sampling/1')) return;
  const neutral = { minP: 0, repetitionPenalty: 1, frequencyPenalty: 0, presencePenalty: 0 } as const;
  for (const [name, value] of Object.entries(neutral)) {
    const asked = sampling[name as keyof typeof neutral];
    if (asked !== undefined && asked !== value)
      throw server.unsupported(`sample with ${name}`, `Leave ${name} out, or take another server.`);
  }
}

/** Asks for one piece of as many samples as there are seeds. */
export async function samplePiece(server: Server, request: PieceRequest): Promise<SampleResponse> {
  const body = sampleBody(server, request);
  const result = await server.sample(asample.path, asample.requestType, body, { signal: request.signal });
  return result.kind === 'protobuf'
    ? decodeSampleResponse(result.bytes)
    : sampleResponseFromJson(server.readResult(asample, result.value));
}

/**
 * ln p of each of P prompt tokens, 0 for the first, from an answer of P (the first one missing) or of P − 1. Undefined where
 * it is neither.
 */
export function promptLogprobsOf(values: Float32Array, length: number): Float32Array | undefined {
  const logprobs_T = new Float32Array(length);
  if (values.length === length) logprobs_T.set(values.subarray(1), 1);
  else if (values.length === length - 1) logprobs_T.set(values, 1);
  else return undefined;
  return logprobs_T;
}
