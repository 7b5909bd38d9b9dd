/**
 * Rows in a JSON document: the items of its list, alone or under a name, or, where a card says that they are nested, every
 * object at any depth that has a statement. Such a row also has the single values that stand beside the lists and
 * objects around it, the nearest first, so that a year stands in every problem of the year.
 */
import type { Cells } from './column-values.ts';

export function* nestedRows(document: unknown, statement: readonly string[]): Generator<Cells> {
  yield* rowsIn(document, statement, {});
}

function* rowsIn(value: unknown, statement: readonly string[], around: Cells): Generator<Cells> {
  if (Array.isArray(value)) {
    for (const item of value) yield* rowsIn(item, statement, around);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const cells = { ...around, ...value };
  // A description may bear the name of a statement: a row has no rows within it.
  const within = Object.entries(value).filter(([, item]) => typeof item === 'object' && item !== null);
  const isRow = statement.some((column) => typeof (value as Cells)[column] === 'string');
  if (isRow) {
    yield cells;
    return;
  }
  const single = Object.entries(cells).filter(([, item]) => typeof item !== 'object');
  for (const [, item] of within) yield* rowsIn(item, statement, Object.fromEntries(single));
}

/** The items of a list that stands alone or as the only list in an object. Undefined where there is none. */
export function listOf(document: unknown): readonly unknown[] | undefined {
  if (Array.isArray(document)) return document;
  if (typeof document !== 'object' || document === null) return undefined;
  const lists = Object.values(document).filter((value) => Array.isArray(value));
  return lists.length === 1 ? lists[0] : undefined;
}
