/** Gradients and steps. Training requests travel as protobuf, or in the older JSON (json-tensors.ts says how). */
import { z } from 'zod';
import { futureEndpoint, id, sequenceNumber, typed } from './endpoint.ts';

/** A tensor in JSON. Sparse ones are matrices by their rows, with `shape`. */
export const jsonTensor = z.object({
  data: z.array(z.number()),
  dtype: z.enum(['float32', 'int64']),
  shape: z.array(z.int().min(0)).nullish(),
  sparse_crow_indices: z.array(z.int()).nullish(),
  sparse_col_indices: z.array(z.int()).nullish(),
});
export type JsonTensor = z.input<typeof jsonTensor>;

/** Of these only `encoded_text` is text; the others are refused where they are read. */
export const modelInput = z.object({
  chunks: z.array(
    z.looseObject({
      type: z.string().nullish(),
      tokens: z
        .array(
          z
            .int()
            .min(0)
            .max(2 ** 31 - 1),
        )
        .nullish(),
    }),
  ),
});
export type ModelInput = z.input<typeof modelInput>;

const forwardBackwardInput = z.object({
  loss_fn: z.string().min(1),
  loss_fn_config: z.record(z.string(), z.union([z.number(), z.string()])).nullish(),
  data: z.array(z.object({ model_input: modelInput, loss_fn_inputs: z.record(z.string(), jsonTensor) })),
});

const forwardBackwardResult = z.object({
  loss_fn_output_type: z.string().nullish(),
  loss_fn_outputs: z.array(z.record(z.string(), jsonTensor)),
  metrics: z.record(z.string(), z.number()).nullish(),
});

export const forwardBackward = futureEndpoint({
  path: 'forward_backward',
  requestType: 'ForwardBackward',
  request: z.object({
    model_id: id,
    seq_id: sequenceNumber.nullish(),
    forward_backward_input: forwardBackwardInput,
    ...typed,
  }),
  result: forwardBackwardResult,
});

/** Of the older JSON form only; in protobuf it is `forward_backward` with `forward_only`. */
export const forward = futureEndpoint({
  path: 'forward',
  requestType: 'Forward',
  request: z.object({
    model_id: id,
    seq_id: sequenceNumber.nullish(),
    forward_input: forwardBackwardInput,
    ...typed,
  }),
  result: forwardBackwardResult,
});

/** AdamW with decoupled decay; `grad_clip_norm` is of the global norm, 0 for none. */
export const adamParams = z.object({
  learning_rate: z.number().default(1e-4),
  beta1: z.number().default(0.9),
  beta2: z.number().default(0.95),
  eps: z.number().default(1e-12),
  weight_decay: z.number().default(0),
  grad_clip_norm: z.number().default(0),
});
export type AdamParams = z.output<typeof adamParams>;

/** Extension muon/1. */
export const muonParams = z.object({
  type: z.literal('x_muon'),
  learning_rate: z.number(),
  momentum: z.number(),
  vector_learning_rate: z.number(),
  weight_decay: z.number(),
  grad_clip_norm: z.number(),
});
export type MuonParams = z.output<typeof muonParams>;

export const optimStep = futureEndpoint({
  path: 'optim_step',
  requestType: 'OptimStep',
  request: z.object({
    model_id: id,
    seq_id: sequenceNumber.nullish(),
    adam_params: adamParams.nullish(),
    optimizer_params: z.union([muonParams, z.looseObject({ type: z.string() })]).nullish(),
    ...typed,
  }),
  result: z.object({ metrics: z.record(z.string(), z.number()).nullish(), ...typed }),
});
