/** What was asked for is not there; the message says what is. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
}
