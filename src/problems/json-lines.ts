/**
 * Reads JSONL line by line in flat memory, each line checked against a schema. A bad line is an error that names
 * file, line and field and says what was expected; nothing is skipped but blank lines. BOM and CRLF are accepted.
 *
 * Lines end at the byte 0x0A and nowhere else: node:readline also ends them at U+2028, which JSON text may hold.
 */
import { createReadStream } from 'node:fs';
import type { z } from 'zod';

/** A line of a data file that is not what it must be. */
export class DataFileError extends Error {
  readonly file: string;
  readonly line: number;

  constructor(file: string, line: number, detail: string) {
    super(`${file}:${line}  ${detail}`);
    this.name = 'DataFileError';
    this.file = file;
    this.line = line;
  }
}

/** The items of a JSONL file, one at a time. Throws a DataFileError at the first bad line. */
export async function* readJsonLines<S extends z.ZodType>(
  file: string,
  schema: S,
): AsyncGenerator<z.output<S>> {
  for await (const { item } of readNumberedJsonLines(file, schema)) yield item;
}

/** The same with the line that each item stands on, counted from 1. */
export async function* readNumberedJsonLines<S extends z.ZodType>(
  file: string,
  schema: S,
): AsyncGenerator<{ readonly line: number; readonly item: z.output<S> }> {
  const utf8 = lineDecoder();
  let number = 0;
  for await (const { bytes } of byteLines(chunksOf(file))) {
    number += 1;
    const line = lineText(utf8, bytes, { file, number });
    if (line.trim() !== '') yield { line: number, item: parseJsonLine(file, number, line, schema) };
  }
}

/** One line of JSON against a schema; `number` counts from 1. Throws a DataFileError. */
export function parseJsonLine<S extends z.ZodType>(
  file: string,
  number: number,
  line: string,
  schema: S,
): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataFileError(file, number, `not JSON: ${reason}. One JSON object a line is expected`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new DataFileError(
    file,
    number,
    `${field === '' ? 'the line' : `field ${field}`}: ${issue?.message ?? 'invalid'}`,
  );
}

/** The bytes of a file in chunks. What keeps it from being read is an Error that begins with the file's name. */
async function* chunksOf(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${file}: cannot be read (${reason})`, { cause });
  }
}

/** For `lineText`. */
export function lineDecoder(): TextDecoder {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
}

/** The text of a line, the first without a byte order mark. Throws a DataFileError for what is not UTF-8. */
export function lineText(
  utf8: TextDecoder,
  bytes: Uint8Array,
  { file, number }: { readonly file: string; readonly number: number },
): string {
  try {
    const text = utf8.decode(bytes);
    return number === 1 ? text.replace(/^\uFEFF/, '') : text;
  } catch {
    throw new DataFileError(file, number, 'not UTF-8');
  }
}

/**
 * Lines without their line feeds, what follows the last one too, each with the byte after it, its line feed included, counted
 * from `start`. Holds one line and one chunk.
 */
export async function* byteLines(
  chunks: AsyncIterable<Uint8Array>,
  start = 0,
): AsyncGenerator<{ readonly bytes: Uint8Array; readonly end: number }> {
  let begun: Uint8Array[] = [];
  let end = start;
  for await (const chunk of chunks) {
    let from = 0;
    for (let to = chunk.indexOf(0x0a); to >= 0; to = chunk.indexOf(0x0a, from)) {
      const last = chunk.subarray(from, to);
      const bytes = begun.length === 0 ? last : Buffer.concat([...begun, last]);
      begun = [];
      end += bytes.length + 1;
      yield { bytes, end };
      from = to + 1;
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
  }
  const rest = Buffer.concat(begun);
  yield { bytes: rest, end: end + rest.length };
}
