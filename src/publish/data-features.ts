/**
 * The types of a data set's columns, learnt from all of its rows, in the form in which a data card tells them to the
 * `datasets` library. A value that is a text in one row and a number in another is written as a text: a column has one type.
 */
import { isRecord } from '../engine/json-file.ts';

type Scalar = 'bool' | 'int64' | 'float64' | 'string';
type Column =
  | { readonly kind: 'null' }
  | { readonly kind: 'scalar'; readonly type: Scalar; readonly isMixed: boolean }
  | { readonly kind: 'list'; readonly item: Column }
  | { readonly kind: 'struct'; readonly fields: ReadonlyMap<string, Column> };

export class DataFeatures {
  #row: Column = { kind: 'null' };

  /** Throws an Error that names the field whose values no column can hold. */
  add(row: Readonly<Record<string, unknown>>): void {
    this.#row = merged(this.#row, columnOf(row), '');
  }

  /** `dataset_info.features`. */
  toYaml(): unknown[] {
    return this.#row.kind === 'struct' ? fieldsYaml(this.#row.fields) : [];
  }

  get hasMixed(): boolean {
    return isMixed(this.#row);
  }

  /** The row with texts where its columns ask for them. */
  fitted(row: Readonly<Record<string, unknown>>): unknown {
    return fitted(row, this.#row);
  }
}

function columnOf(value: unknown): Column {
  if (value === null || value === undefined) return { kind: 'null' };
  if (typeof value === 'boolean') return { kind: 'scalar', type: 'bool', isMixed: false };
  if (typeof value === 'string') return { kind: 'scalar', type: 'string', isMixed: false };
  if (typeof value === 'number')
    return { kind: 'scalar', type: Number.isSafeInteger(value) ? 'int64' : 'float64', isMixed: false };
  if (Array.isArray(value)) {
    const item = value.reduce<Column>((whole, one) => merged(whole, columnOf(one), '[]'), { kind: 'null' });
    return { kind: 'list', item };
  }
  const fields = Object.entries(value).map(([name, one]) => [name, columnOf(one)] as const);
  return { kind: 'struct', fields: new Map(fields) };
}

function merged(a: Column, b: Column, field: string): Column {
  if (a.kind === 'null') return b;
  if (b.kind === 'null') return a;
  if (a.kind === 'scalar' && b.kind === 'scalar') {
    if (a.type === b.type) return a.isMixed ? a : b;
    const areNumbers = [a.type, b.type].every((type) => type === 'int64' || type === 'float64');
    if (areNumbers) return { kind: 'scalar', type: 'float64', isMixed: false };
    return { kind: 'scalar', type: 'string', isMixed: true };
  }
  if (a.kind === 'list' && b.kind === 'list')
    return { kind: 'list', item: merged(a.item, b.item, `${field}[]`) };
  if (a.kind === 'struct' && b.kind === 'struct') {
    const fields = new Map(a.fields);
    for (const [name, column] of b.fields) {
      const before = fields.get(name);
      const own = field === '' ? name : `${field}.${name}`;
      fields.set(name, before === undefined ? column : merged(before, column, own));
    }
    return { kind: 'struct', fields };
  }
  throw new Error(
    `field ${field} is a ${a.kind} in one row and a ${b.kind} in another; a column has one type`,
  );
}

function fieldsYaml(fields: ReadonlyMap<string, Column>): unknown[] {
  return [...fields].map(([name, column]) => ({ name, ...columnYaml(column) }));
}

function columnYaml(column: Column): Record<string, unknown> {
  switch (column.kind) {
    case 'null':
      return { dtype: 'null' };
    case 'scalar':
      return { dtype: column.type };
    case 'struct':
      // Arrow has no struct without fields in a table that it writes: such a column holds nothing.
      return column.fields.size === 0 ? { dtype: 'null' } : { struct: fieldsYaml(column.fields) };
    case 'list': {
      const { item } = column;
      if (item.kind === 'struct') return { list: fieldsYaml(item.fields) };
      if (item.kind === 'scalar') return { sequence: item.type };
      return { sequence: item.kind === 'null' ? 'null' : columnYaml(item) };
    }
  }
}

function isMixed(column: Column): boolean {
  if (column.kind === 'scalar') return column.isMixed;
  if (column.kind === 'list') return isMixed(column.item);
  return column.kind === 'struct' && [...column.fields.values()].some(isMixed);
}

function fitted(value: unknown, column: Column): unknown {
  if (value === null || value === undefined) return value;
  if (column.kind === 'scalar') return column.isMixed ? String(value) : value;
  if (column.kind === 'list')
    return Array.isArray(value) ? value.map((one) => fitted(one, column.item)) : value;
  if (column.kind !== 'struct' || !isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      fitted(one, column.fields.get(name) ?? { kind: 'null' }),
    ]),
  );
}
