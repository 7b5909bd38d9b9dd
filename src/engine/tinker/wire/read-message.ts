/** Errors of the protobuf reader, said of the message that was expected. */
import { WireError } from './wire-error.ts';

export function readMessage<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WireError(`the bytes are no ${name}: ${reason}`, { cause });
  }
}
