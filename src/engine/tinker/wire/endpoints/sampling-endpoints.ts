/** Sampling sessions, each with weights of its own, and sampling from them. */
import { z } from 'zod';
import { endpoint, futureEndpoint, id, sequenceNumber, typed } from './endpoint.ts';
import { jsonTensor, modelInput } from './training-endpoints.ts';

export const createSamplingSession = endpoint({
  method: 'POST',
  path: 'create_sampling_session',
  request: z.object({
    session_id: id,
    sampling_session_seq_id: sequenceNumber,
    base_model: z.string().nullish(),
    model_path: z.string().nullish(),
    ...typed,
  }),
  answer: z.object({ sampling_session_id: id, ...typed }),
});

export const getSampler = endpoint({
  method: 'GET',
  path: 'samplers/{sampler_id}',
  request: z.unknown(),
  answer: z.object({ sampler_id: id, base_model: z.string(), model_path: z.string().nullish() }),
});

/** A copy of a sampling client asks for its number; its sequence numbers begin at a thousand million times that. */
export const joinSamplingSession = endpoint({
  method: 'POST',
  path: 'join_sampling_session',
  request: z.object({ sampling_session_id: id, ...typed }),
  answer: z.object({ client_counter: z.int().min(0), ...typed }),
});

export const samplingParams = z.object({
  max_tokens: z.int().min(0).nullish(),
  seed: z.int().nullish(),
  /** Absent: the end-of-text token. An empty list: none at all. */
  stop: z.union([z.string(), z.array(z.string()), z.array(z.int())]).nullish(),
  temperature: z.number().min(0).nullish(),
  top_k: z.int().nullish(),
  top_p: z.number().nullish(),
  /** Extension sampling/1: one seed a sample in place of `seed`; and what else the embedded engine can. */
  x_seeds: z.array(z.int()).nullish(),
  /** Extension sampling/1: token ids beside the texts in `stop`. */
  x_stop_token_ids: z.array(z.int()).nullish(),
  x_min_p: z.number().nullish(),
  x_repetition_penalty: z.number().nullish(),
  x_frequency_penalty: z.number().nullish(),
  x_presence_penalty: z.number().nullish(),
});
export type WireSamplingParams = z.input<typeof samplingParams>;

export const jsonTopLogprobs = z.array(z.array(z.tuple([z.int(), z.number()])).nullable());

export const jsonSequence = z.object({
  stop_reason: z.enum(['stop', 'length']),
  tokens: z.array(z.int()),
  logprobs: z.array(z.number()).nullish(),
  topk_logprobs: jsonTopLogprobs.nullish(),
  x_versions: z.array(z.object({ start: z.int(), version: z.int() })).nullish(),
});

export const asample = futureEndpoint({
  path: 'asample',
  requestType: 'Sample',
  request: z.object({
    prompt: modelInput,
    num_samples: z.int().min(1).nullish(),
    sampling_params: samplingParams,
    sampling_session_id: id.nullish(),
    seq_id: sequenceNumber.nullish(),
    base_model: z.string().nullish(),
    model_path: z.string().nullish(),
    prompt_logprobs: z.boolean().nullish(),
    topk_prompt_logprobs: z.int().min(0).nullish(),
    topk_sample_logprobs: z.int().min(0).nullish(),
    prompt_alt_tokens_k: z.int().min(0).nullish(),
    prompt_logprobs_last_n: z.int().min(1).nullish(),
    target_prompt_logprobs: jsonTensor.nullish(),
    record_stability_info: z.boolean().nullish(),
    ...typed,
  }),
  result: z.object({
    sequences: z.array(jsonSequence),
    prompt_logprobs: z.array(z.number().nullable()).nullish(),
    topk_prompt_logprobs: jsonTopLogprobs.nullish(),
    ...typed,
  }),
});
