/**
 * Rows of JSONL from a stream of bytes, which may begin in the middle of a file at the beginning of a line. Lines end at
 * the byte 0x0A alone. Holds one line.
 */
import { z } from 'zod';
import { DataFileError, parseJsonLine } from '../../problems/json-lines.ts';
import type { ReadFrom, SourceRow } from './source-row.ts';

const objectSchema = z.record(z.string(), z.unknown());

/** `shown` names the file in faults. Blank lines have numbers, but are no rows. Throws a DataFileError. */
export async function* lineRows(
  chunks: AsyncIterable<Uint8Array>,
  shown: string,
  from: ReadFrom,
): AsyncGenerator<SourceRow> {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let line = from.rows;
  let byte = from.byte ?? 0;
  let begun: Uint8Array[] = [];
  function* rowOf(bytes: Uint8Array, endByte: number): Generator<SourceRow> {
    line += 1;
    let text: string;
    try {
      text = utf8.decode(bytes);
    } catch {
      throw new DataFileError(shown, line, 'not UTF-8');
    }
    if (line === 1) text = text.replace(/^\uFEFF/, '');
    if (text.trim() === '') return;
    yield { row: line, cells: parseJsonLine(shown, line, text, objectSchema), endByte };
  }
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      const bytes =
        begun.length === 0
          ? chunk.subarray(start, end)
          : Buffer.concat([...begun.splice(0), chunk.subarray(start, end)]);
      byte += bytes.length + 1;
      yield* rowOf(bytes, byte);
      start = end + 1;
    }
    if (start < chunk.length) begun.push(chunk.subarray(start));
  }
  if (begun.length === 0) return;
  const rest = Buffer.concat(begun);
  begun = [];
  yield* rowOf(rest, byte + rest.length);
}
