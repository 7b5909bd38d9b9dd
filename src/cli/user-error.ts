/**
 * An error that a person can mend: its message says what is wrong and what to do, and no stack trace is shown.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** 1: it could not be done; 2: it was not asked for properly. */
  readonly exitCode: 1 | 2;

  constructor(message: string, options: { readonly exitCode: 1 | 2; readonly cause?: Error }) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.exitCode = options.exitCode;
  }
}
