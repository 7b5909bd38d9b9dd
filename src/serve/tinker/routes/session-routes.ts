/** What the server says of itself, and sessions: they begin, are heard of, and end. */

import {
  clientConfig,
  clientDynamicConfig,
  getServerCapabilities,
  healthz,
  telemetry,
} from '../../../engine/tinker/wire/endpoints/server-endpoints.ts';
import {
  createSession,
  finishSession,
  getSession,
  listSessions,
  sessionHeartbeat,
} from '../../../engine/tinker/wire/endpoints/session-endpoints.ts';
import { extensionNames } from '../../../engine/tinker/wire/extensions.ts';
import type { TinkerService } from '../tinker-service.ts';
import { type Route, route } from './route.ts';

/** Most data of one training request: the SDK cuts a batch where it is larger, and one request is one batch here. */
const mostData = 100_000;

export const sessionRoutes: readonly Route[] = [
  route(healthz, () => ({ status: 'ok' }), { isOpen: true }),
  route(clientConfig, ({ service }) => ({
    pjwt_auth_enabled: false,
    use_pyqwest_transport: false,
    proto_compress_fwdbwd: false,
    parallel_fwdbwd_chunks: true,
    fwdbwd_max_chunk_len: mostData,
    fwdbwd_max_chunk_bytes_count: chunkBytes(service),
    fwdbwd_dispatch_bytes_semaphore_size: Math.max(50_000_000, chunkBytes(service)),
    sample_use_retrieve_futures: true,
    sample_join_sampling_session: true,
    sample_max_concurrent_requests: Math.min(2000, service.limits.pending),
    x_ext: extensionsOf(service),
  })),
  route(clientDynamicConfig, () => ({
    refresh_interval_sec: 300,
    sample_cancel_enabled: true,
    sample_cancel_max_batch_size: 64,
  })),
  route(getServerCapabilities, ({ service }) => ({
    supported_models: service.models.own.map(({ name, config }) => ({
      model_name: name,
      max_context_length: config.max_position_embeddings,
      trainable: true,
      sampleable: true,
    })),
  })),
  route(telemetry, () => ({ status: 'accepted' })),
  route(createSession, ({ service, body }) => {
    const session = service.createSession({
      userMetadata: body.user_metadata ?? {},
      displayName: body.display_name ?? undefined,
    });
    return {
      type: 'create_session',
      session_id: session.id,
      info_message: null,
      warning_message: null,
      error_message: null,
    };
  }),
  route(sessionHeartbeat, ({ service, body }) => {
    // 410 ends the client's heartbeats.
    service.session(body.session_id, 410);
    return { type: 'session_heartbeat' };
  }),
  route(finishSession, async ({ service, params }) => {
    await service.endSession(params.session_id ?? '');
    return {};
  }),
  route(listSessions, ({ service, body }) => {
    const { offset, limit } = body;
    const ids = service.sessions.map(({ id }) => id).toReversed();
    return { sessions: ids.slice(offset ?? 0, (offset ?? 0) + (limit ?? ids.length)) };
  }),
  route(getSession, ({ service, params }) => {
    const session = service.sessions.find(({ id }) => id === params.session_id);
    const { trainings, samplings, userMetadata, displayName } =
      session ?? service.session(params.session_id ?? '');
    return {
      training_run_ids: [...trainings.values()].map(({ facts }) => facts.id),
      sampler_ids: [...samplings.values()].map(({ id }) => id),
      user_metadata: userMetadata,
      ...(displayName === undefined ? {} : { display_name: displayName }),
    };
  }),
];

/** A quarter of the largest request: the client's estimate of its size is rough. */
function chunkBytes({ limits }: TinkerService): number {
  return Math.floor(limits.requestBytes / 4);
}

function extensionsOf({ limits }: TinkerService): readonly string[] {
  return extensionNames.filter((name) => name !== 'create/1' || limits.uploadBytes > 0);
}
