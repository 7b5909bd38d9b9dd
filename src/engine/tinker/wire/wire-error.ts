/** What came over the wire is not what the protocol has there: the message says of what, where, and what was expected. */

export class WireError extends Error {
  override readonly name = 'WireError';
}
