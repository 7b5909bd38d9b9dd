/** Why a model gave no reply, and whether asking again may help. A failed call is never an answer. */
import type { Usage } from './chat-model.ts';

export type ModelErrorKind =
  /** No connection, or it broke. */
  | 'connection'
  /** Nothing came for too long, or the whole took too long. */
  | 'idle-timeout'
  | 'total-timeout'
  /** 429, or 503 with a hint when to come again. */
  | 'overloaded'
  /** Other 5xx. */
  | 'server'
  /** 401, 403, and an account without credit: 402, or 429 that no waiting lifts. */
  | 'authentication'
  /** 400, 404, 422, and what the model cannot do. */
  | 'invalid-request'
  | 'context-length'
  /** The provider refused to answer for reasons of content. */
  | 'refused'
  /** What came is not what the protocol says: HTML, broken JSON, a stream without an end. */
  | 'protocol'
  /** The endpoint failed so often that it is left alone for a while. */
  | 'circuit-open';

export interface ModelErrorDetails {
  readonly kind: ModelErrorKind;
  readonly isRetryable: boolean;
  /** HTTP status, where there was one. */
  readonly status?: number;
  /** The server's own wish, in milliseconds. */
  readonly retryAfterMilliseconds?: number;
  /** Beginning of the server's answer, for a human. */
  readonly body?: string;
  /** What was used before it failed, where a reply had begun: providers charge for it. */
  readonly usage?: Usage;
  readonly cause?: unknown;
}

/** Code of the cause where a connection was not made in time. */
export const connectTimeoutCode = 'ERR_CONNECT_TIMEOUT';

/** Codes of causes for an address where nobody listens; the others are the system's own. */
const nobodyThere = [
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
  connectTimeoutCode,
];

export class ModelError extends Error {
  readonly kind: ModelErrorKind;
  readonly isRetryable: boolean;
  readonly status: number | undefined;
  readonly retryAfterMilliseconds: number | undefined;
  readonly body: string | undefined;
  readonly usage: Usage | undefined;

  constructor(message: string, details: ModelErrorDetails) {
    super(message, { cause: details.cause });
    this.name = 'ModelError';
    this.kind = details.kind;
    this.isRetryable = details.isRetryable;
    this.status = details.status;
    this.retryAfterMilliseconds = details.retryAfterMilliseconds;
    this.body = details.body;
    this.usage = details.usage;
  }
}

/**
 * No connection was ever made, so that nothing was sent: every other call would meet the same, and nobody charges. A
 * connection that broke is another matter.
 */
export function neverConnected({ kind, cause }: ModelError): boolean {
  return (
    kind === 'connection' &&
    cause instanceof Error &&
    'code' in cause &&
    nobodyThere.includes(String(cause.code))
  );
}
