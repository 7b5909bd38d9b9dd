/** Rows of JSON: one object a line (.jsonl), or one list of objects, alone or under `problems` (.json). */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { readNumberedJsonLines } from '../json-lines.ts';
import { type Row, TableError } from './row.ts';

const objectSchema = z.record(z.string(), z.unknown());

/** In flat memory. Throws a DataFileError for a line that is not an object. */
export async function* readJsonLineRows(file: string): AsyncGenerator<Row> {
  for await (const { line, item } of readNumberedJsonLines(file, objectSchema)) {
    yield { at: `line ${line}`, line, cells: item };
  }
}

/** Lines are not known here, so rows are named by their place in the list. */
export async function* readJsonRows(file: string): AsyncGenerator<Row> {
  const items = listIn(await parsed(file));
  if (items === undefined)
    throw new TableError(`${file}: a list of objects is expected, alone or under "problems"`);
  for (const [index, item] of items.entries()) {
    const at = `item ${index + 1}`;
    const cells = objectSchema.safeParse(item);
    if (!cells.success) throw new TableError(`${file}: ${at}: an object is expected`);
    yield { at, line: undefined, cells: cells.data };
  }
}

async function parsed(file: string): Promise<unknown> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (cause) {
    const reason =
      cause instanceof TypeError ? 'it is not UTF-8 text' : `cannot be read (${messageOf(cause)})`;
    throw new TableError(`${file}: ${reason}`, { cause });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new TableError(`${file}: not JSON (${messageOf(cause)})`, { cause });
  }
}

/** What stands beside the list of problems. */
export async function readJsonHeader(file: string): Promise<Readonly<Record<string, unknown>>> {
  const document = objectSchema.safeParse(await parsed(file));
  if (!document.success) return {};
  const { problems, ...header } = document.data;
  return header;
}

/** The list of a document that is one, or has one under `problems`. */
function listIn(document: unknown): readonly unknown[] | undefined {
  if (Array.isArray(document)) return document;
  if (typeof document !== 'object' || document === null || !('problems' in document)) return undefined;
  return Array.isArray(document.problems) ? document.problems : undefined;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
