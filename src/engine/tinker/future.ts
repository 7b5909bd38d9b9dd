/**
 * Waits for the result of a request that the server does in its own time: `retrieve_future` is asked over and over, by the
 * table of the protocol (docs/tinker.md). A ticket that the server has forgotten (410) is bought again.
 */
import type { Connection } from './connection.ts';
import { TinkerError } from './tinker-error.ts';
import { type HttpAnswer, NoAnswer } from './transport.ts';
import type { FutureTicket } from './wire/endpoints/endpoint.ts';
import { readFutureAnswer, retrieveFuture } from './wire/endpoints/future-endpoints.ts';

export const protobufType = 'application/x-protobuf';

const pollTimeout = 45_000;
/** How long a server may be out of reach, or fail at once, before a result is given up. */
const longestSilence = 15 * 60_000;
const longestBilling = 60 * 60_000;
const billingPause = 5_000;
/** Bad requests after the first: some servers say so once when they are asked too early. */
const badRequestRetries = 3;

export interface FutureOptions {
  /** Header `x-tinker-request-type`. */
  readonly requestType: string;
  /** The result may be protobuf. */
  readonly protobuf: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Submits the request again. */
  readonly resubmit: () => Promise<FutureTicket>;
  /** Told the id under which the request is known, at first and when it was submitted again. */
  readonly onTicket?: (ticket: FutureTicket) => void;
}

/** A result as it came; its content type says how to read it. JSON results are no `try_again` and no error. */
export type FutureResult =
  | { readonly kind: 'protobuf'; readonly bytes: Uint8Array }
  | { readonly kind: 'json'; readonly value: unknown };

export async function awaitFuture(
  connection: Connection,
  first: FutureTicket,
  options: FutureOptions,
): Promise<FutureResult> {
  const { clock } = connection;
  let ticket = first;
  options.onTicket?.(ticket);
  let allowMetadata = true;
  let badRequests = 0;
  let pauses = 0;
  let resubmissions = 0;
  let billedSince: number | undefined;
  let troubleSince: number | undefined;
  for (let iteration = 0; ; iteration += 1) {
    const answer = await poll(connection, ticket, { ...options, allowMetadata, iteration });
    if (answer instanceof NoAnswer || answer.status === 429) {
      troubleSince = troubleFrom(connection, troubleSince, answer);
      await clock.sleep(Math.min(1000 * 2 ** pauses, 30_000), options.signal);
      pauses += 1;
      continue;
    }
    if (answer.status >= 500) {
      // At once, as the table has it, but a server that goes on failing is not asked in a circle.
      troubleSince = troubleFrom(connection, troubleSince, answer);
      if (pauses > 0) await clock.sleep(Math.min(250 * 2 ** pauses, 5_000), options.signal);
      pauses += 1;
      continue;
    }
    pauses = 0;
    troubleSince = undefined;
    // The server has held the request for as long as it does.
    if (answer.status === 408) continue;
    if (answer.status === 410) {
      resubmissions += 1;
      if (resubmissions > 5) throw connection.errorOf('retrieve_future', answer);
      ticket = await options.resubmit();
      options.onTicket?.(ticket);
      allowMetadata = true;
      continue;
    }
    if (answer.status === 402) {
      billedSince ??= clock.now();
      if (clock.now() === billedSince) {
        connection.onRemark(
          `${connection.label} waits for payment: ${connection.errorOf('retrieve_future', answer).message}`,
        );
      }
      if (clock.now() - billedSince > longestBilling) {
        throw connection.errorOf('retrieve_future', answer, 'An hour has passed.');
      }
      await clock.sleep(billingPause, options.signal);
      continue;
    }
    billedSince = undefined;
    if (answer.status === 400 && badRequests < badRequestRetries) {
      badRequests += 1;
      continue;
    }
    if (answer.status >= 300) throw failureOf(connection, answer, options.requestType);
    badRequests = 0;
    if (answer.contentType === protobufType) return { kind: 'protobuf', bytes: answer.bytes };
    const read = readFutureAnswer(connection.json(answer, `retrieve_future (${options.requestType})`));
    if (read.kind === 'result') return { kind: 'json', value: read.value };
    if (read.kind === 'metadata') allowMetadata = false;
    if (read.kind === 'failed') {
      const whose = read.category === 'user' ? 'it blames the request' : 'it blames itself';
      throw new TinkerError(
        'failed',
        `${connection.label} could not do ${options.requestType} (${whose}): ${connection.said(read.error)}`,
      );
    }
  }
}

async function poll(
  connection: Connection,
  ticket: FutureTicket,
  {
    allowMetadata,
    iteration,
    requestType,
    protobuf,
    signal,
  }: FutureOptions & { readonly allowMetadata: boolean; readonly iteration: number },
): Promise<HttpAnswer | NoAnswer> {
  try {
    return await connection.send(retrieveFuture.path, {
      body: { request_id: ticket.request_id, allow_metadata_only: allowMetadata },
      headers: {
        'x-tinker-request-iteration': String(iteration),
        'x-tinker-request-type': requestType,
        ...(protobuf ? { accept: protobufType } : {}),
      },
      timeout: pollTimeout,
      retries: false,
      signal,
    });
  } catch (error) {
    if (error instanceof NoAnswer) return error;
    throw error;
  }
}

/** When the trouble began. Throws when it has lasted too long. */
function troubleFrom(
  connection: Connection,
  since: number | undefined,
  trouble: HttpAnswer | NoAnswer,
): number {
  const now = connection.clock.now();
  if (since === undefined) return now;
  if (now - since <= longestSilence) return since;
  if (trouble instanceof NoAnswer) {
    throw new TinkerError(
      'connection',
      `${connection.label} has not answered for ${longestSilence / 60_000} minutes (${trouble.message})`,
      { cause: trouble },
    );
  }
  throw connection.errorOf('retrieve_future', trouble);
}

function failureOf(connection: Connection, answer: HttpAnswer, requestType: string): TinkerError {
  // SkyRL answers 400 where a request failed.
  if (answer.status !== 400) return connection.errorOf('retrieve_future', answer);
  const { message } = connection.errorOf(`retrieve_future (${requestType})`, answer);
  return new TinkerError('failed', message, { status: 400 });
}
