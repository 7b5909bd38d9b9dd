/** Models that train: made, described, let go. */
import { z } from 'zod';
import { endpoint, futureEndpoint, id, metadata, sequenceNumber, typed } from './endpoint.ts';

/** `rank` 0: all parameters are trained (SkyRL's convention, and ours). */
export const loraConfig = z.object({
  rank: z.int().min(0),
  seed: z.int().nullish(),
  train_unembed: z.boolean().nullish(),
  train_mlp: z.boolean().nullish(),
  train_attn: z.boolean().nullish(),
  /** Of SkyRL's answers, and ours where sent. */
  alpha: z.number().nullish(),
});
export type LoraConfig = z.infer<typeof loraConfig>;

export const optimizerConfig = z.looseObject({ type: z.string() });

export const createModel = futureEndpoint({
  path: 'create_model',
  requestType: 'CreateModel',
  request: z.object({
    session_id: id,
    model_seq_id: sequenceNumber,
    base_model: z.string().min(1),
    user_metadata: metadata,
    lora_config: loraConfig.nullish(),
    optimizer_config: optimizerConfig.nullish(),
    /** Extension create/1: a `config.json`; the model is a fresh one, random from `x_seed`. */
    x_config: z.record(z.string(), z.unknown()).nullish(),
    x_seed: z.int().nullish(),
    ...typed,
  }),
  result: z.object({ model_id: id, ...typed }),
});

export const getInfo = endpoint({
  method: 'POST',
  path: 'get_info',
  request: z.object({ model_id: id, ...typed }),
  answer: z.object({
    model_id: id,
    model_data: z.object({
      arch: z.string().nullish(),
      model_name: z.string().nullish(),
      tokenizer_id: z.string().nullish(),
    }),
    is_lora: z.boolean().nullish(),
    lora_rank: z.int().nullish(),
    model_name: z.string().nullish(),
    optimizer_config: optimizerConfig.nullish(),
    /** Ours. */
    x_parameter_count: z.int().nullish(),
    ...typed,
  }),
});

export const unloadModel = futureEndpoint({
  path: 'unload_model',
  requestType: 'UnloadModel',
  request: z.object({ model_id: id, ...typed }),
  result: z.object({ model_id: id.nullish(), ...typed }),
});
