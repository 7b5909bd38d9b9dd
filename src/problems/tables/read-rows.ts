/** Rows of a file of any format that is read here, by its extension. */
import path from 'node:path';
import { readCsvRows } from './csv-rows.ts';
import { readJsonLineRows, readJsonRows } from './json-rows.ts';
import { readParquetRows } from './parquet-rows.ts';
import { type Row, TableError } from './row.ts';
import { readYamlRows } from './yaml-rows.ts';

const readers: Readonly<Record<string, (file: string) => AsyncGenerator<Row>>> = {
  '.csv': readCsvRows,
  '.jsonl': readJsonLineRows,
  '.json': readJsonRows,
  '.yaml': readYamlRows,
  '.yml': readYamlRows,
  '.parquet': readParquetRows,
};

export const tableExtensions: readonly string[] = Object.keys(readers);

/** `name` is what says the format, where it is not the file's own name. Throws a TableError. */
export function readRows(file: string, name: string = file): AsyncGenerator<Row> {
  const extension = path.extname(name).toLowerCase();
  const read = readers[extension];
  if (read !== undefined) return read(file);
  const known = tableExtensions.join(', ');
  throw new TableError(
    `${file}: ${extension || 'a file without an extension'} is not read; known are ${known}`,
  );
}
