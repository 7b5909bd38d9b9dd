/**
 * A file of lines in batches of whole lines, as bytes, each with where it begins: for threads that read lines, and for
 * going back to single lines later. Memory is that of one batch.
 */
import { createReadStream } from 'node:fs';

export interface LineBatch {
  /** Whole lines with their line feeds; the last line of a file may lack one. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Place of the first byte in the file. */
  readonly offset: number;
  /** Number of the first line, counted from 1. */
  readonly firstLine: number;
}

const lineFeed = 0x0a;

/** What keeps the file from being read is an Error that begins with its name. */
export async function* lineBatches(file: string, batchBytes = 1 << 20): AsyncGenerator<LineBatch> {
  let waiting: Uint8Array[] = [];
  let offset = 0;
  let firstLine = 1;
  const batchOf = (pieces: readonly Uint8Array[]): LineBatch => {
    const bytes = Uint8Array.from(Buffer.concat(pieces));
    const batch = { bytes, offset, firstLine };
    offset += bytes.length;
    for (const byte of bytes) if (byte === lineFeed) firstLine += 1;
    return batch;
  };
  try {
    for await (const chunk of createReadStream(file, {
      highWaterMark: batchBytes,
    }) as AsyncIterable<Uint8Array>) {
      const end = chunk.lastIndexOf(lineFeed) + 1;
      if (end === 0) {
        waiting.push(chunk);
        continue;
      }
      yield batchOf([...waiting, chunk.subarray(0, end)]);
      waiting = [chunk.subarray(end)];
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${file}: cannot be read (${reason})`, { cause });
  }
  const rest = batchOf(waiting);
  if (rest.bytes.length > 0) yield rest;
}

/** The lines of a batch without their line feeds, and the place of each in the file. Blank lines are left out. */
export function* linesOf({ bytes, offset, firstLine }: LineBatch): Generator<{
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly line: number;
}> {
  let line = firstLine;
  for (let start = 0; start < bytes.length; line += 1) {
    const found = bytes.indexOf(lineFeed, start);
    const end = found < 0 ? bytes.length : found;
    const content = bytes.subarray(start, end);
    if (content.some((byte) => byte > 0x20)) yield { bytes: content, offset: offset + start, line };
    start = end + 1;
  }
}
