/** Saving and loading. Paths are those of tinker-path.ts. */
import { z } from 'zod';
import { endpoint, futureEndpoint, id, metadata, sequenceNumber, typed } from './endpoint.ts';
import { optimizerConfig } from './model-endpoints.ts';

const lifetime = z.int().min(1).nullish();

/** `path` is a name: the answer's path begins with the model's id. */
export const saveWeights = futureEndpoint({
  path: 'save_weights',
  requestType: 'SaveWeights',
  request: z.object({
    model_id: id,
    path: z.string().nullish(),
    seq_id: sequenceNumber.nullish(),
    ttl_seconds: lifetime,
    overwrite: z.boolean().nullish(),
    user_metadata: metadata,
    ...typed,
  }),
  result: z.object({ path: z.string().min(1), ...typed }),
});

/**
 * With `path` weights are saved under that name; with `sampling_session_seq_id` a sampling session begins that has
 * them. `kind` inflight: later saves of the kind reach this sampler's running requests too.
 */
export const saveWeightsForSampler = futureEndpoint({
  path: 'save_weights_for_sampler',
  requestType: 'SaveWeightsForSampler',
  request: z.object({
    model_id: id,
    path: z.string().nullish(),
    sampling_session_seq_id: sequenceNumber.nullish(),
    seq_id: sequenceNumber.nullish(),
    ttl_seconds: lifetime,
    kind: z.enum(['snapshot', 'inflight']).nullish(),
    user_metadata: metadata,
    ...typed,
  }),
  result: z.object({
    path: z.string().nullish(),
    sampling_session_id: z.string().nullish(),
    ...typed,
  }),
});

/** Into a model that has had no request yet, or (by session) as a new model of the saved one's rank. */
export const loadWeights = futureEndpoint({
  path: 'load_weights',
  requestType: 'LoadWeights',
  request: z.object({
    model_id: id.nullish(),
    seq_id: sequenceNumber.nullish(),
    session_id: id.nullish(),
    model_seq_id: sequenceNumber.nullish(),
    base_model: z.string().nullish(),
    user_metadata: metadata,
    path: z.string().min(1),
    optimizer: z.boolean().nullish(),
    optimizer_config: optimizerConfig.nullish(),
    weights_access_token: z.string().nullish(),
    ...typed,
  }),
  result: z.object({ path: z.string().nullish(), model_id: z.string().nullish(), ...typed }),
});

export const weightsInfo = endpoint({
  method: 'POST',
  path: 'weights_info',
  request: z.object({ tinker_path: z.string().min(1) }),
  answer: z.object({
    base_model: z.string(),
    is_lora: z.boolean().nullish(),
    lora_rank: z.int().nullish(),
    train_unembed: z.boolean().nullish(),
    train_mlp: z.boolean().nullish(),
    train_attn: z.boolean().nullish(),
    optimizer_config: optimizerConfig.nullish(),
  }),
});
