/**
 * What an endpoint of the Tinker API takes and answers, as data that client and server share. Unknown fields are
 * dropped on both sides, as the protocol wants it; `null` is read as absent.
 */
import { z } from 'zod';

/** Before every path. */
export const apiPrefix = '/api/v1/';

export interface Endpoint<Q extends z.ZodType = z.ZodType, A extends z.ZodType = z.ZodType> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** After `apiPrefix`; `{name}` stands for a part that the caller fills in. */
  readonly path: string;
  /** Of the JSON body, or of the query of a GET. */
  readonly request: Q;
  readonly answer: A;
}

/** Answers at once with a ticket; `retrieve_future` answers with the result. */
export interface FutureEndpoint<Q extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType>
  extends Endpoint<Q, typeof futureTicket> {
  readonly result: R;
  /** What the header `x-tinker-request-type` calls it. */
  readonly requestType: string;
}

export const futureTicket = z.object({
  request_id: z.string().min(1),
  model_id: z.string().nullish(),
  /** Of `asample`: one a sequence, in their order; the official SDK insists on them since 0.26. */
  sample_sequence_ids: z.array(z.string()).nullish(),
});
export type FutureTicket = z.infer<typeof futureTicket>;

export function endpoint<Q extends z.ZodType, A extends z.ZodType>(given: Endpoint<Q, A>): Endpoint<Q, A> {
  return given;
}

export function futureEndpoint<Q extends z.ZodType, R extends z.ZodType>(
  given: Omit<FutureEndpoint<Q, R>, 'answer' | 'method'>,
): FutureEndpoint<Q, R> {
  return { method: 'POST', answer: futureTicket, ...given };
}

/** The path with its parts filled in, each escaped but for slashes, which checkpoint ids have. */
export function pathOf(path: string, parts: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    (parts[name] ?? '').split('/').map(encodeURIComponent).join('/'),
  );
}

/** An id that the other side gave: opaque. */
export const id = z.string().min(1).max(500);
/** Place in the order of requests to a model or a sampling session. */
export const sequenceNumber = z.int().min(0);
export const metadata = z.record(z.string(), z.string()).nullish();
/** The request's name once more in its body, which some clients send. */
export const typed = { type: z.string().nullish() };
/** Any JSON object, or nothing. */
export const anything = z.unknown();
