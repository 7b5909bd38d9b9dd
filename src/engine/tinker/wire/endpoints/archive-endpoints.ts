/** What has been trained and saved: lists, removal, downloads. */
import { z } from 'zod';
import { endpoint, typed } from './endpoint.ts';

export const checkpoint = z.object({
  /** `weights/<name>`; SkyRL leaves the kind out. */
  checkpoint_id: z.string(),
  checkpoint_type: z.enum(['training', 'sampler', 'external']),
  /** ISO 8601. */
  time: z.string(),
  tinker_path: z.string(),
  size_bytes: z.int().nullish(),
  public: z.boolean().nullish(),
  expires_at: z.string().nullish(),
  user_metadata: z.record(z.string(), z.string()).nullish(),
});
export type WireCheckpoint = z.infer<typeof checkpoint>;

export const trainingRun = z.object({
  training_run_id: z.string(),
  base_model: z.string(),
  model_owner: z.string().nullish(),
  is_lora: z.boolean().nullish(),
  corrupted: z.boolean().nullish(),
  lora_rank: z.int().nullish(),
  last_request_time: z.string().nullish(),
  last_checkpoint: checkpoint.nullish(),
  last_sampler_checkpoint: checkpoint.nullish(),
  user_metadata: z.record(z.string(), z.unknown()).nullish(),
});
export type WireTrainingRun = z.infer<typeof trainingRun>;

export const cursor = z.object({ offset: z.int(), limit: z.int(), total_count: z.int() });

const page = z.object({
  limit: z.coerce.number().int().min(1).nullish(),
  offset: z.coerce.number().int().min(0).nullish(),
  access_scope: z.string().nullish(),
  project_id: z.string().nullish(),
});

export const listTrainingRuns = endpoint({
  method: 'GET',
  path: 'training_runs',
  request: page,
  answer: z.object({ training_runs: z.array(trainingRun), cursor: cursor.nullish() }),
});

export const getTrainingRun = endpoint({
  method: 'GET',
  path: 'training_runs/{run}',
  request: z.unknown(),
  answer: trainingRun,
});

const checkpoints = z.object({ checkpoints: z.array(checkpoint), cursor: cursor.nullish() });

export const listRunCheckpoints = endpoint({
  method: 'GET',
  path: 'training_runs/{run}/checkpoints',
  request: z.unknown(),
  answer: checkpoints,
});

export const listCheckpoints = endpoint({
  method: 'GET',
  path: 'checkpoints',
  request: page,
  answer: checkpoints,
});

export const deleteCheckpoint = endpoint({
  method: 'DELETE',
  path: 'training_runs/{run}/checkpoints/{checkpoint_id}',
  request: z.unknown(),
  answer: z.unknown(),
});

/** Answered like this, or by a redirect to the archive. */
export const checkpointArchive = endpoint({
  method: 'GET',
  path: 'training_runs/{run}/checkpoints/{checkpoint_id}/archive',
  request: z.unknown(),
  answer: z.object({ url: z.string(), expires: z.string().nullish() }),
});

export const checkpointLifetime = endpoint({
  method: 'PUT',
  path: 'training_runs/{run}/checkpoints/{checkpoint_id}/ttl',
  request: z.object({ ttl_seconds: z.int().min(1).nullable(), ...typed }),
  answer: z.unknown(),
});
