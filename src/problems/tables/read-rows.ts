/** Rows of a file of any format that is read here, by its extension. */
import path from 'node:path';
import { readCsvRows } from './csv-rows.ts';
import { readJsonHeader, readJsonLineRows, readJsonRows } from './json-rows.ts';
import { readParquetRows } from './parquet-rows.ts';
import { type Row, TableError } from './row.ts';
import { readYamlRows, readYamlTable } from './yaml-rows.ts';

const readers: Readonly<Record<string, (file: string) => AsyncGenerator<Row>>> = {
  '.csv': readCsvRows,
  '.jsonl': readJsonLineRows,
  '.json': readJsonRows,
  '.yaml': readYamlRows,
  '.yml': readYamlRows,
  '.parquet': readParquetRows,
};

export const tableExtensions: readonly string[] = Object.keys(readers);

/** Throws a TableError for an extension that is not known. */
export function readRows(file: string): AsyncGenerator<Row> {
  const extension = path.extname(file).toLowerCase();
  const read = readers[extension];
  if (read !== undefined) return read(file);
  const known = tableExtensions.join(', ');
  throw new TableError(
    `${file}: ${extension || 'a file without an extension'} is not read; known are ${known}`,
  );
}

/** What a file says of its rows as a whole: in YAML and JSON, what stands beside the list. */
export async function readHeader(file: string): Promise<Readonly<Record<string, unknown>>> {
  const extension = path.extname(file).toLowerCase();
  if (extension === '.json') return await readJsonHeader(file);
  return ['.yaml', '.yml'].includes(extension) ? (await readYamlTable(file)).header : {};
}
