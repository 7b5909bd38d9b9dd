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
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let number = 0;
  for await (const bytes of byteLines(file)) {
    number += 1;
    let line: string;
    try {
      line = utf8.decode(bytes);
    } catch {
      throw new DataFileError(file, number, 'not UTF-8');
    }
    if (number === 1) line = line.replace(/^\uFEFF/, '');
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

/** The lines of a file without their line feeds; holds one line and one chunk of the file. */
async function* byteLines(file: string): AsyncGenerator<Uint8Array> {
  let begun: Uint8Array[] = [];
  for await (const chunk of chunksOf(file)) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      yield Buffer.concat([...begun, chunk.subarray(start, end)]);
      begun = [];
      start = end + 1;
    }
    begun.push(chunk.subarray(start));
  }
  yield Buffer.concat(begun);
}
