/** The text of a file in chunks, as strict UTF-8: a file that is not is refused, not read with marks in its place. */
import { createReadStream } from 'node:fs';
import { TableError } from './row.ts';

export async function* textChunks(file: string): AsyncGenerator<string> {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const bytes of createReadStream(file) as AsyncIterable<Uint8Array>) {
      yield utf8.decode(bytes, { stream: true });
    }
    yield utf8.decode();
  } catch (cause) {
    if (cause instanceof TypeError) throw new TableError(`${file}: it is not UTF-8 text`, { cause });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TableError(`${file}: cannot be read (${reason})`, { cause });
  }
}
