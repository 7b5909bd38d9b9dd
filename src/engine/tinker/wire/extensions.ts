/**
 * What our server can beyond the protocol, by the names that `client/config` lists in `x_ext`. A client sends an
 * extension's fields only to a server that lists it; names of fields and paths begin with x.
 */
import { z } from 'zod';
import { endpoint, futureEndpoint, id, sequenceNumber } from './endpoints/endpoint.ts';

/**
 * - temperature/1: `loss_fn_config.temperature`, which logits are divided by before the log-probs
 * - entropy/1: `loss_fn_config.entropy_coef`, exact and summed; metric `entropy:sum`
 * - kl/1: `loss_fn_inputs.ref_logprobs` and `loss_fn_config.kl_coef`
 * - weights/1: `loss_fn_inputs.weights` as a factor of every loss
 * - shared-prompt/1: `loss_fn_inputs.x_shared_prompt_length`, int64 [1]
 * - versions/1: `x_versions` of a sampled sequence
 * - sampling/1: the `x_` fields of `sampling_params`
 * - muon/1: `optim_step.optimizer_params` of type `x_muon`
 * - reset-optimiser/1: `x/reset_optimizer`
 * - create/1: `create_model.x_config`, and models that the client brings (`x/models/…`)
 * - archive/1: the files of a checkpoint
 * - live/1: `save_weights_for_sampler` of kind inflight
 * - cancel/1: `cancel_future`
 */
export const extensionNames = [
  'temperature/1',
  'entropy/1',
  'kl/1',
  'weights/1',
  'shared-prompt/1',
  'versions/1',
  'sampling/1',
  'muon/1',
  'reset-optimiser/1',
  'create/1',
  'archive/1',
  'live/1',
  'cancel/1',
] as const;
export type ExtensionName = (typeof extensionNames)[number];

export const resetOptimizer = futureEndpoint({
  path: 'x/reset_optimizer',
  requestType: 'XResetOptimizer',
  request: z.object({ model_id: id, seq_id: sequenceNumber }),
  result: z.unknown(),
});

/** The body is the file's bytes. The model can be used as `base_model: "<name>"` when it has all its files. */
export const uploadModelFile = endpoint({
  method: 'PUT',
  path: 'x/models/{name}/{file}',
  request: z.unknown(),
  answer: z.unknown(),
});

/** The files of a checkpoint in the Hugging Face layout. */
export const listCheckpointFiles = endpoint({
  method: 'GET',
  path: 'training_runs/{run}/checkpoints/{checkpoint_id}/files',
  request: z.unknown(),
  answer: z.object({ files: z.array(z.object({ name: z.string(), size: z.int().min(0) })) }),
});

/** Answered with the file's bytes. */
export const getCheckpointFile = endpoint({
  method: 'GET',
  path: 'training_runs/{run}/checkpoints/{checkpoint_id}/files/{name}',
  request: z.unknown(),
  answer: z.unknown(),
});
