/** What a server says of itself, and what clients report to it. */
import { z } from 'zod';
import { anything, endpoint } from './endpoint.ts';

export const healthz = endpoint({
  method: 'GET',
  path: 'healthz',
  request: anything,
  answer: z.object({ status: z.string() }),
});

export const getServerCapabilities = endpoint({
  method: 'GET',
  path: 'get_server_capabilities',
  request: anything,
  answer: z.object({
    supported_models: z.array(
      z.object({
        model_name: z.string(),
        max_context_length: z.int().nullish(),
        trainable: z.boolean().nullish(),
        sampleable: z.boolean().nullish(),
      }),
    ),
  }),
});

/** How the server wishes its clients to behave; what is absent has the default that the SDK has. */
export const clientConfig = endpoint({
  method: 'POST',
  path: 'client/config',
  request: z.object({ sdk_version: z.string().nullish() }),
  answer: z.object({
    pjwt_auth_enabled: z.boolean().nullish(),
    credential_default_source: z.string().nullish(),
    sample_dispatch_bytes_semaphore_size: z.int().nullish(),
    inflight_response_bytes_semaphore_size: z.int().nullish(),
    parallel_fwdbwd_chunks: z.boolean().nullish(),
    /** Request bodies of training may be compressed with zstd. */
    proto_compress_fwdbwd: z.boolean().nullish(),
    /** Most data, and most bytes, of one training request. */
    fwdbwd_max_chunk_len: z.int().min(1).nullish(),
    fwdbwd_max_chunk_bytes_count: z.int().min(1).nullish(),
    fwdbwd_dispatch_bytes_semaphore_size: z.int().nullish(),
    billing_exception_max_pause_duration_sec: z.number().nullish(),
    sample_no_retries: z.boolean().nullish(),
    sample_enable_stuck_detection: z.boolean().nullish(),
    sample_max_concurrent_requests: z.int().min(1).nullish(),
    use_pyqwest_transport: z.boolean().nullish(),
    sample_use_retrieve_futures: z.boolean().nullish(),
    sample_join_sampling_session: z.boolean().nullish(),
    custom_loss_server_side: z.boolean().nullish(),
    /** Ours: the extensions that the server understands, for example `temperature/1` (see extensions.ts). */
    x_ext: z.array(z.string()).nullish(),
  }),
});

export const clientDynamicConfig = endpoint({
  method: 'POST',
  path: 'client/dynamic_config',
  request: z.object({ sdk_version: z.string().nullish() }),
  answer: z.object({
    refresh_interval_sec: z.number().nullish(),
    /** `cancel_future` is understood. */
    sample_cancel_enabled: z.boolean().nullish(),
    sample_cancel_max_batch_size: z.int().nullish(),
  }),
});

export const authToken = endpoint({
  method: 'POST',
  path: 'auth/token',
  request: anything,
  answer: z.object({ jwt: z.string().min(1) }),
});

export const telemetry = endpoint({
  method: 'POST',
  path: 'telemetry',
  request: z.object({ events: z.array(z.unknown()), session_id: z.string().nullish() }),
  answer: z.object({ status: z.string() }),
});
