/**
 * Reads JSONL line by line in flat memory, each line checked against a schema. A bad line is an error that names
 * file, line and field and says what was expected; nothing is skipped but blank lines. BOM and CRLF are accepted.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
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
  const stream = createReadStream(file, { encoding: 'utf8' });
  try {
    let number = 0;
    for await (const raw of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      const line = number === 1 ? raw.replace(/^\uFEFF/, '') : raw;
      if (line.trim() !== '') yield parseLine(file, number, line, schema);
    }
  } finally {
    stream.destroy();
  }
}

function parseLine<S extends z.ZodType>(file: string, number: number, line: string, schema: S): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new DataFileError(
      file,
      number,
      `not JSON: ${(error as Error).message}. One JSON object a line is expected`,
    );
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
