/**
 * The rows of one file of a source, or of one member of a zip file, in flat memory for JSONL, CSV and Parquet (of which one row
 * group is held); a JSON document is held whole. Reading can go on after any row: at its byte where the format allows,
 * else by passing over the rows before it.
 */
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { readCsvRows } from '../../problems/tables/csv-rows.ts';
import { readParquetRows } from '../../problems/tables/parquet-rows.ts';
import { TableError } from '../../problems/tables/row.ts';
import type { Cells } from './column-values.ts';
import { lineRows } from './line-rows.ts';
import { listOf, nestedRows } from './nested-rows.ts';
import type { SourceCard } from './source-card.ts';
import type { ReadFrom, SourceRow } from './source-row.ts';
import { zipMember } from './zip-member.ts';

export interface SourceRowsOptions {
  readonly file: string;
  readonly member: string | undefined;
  readonly card: Pick<SourceCard, 'reader' | 'nested' | 'fields'>;
  /** Top-level columns that are read; undefined for all. Others are not even decoded where the format allows. */
  readonly columns: readonly string[] | undefined;
  readonly from: ReadFrom;
}

type Reader = NonNullable<SourceCard['reader']>;

const readerOf: Readonly<Record<string, Reader>> = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.json': 'json',
  '.csv': 'csv',
  '.parquet': 'parquet',
};

/** Throws a DataFileError or a TableError. */
export async function* sourceRows(options: SourceRowsOptions): AsyncGenerator<SourceRow> {
  const { file, member, card, from } = options;
  const name = member ?? file;
  const shown = member === undefined ? file : `${file} (${member})`;
  const reader = card.reader ?? readerOf[path.extname(name).toLowerCase()];
  if (reader === undefined) {
    throw new TableError(`${shown}: it is not known how this is read; the card may say it with "reader"`);
  }
  if (reader === 'jsonl') {
    // A member cannot be entered in its middle: what was done is passed over.
    yield* member === undefined
      ? lineRows(bytesOf(file, from.byte ?? 0), shown, from)
      : after(lineRows(zipMember(file, member), shown, { rows: 0, byte: 0 }), from);
    return;
  }
  if (reader === 'json') {
    yield* after(
      jsonRows(member === undefined ? bytesOf(file, 0) : zipMember(file, member), shown, card),
      from,
    );
    return;
  }
  if (member !== undefined) throw new TableError(`${shown}: a member of a zip file is JSON or JSONL`);
  yield* reader === 'parquet' ? parquetRows(options) : after(csvRows(file), from);
}

async function* parquetRows({ file, columns, from }: SourceRowsOptions): AsyncGenerator<SourceRow> {
  let row = from.rows;
  for await (const { cells } of readParquetRows(file, { columns, firstRow: from.rows })) {
    row += 1;
    yield { row, cells };
  }
}

async function* csvRows(file: string): AsyncGenerator<SourceRow> {
  let row = 0;
  for await (const { cells, misfit } of readCsvRows(file)) {
    row += 1;
    const fault = misfit && `${misfit.values.length} cells where the header has ${misfit.expected}`;
    yield { row, cells, ...(fault === undefined ? {} : { misfit: fault }) };
  }
}

async function* jsonRows(
  chunks: AsyncIterable<Uint8Array>,
  shown: string,
  { nested, fields }: SourceRowsOptions['card'],
): AsyncGenerator<SourceRow> {
  const document = await jsonOf(chunks, shown);
  const items = nested ? [...nestedRows(document, fields.statement)] : (listOf(document) ?? [document]);
  for (const [index, item] of items.entries()) {
    if (typeof item !== 'object' || item === null || Array.isArray(item))
      throw new TableError(`${shown}: item ${index + 1}: an object is expected`);
    yield { row: index + 1, cells: item as Cells };
  }
}

async function jsonOf(chunks: AsyncIterable<Uint8Array>, shown: string): Promise<unknown> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts)));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TableError(`${shown}: not JSON (${reason})`, { cause });
  }
}

async function* bytesOf(file: string, start: number): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file, { start }) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TableError(`${file}: cannot be read (${reason})`, { cause });
  }
}

async function* after(rows: AsyncIterable<SourceRow>, { rows: done }: ReadFrom): AsyncGenerator<SourceRow> {
  for await (const row of rows) if (row.row > done) yield row;
}
