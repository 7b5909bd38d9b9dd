/**
 * Rows of a Parquet file, one row group in memory at a time. Whole numbers come as numbers where these hold them, and
 * times as ISO text, so that a row is what the same row of a JSONL file would be.
 */
import { existsSync } from 'node:fs';
import zlib from 'node:zlib';
import {
  asyncBufferFromFile,
  type Compressors,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from 'hyparquet';
import { type Row, TableError } from './row.ts';

/** Snappy is hyparquet's own. */
const compressors: Compressors = {
  GZIP: (input) => zlib.gunzipSync(input),
  BROTLI: (input) => zlib.brotliDecompressSync(input),
  ZSTD: (input) => zlib.zstdDecompressSync(input),
};

export interface ParquetReading {
  /** Top-level columns; those that the file lacks are left out. All if not given. */
  readonly columns?: readonly string[] | undefined;
  /** Rows that are passed over; row groups among them are not read. */
  readonly firstRow?: number;
}

export async function* readParquetRows(
  file: string,
  { columns, firstRow = 0 }: ParquetReading = {},
): AsyncGenerator<Row> {
  if (!existsSync(file)) throw new TableError(`${file}: no such file`);
  try {
    const buffer = await asyncBufferFromFile(file);
    const metadata = await parquetMetadataAsync(buffer);
    const there = parquetSchema(metadata).children.map(({ element }) => element.name);
    const read = columns && { columns: there.filter((name) => columns.includes(name)) };
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      const skipped = Math.max(0, firstRow - rowStart);
      if (rowEnd > firstRow) {
        const options = { file: buffer, metadata, rowStart, rowEnd, compressors, ...read };
        for (const [index, row] of (await parquetReadObjects(options)).entries()) {
          if (index < skipped) continue;
          const cells = plain(row) as Record<string, unknown>;
          yield { at: `row ${rowStart + index + 1}`, line: undefined, cells };
        }
      }
      rowStart = rowEnd;
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TableError(`${file}: it cannot be read as Parquet (${reason})`, { cause });
  }
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : `${value}`;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
