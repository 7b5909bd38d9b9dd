/**
 * Rows of a YAML file: a list, alone or under `problems`. What stands beside the list is the header of the whole. A
 * row that is text alone is a statement. Rows are named by their lines.
 */
import { readFile } from 'node:fs/promises';
import { isMap, isSeq, LineCounter, parseDocument, type YAMLSeq } from 'yaml';
import { type Row, TableError } from './row.ts';

export interface YamlTable {
  readonly header: Readonly<Record<string, unknown>>;
  readonly rows: readonly Row[];
}

export async function* readYamlRows(file: string): AsyncGenerator<Row> {
  yield* (await readYamlTable(file)).rows;
}

/** Throws a TableError that names the line. */
export async function readYamlTable(file: string): Promise<YamlTable> {
  const lines = new LineCounter();
  const document = parseDocument(await textOf(file), { lineCounter: lines, prettyErrors: false });
  const lineAt = (position: number | undefined): number => lines.linePos(position ?? 0).line;
  const [error] = document.errors;
  if (error !== undefined) throw new TableError(`${file}:${lineAt(error.pos[0])}  ${error.message}`);
  const { contents } = document;
  const list = isMap(contents) ? contents.get('problems', true) : contents;
  if (!isSeq(list))
    throw new TableError(`${file}: a list of problems is expected, alone or under "problems"`);
  const values = toJs(file, () => document.toJS() as unknown);
  const { problems, ...header } = Array.isArray(values)
    ? { problems: values }
    : (values as Record<string, unknown>);
  const items = Array.isArray(problems) ? (problems as unknown[]) : [];
  return { header, rows: items.map((item, index) => rowOf(file, item, lineAt(startOf(list, index)))) };
}

function rowOf(file: string, item: unknown, line: number): Row {
  const at = `line ${line}`;
  if (typeof item === 'string') return { at, line, cells: { statement: item } };
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw new TableError(
      `${file}:${line}  a problem is its fields (id, statement, …) or its statement alone`,
    );
  }
  return { at, line, cells: { ...item } };
}

function startOf(list: YAMLSeq, index: number): number | undefined {
  const item = list.items[index];
  const isNode = typeof item === 'object' && item !== null && 'range' in item;
  return isNode ? (item.range as readonly number[] | null | undefined)?.[0] : undefined;
}

function toJs(file: string, convert: () => unknown): unknown {
  try {
    return convert();
  } catch (cause) {
    // An alias to nothing, or a bomb of aliases.
    throw new TableError(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TableError(
      `${file}: ${cause instanceof TypeError ? 'it is not UTF-8 text' : `cannot be read (${reason})`}`,
      { cause },
    );
  }
}
