/** Why a file could not be had from its address, in one sentence that begins with what was asked for. */
export type RemoteFailure =
  /** No connection: no network, no such host, nobody listening, silence. */
  | 'unreachable'
  /** The server answered with another status than success. */
  | 'status'
  /** The answer broke off and could not be continued. */
  | 'broken'
  /** A page or a pointer came instead of the file, or an address that may not be read. */
  | 'not-the-file'
  /** The bytes are not those that were expected. */
  | 'checksum';

export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  readonly kind: RemoteFailure;
  readonly status: number | undefined;
  /** The hub's own name of the error, where it gives one. */
  readonly code: string | undefined;

  constructor(
    kind: RemoteFailure,
    message: string,
    options: {
      readonly cause?: unknown;
      readonly status?: number | undefined;
      readonly code?: string | undefined;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.status = options.status;
    this.code = options.code;
  }
}
