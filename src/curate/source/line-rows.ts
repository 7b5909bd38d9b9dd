/**
 * Rows of JSONL from a stream of bytes, which may begin in the middle of a file at the beginning of a line. Lines end at
 * the byte 0x0A alone. Holds one line.
 */
import { z } from 'zod';
import { byteLines, lineDecoder, lineText, parseJsonLine } from '../../problems/json-lines.ts';
import type { ReadFrom, SourceRow } from './source-row.ts';

const objectSchema = z.record(z.string(), z.unknown());

/** `shown` names the file in faults. Blank lines have numbers, but are no rows. Throws a DataFileError. */
export async function* lineRows(
  chunks: AsyncIterable<Uint8Array>,
  shown: string,
  from: ReadFrom,
): AsyncGenerator<SourceRow> {
  const utf8 = lineDecoder();
  let number = from.rows;
  for await (const { bytes, end } of byteLines(chunks, from.byte ?? 0)) {
    number += 1;
    const text = lineText(utf8, bytes, { file: shown, number });
    if (text.trim() !== '')
      yield { row: number, cells: parseJsonLine(shown, number, text, objectSchema), endByte: end };
  }
}
