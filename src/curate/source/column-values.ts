/**
 * The values that a column path of a source card finds in a row: `a.b` goes into objects, `a[].b` into each item of a
 * list, `name_*` takes numbered columns in the order of their numbers. What is null or absent is not there.
 */

export type Cells = Readonly<Record<string, unknown>>;

/** In their order. */
export function columnValues(cells: Cells, column: string): unknown[] {
  // A column whose own name has a dot or an asterisk in it comes first.
  if (Object.hasOwn(cells, column)) return present([cells[column]]);
  let found: unknown[] = [cells];
  for (const step of column.split('.')) {
    const isList = step.endsWith('[]');
    const name = isList ? step.slice(0, -2) : step;
    const next = found.flatMap((value) => valuesOf(value, name));
    found = isList ? next.flatMap((value) => (Array.isArray(value) ? value : [value])) : next;
  }
  return present(found);
}

function valuesOf(value: unknown, name: string): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (!name.endsWith('*')) return Object.hasOwn(value, name) ? [(value as Cells)[name]] : [];
  const prefix = name.slice(0, -1);
  const numberOf = (key: string): number =>
    key.startsWith(prefix) && /^\d+$/.test(key.slice(prefix.length))
      ? Number(key.slice(prefix.length))
      : Number.NaN;
  return Object.entries(value)
    .filter(([key]) => !Number.isNaN(numberOf(key)))
    .sort(([a], [b]) => numberOf(a) - numberOf(b))
    .map(([, item]) => item);
}

function present(values: readonly unknown[]): unknown[] {
  return values.filter((value) => value !== null && value !== undefined);
}

/** Texts in a column: strings and numbers, and those in lists of them, none of them blank or a placeholder. */
export function columnTexts(cells: Cells, column: string, placeholders: readonly string[] = []): string[] {
  return columnValues(cells, column)
    .flat()
    .flatMap((value) =>
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? [String(value).trim()]
        : [],
    )
    .filter((text) => text !== '' && !placeholders.includes(text));
}
