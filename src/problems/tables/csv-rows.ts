/**
 * Rows of a CSV file with a header, read as a stream. Quoted fields may span lines. A row with more or fewer cells
 * than the header is handed on as a misfit, since published files have such rows and only a reader that knows the
 * columns can mend them; nothing is padded, cut or skipped in silence.
 */
import { pipeline, Readable } from 'node:stream';
import { type Info, parse } from 'csv-parse';
import { type Row, TableError } from './row.ts';
import { textChunks } from './text-chunks.ts';

interface CsvRecord {
  readonly record: string[];
  readonly info: Info;
}

export async function* readCsvRows(file: string): AsyncGenerator<Row> {
  let header: readonly string[] | undefined;
  let linesBefore = 0;
  for await (const { record, info } of recordsOf(file)) {
    const line = linesBefore + 1;
    linesBefore = info.lines;
    if (header === undefined) {
      header = checkedHeader(file, record);
      continue;
    }
    const names = header.slice(0, record.length);
    yield {
      at: `line ${line}`,
      line,
      cells: Object.fromEntries(names.map((name, index) => [name, record[index]])),
      ...(record.length === header.length ? {} : { misfit: { expected: header.length, values: record } }),
    };
  }
  if (header === undefined)
    throw new TableError(`${file}: it is empty; CSV with a line of column names is expected`);
}

async function* recordsOf(file: string): AsyncGenerator<CsvRecord> {
  // Broken quoting is let through: it changes the number of cells, which the caller sees.
  const parser = parse({
    bom: true,
    info: true,
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
  });
  // A failure of the source destroys the parser with the same error, which the loop below then throws.
  pipeline(Readable.from(textChunks(file)), parser, () => undefined);
  try {
    yield* parser as AsyncIterable<CsvRecord>;
  } catch (cause) {
    if (cause instanceof TableError) throw cause;
    throw new TableError(
      `${file}: it is not CSV (${cause instanceof Error ? cause.message : String(cause)})`,
      { cause },
    );
  }
}

function checkedHeader(file: string, names: readonly string[]): readonly string[] {
  const trimmed = names.map((name) => name.trim());
  if (trimmed[0]?.startsWith('<') === true)
    throw new TableError(`${file}: it is a page of HTML or XML, not CSV`);
  const twice = trimmed.find((name, index) => trimmed.indexOf(name) < index);
  if (twice !== undefined)
    throw new TableError(`${file}: line 1: the column ${JSON.stringify(twice)} is there twice`);
  return trimmed;
}
