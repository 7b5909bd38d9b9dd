/**
 * A table whose columns can be sorted, also with the keyboard. Wide ones scroll within their own box. Numbers are set
 * right. For more rows than a few hundred use `VirtualList`.
 */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly isNumber?: boolean;
  /** What it is sorted by; a column without cannot be. Null sorts last. */
  readonly by?: (row: Row) => string | number | null;
  readonly cell: (row: Row) => ComponentChildren;
  /** Left out on narrow screens. */
  readonly isMinor?: boolean;
}

export interface TableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** Column and direction at first. */
  readonly sorted?: { readonly column: string; readonly isDown: boolean };
}

export function Table<Row>({ caption, columns, rows, rowKey, sorted }: TableProps<Row>) {
  const [order, setOrder] = useState(sorted);
  const by = columns.find(({ id }) => id === order?.column)?.by;
  const shown = by === undefined ? rows : sortedRows(rows, by, order?.isDown === true);
  const choose = (column: string): void =>
    setOrder((before) => ({ column, isDown: before?.column === column ? !before.isDown : false }));
  return (
    <div class="table-box" role="region" aria-label={caption} tabIndex={0}>
      <table>
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ id, title, isNumber, isMinor, by: sortsBy }) => (
              <th
                key={id}
                scope="col"
                class={classes(isNumber, isMinor)}
                aria-sort={order?.column !== id ? undefined : order.isDown ? 'descending' : 'ascending'}
              >
                {sortsBy === undefined ? (
                  title
                ) : (
                  <button type="button" class="table-sort" onClick={() => choose(id)}>
                    {title}
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map(({ id, cell, isNumber, isMinor }) => (
                <td key={id} class={classes(isNumber, isMinor)}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function classes(isNumber: boolean | undefined, isMinor: boolean | undefined): string | undefined {
  const names = [isNumber === true ? 'number' : '', isMinor === true ? 'minor' : ''].filter(
    (name) => name !== '',
  );
  return names.length === 0 ? undefined : names.join(' ');
}

function sortedRows<Row>(
  rows: readonly Row[],
  by: (row: Row) => string | number | null,
  isDown: boolean,
): Row[] {
  return rows.toSorted((a, b) => {
    const [x, y] = [by(a), by(b)];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    const order =
      typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), 'en');
    return isDown ? -order : order;
  });
}
