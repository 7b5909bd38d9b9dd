/**
 * Errors in OpenAI's form: `{"error": {message, type, param, code}}` under the HTTP status that official clients map to
 * their classes. What a client cannot mend does not tell it what happened inside; the request's id leads to the log.
 */
import { ModelError } from '../model/model-error.ts';

export type ApiErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'permission_error'
  | 'rate_limit_error'
  | 'timeout_error'
  | 'upstream_error'
  | 'server_error';

export interface ApiErrorDetails {
  readonly status: number;
  readonly type: ApiErrorType;
  /** Machine-readable: `invalid_api_key`, `model_not_found`. */
  readonly code: string;
  /** The field of the request that is at fault. */
  readonly param?: string;
  /** When to come again. */
  readonly retryAfterSeconds?: number;
  /** Official clients retry by status unless they are told. */
  readonly shouldRetry?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

export class ApiError extends Error {
  override readonly name: string = 'ApiError';
  readonly details: ApiErrorDetails;

  constructor(message: string, details: ApiErrorDetails) {
    super(message, { cause: details.cause });
    this.details = details;
  }

  get status(): number {
    return this.details.status;
  }

  /** The body of a response, and the event that ends a stream that broke. */
  toJSON(): object {
    const { type, param, code } = this.details;
    return { error: { message: this.message, type, param: param ?? null, code } };
  }

  /** What belongs in the header of the response. */
  headers(): Record<string, string> {
    const { retryAfterSeconds, shouldRetry, headers } = this.details;
    return {
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': `${retryAfterSeconds}` }),
      ...(shouldRetry === undefined ? {} : { 'x-should-retry': `${shouldRetry}` }),
      ...headers,
    };
  }
}

/** 400 with the field that is at fault. */
export function invalidRequest(param: string | undefined, message: string, code = 'invalid_value'): ApiError {
  return new ApiError(message, {
    status: 400,
    type: 'invalid_request_error',
    code,
    ...(param === undefined ? {} : { param }),
  });
}

/** A request's time is over. */
export class TimeLimitError extends ApiError {
  override readonly name = 'TimeoutError';

  constructor(seconds: number) {
    super(`the request took longer than the ${seconds} s that this server gives one`, {
      status: 504,
      type: 'timeout_error',
      code: 'timeout',
      shouldRetry: false,
    });
  }
}

/** The server is being stopped. */
export function shuttingDown(): ApiError {
  return new ApiError('the server is shutting down', {
    status: 503,
    type: 'server_error',
    code: 'shutting_down',
    retryAfterSeconds: 5,
  });
}

/** Nobody is left to read the answer. 499 never goes over the wire; it is what logs call it. */
export function clientGone(): ApiError {
  return new ApiError('the client has gone', {
    status: 499,
    type: 'invalid_request_error',
    code: 'client_gone',
  });
}

/** Any error as one that may be told to a client. */
export function apiErrorOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof ModelError) return fromModel(error);
  return new ApiError('the server failed to answer this request; its log says why', {
    status: 500,
    type: 'server_error',
    code: 'internal_error',
    cause: error,
  });
}

function fromModel(error: ModelError): ApiError {
  const cause = error;
  const wait = error.retryAfterMilliseconds;
  const retryAfterSeconds = wait === undefined ? 1 : Math.max(1, Math.ceil(wait / 1000));
  const upstream = { type: 'upstream_error', shouldRetry: error.isRetryable, cause } as const;
  switch (error.kind) {
    case 'invalid-request':
      return new ApiError(error.message, { ...invalidRequest(undefined, '').details, cause });
    case 'context-length':
      return new ApiError(error.message, {
        ...invalidRequest('messages', '', 'context_length_exceeded').details,
        cause,
      });
    case 'refused':
      return new ApiError(error.message, {
        ...invalidRequest('messages', '', 'content_filter').details,
        cause,
      });
    case 'overloaded':
      return new ApiError(error.message, {
        ...{ status: 429, type: 'rate_limit_error', code: 'model_overloaded' },
        ...{ retryAfterSeconds, cause },
      });
    case 'circuit-open':
      return new ApiError(error.message, {
        ...upstream,
        status: 503,
        code: 'model_unavailable',
        retryAfterSeconds,
      });
    case 'idle-timeout':
    case 'total-timeout':
      return new ApiError(error.message, { ...upstream, status: 504, code: 'model_timeout' });
    case 'authentication':
      return new ApiError('the model behind this server refused the key that this server has for it', {
        ...{ ...upstream, status: 502, code: 'model_authentication', shouldRetry: false },
      });
    case 'connection':
    case 'server':
    case 'protocol':
      return new ApiError(error.message, { ...upstream, status: 502, code: 'model_failed' });
  }
}
