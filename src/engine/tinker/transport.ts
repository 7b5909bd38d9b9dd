/** One HTTP request and its whole answer, with a time limit. Nothing is retried here. */

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Without parameters, in lower case. */
  readonly contentType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Throws NoAnswer, or an AbortError when the caller's signal fired. */
export type Transport = (request: HttpRequest) => Promise<HttpAnswer>;

/** The server could not be reached, broke off, or took too long. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** False: the server was never reached. */
  readonly mayHaveArrived: boolean;

  constructor(message: string, options: ErrorOptions & { readonly mayHaveArrived?: boolean } = {}) {
    super(message, options);
    this.mayHaveArrived = options.mayHaveArrived ?? true;
  }
}

const neverReached = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

export const fetchTransport: Transport = async ({ method, url, headers, body, timeout, signal }) => {
  signal?.throwIfAborted();
  const limit = AbortSignal.timeout(timeout);
  try {
    const response = await fetch(url, {
      method,
      headers,
      // A key must not follow to another host.
      redirect: 'manual',
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      ...(body === undefined ? {} : { body }),
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const type = response.headers.get('content-type') ?? '';
    return {
      status: response.status,
      headers: response.headers,
      contentType: type.split(';', 1)[0]?.trim().toLowerCase() ?? '',
      bytes,
    };
  } catch (cause) {
    if (signal?.aborted === true) throw new DOMException('the request was aborted', 'AbortError');
    if (limit.aborted) throw new NoAnswer(`no answer within ${timeout / 1000} s`, { cause });
    throw new NoAnswer(reasonOf(cause), { cause, mayHaveArrived: !neverReached.has(codeOf(cause)) });
  }
};

/** What fetch hides in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError && cause.errors.length > 0) return reasonOf(cause.errors[0]);
  return cause instanceof Error ? cause.message : error.message;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  const { cause } = error;
  return codeOf(cause instanceof AggregateError ? cause.errors[0] : cause);
}
