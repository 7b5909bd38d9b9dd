/** Sessions: what belongs to a client lives for as long as its heartbeats come. */
import { z } from 'zod';
import { endpoint, id, typed } from './endpoint.ts';

export const createSession = endpoint({
  method: 'POST',
  path: 'create_session',
  request: z.object({
    tags: z.array(z.string()).nullish(),
    user_metadata: z.record(z.string(), z.unknown()).nullish(),
    sdk_version: z.string().nullish(),
    project_id: z.string().nullish(),
    display_name: z.string().nullish(),
    ...typed,
  }),
  answer: z.object({
    session_id: id,
    info_message: z.string().nullish(),
    warning_message: z.string().nullish(),
    error_message: z.string().nullish(),
    ...typed,
  }),
});

/** Every ten seconds. 410 in answer: the session is over. */
export const sessionHeartbeat = endpoint({
  method: 'POST',
  path: 'session_heartbeat',
  request: z.object({ session_id: id, ...typed }),
  answer: z.object({ ...typed }),
});

export const finishSession = endpoint({
  method: 'POST',
  path: 'sessions/{session_id}/finish',
  request: z.object({
    reason: z.object({ type: z.enum(['success', 'errored', 'interrupted']) }).nullish(),
    detail: z.string().nullish(),
  }),
  answer: z.unknown(),
});

export const listSessions = endpoint({
  method: 'GET',
  path: 'sessions',
  request: z.object({ limit: z.coerce.number().int().nullish(), offset: z.coerce.number().int().nullish() }),
  answer: z.object({ sessions: z.array(z.string()) }),
});

export const getSession = endpoint({
  method: 'GET',
  path: 'sessions/{session_id}',
  request: z.unknown(),
  answer: z.object({
    training_run_ids: z.array(z.string()),
    sampler_ids: z.array(z.string()),
    user_metadata: z.record(z.string(), z.unknown()).nullish(),
    display_name: z.string().nullish(),
  }),
});
