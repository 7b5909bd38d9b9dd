/** What went wrong between this client and its server, in words that name the server and what may be done. No key is in them. */

/**
 * - connection: no answer for longer than is waited
 * - rejected: the server does not take the request
 * - failed: the server took the request and could not do it
 * - billing: the server waits for payment
 * - session-lost: the session is over, and what belonged to it gone
 * - protocol: the answer is not what the protocol has
 * - unsupported: this kind of server cannot do it
 */
export type TinkerErrorKind =
  | 'connection'
  | 'rejected'
  | 'failed'
  | 'billing'
  | 'session-lost'
  | 'protocol'
  | 'unsupported';

export class TinkerError extends Error {
  override readonly name = 'TinkerError';
  readonly kind: TinkerErrorKind;
  /** HTTP status, where there was one. */
  readonly status: number | undefined;

  constructor(
    kind: TinkerErrorKind,
    message: string,
    options: ErrorOptions & { readonly status?: number } = {},
  ) {
    super(message, options);
    this.kind = kind;
    this.status = options.status;
  }
}

/** The key struck out, also where only its beginning is repeated. */
export function withoutKey(text: string, apiKey: string | undefined): string {
  if (apiKey === undefined || apiKey === '') return text;
  const whole = text.replaceAll(apiKey, '[key]');
  return apiKey.length < 16 ? whole : whole.replaceAll(apiKey.slice(0, 12), '[key]');
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
