/**
 * Futures: most requests answer with a ticket, and `retrieve_future` holds until the result is there or asks to be
 * asked again. A JSON answer of it is one of four things; `readFutureAnswer` says which.
 */
import { z } from 'zod';
import { endpoint, id, typed } from './endpoint.ts';

export const tryAgain = z.object({
  type: z.literal('try_again'),
  request_id: z.string().nullish(),
  queue_state: z.string().nullish(),
  queue_state_reason: z.string().nullish(),
});

/** The result is there and large; ask again with `allow_metadata_only: false` for it. */
export const completeMetadata = z.object({
  status: z.literal('complete_metadata'),
  response_payload_size: z.int().nullish(),
});

export const requestFailed = z.object({
  error: z.string(),
  category: z.enum(['unknown', 'server', 'user']).catch('unknown'),
});

export const retrieveFuture = endpoint({
  method: 'POST',
  path: 'retrieve_future',
  request: z.object({ request_id: id, allow_metadata_only: z.boolean().nullish() }),
  answer: z.unknown(),
});

export type FutureAnswer =
  | ({ readonly kind: 'try-again' } & z.infer<typeof tryAgain>)
  | ({ readonly kind: 'metadata' } & z.infer<typeof completeMetadata>)
  | ({ readonly kind: 'failed' } & z.infer<typeof requestFailed>)
  | { readonly kind: 'result'; readonly value: unknown };

/** What a JSON answer (status 200) of `retrieve_future` is. */
export function readFutureAnswer(value: unknown): FutureAnswer {
  const again = tryAgain.safeParse(value);
  if (again.success) return { kind: 'try-again', ...again.data };
  const metadata = completeMetadata.safeParse(value);
  if (metadata.success) return { kind: 'metadata', ...metadata.data };
  const failed = requestFailed.safeParse(value);
  if (failed.success) return { kind: 'failed', ...failed.data };
  return { kind: 'result', value };
}

/** Which requests of a sampling session have ended since `prev_cursor`. */
export const retrieveFutures = endpoint({
  method: 'POST',
  path: 'retrieve_futures',
  request: z.object({
    target: z.object({
      type: z.literal('sampling_session'),
      sampling_session_id: id,
      cloned_sampler_id: z.int().min(0).nullish(),
    }),
    prev_cursor: z.int().min(0),
    /** Seconds; 0: answer now. */
    timeout: z.number().nullish(),
    retrieved_request_ids: z.array(z.string()).nullish(),
  }),
  answer: z.object({
    completions: z.array(
      z.object({
        state: z.enum(['finished', 'failed']),
        request_id: id,
        response_payload_uncompressed_size: z.int().nullish(),
      }),
    ),
    cursor: z.int().min(0),
  }),
});

export const cancelFuture = endpoint({
  method: 'POST',
  path: 'cancel_future',
  request: z.object({ request_id: id, ...typed }),
  answer: z.unknown(),
});
