/**
 * A table as comma-separated values (RFC 4180) for spreadsheets and statistics packages: a column with an interval or a
 * deviation becomes several, and numbers are written in full.
 */
import type { Cell, NumberCell, Table } from './table.ts';

const parts = [
  ['', ({ value }: NumberCell) => value],
  [' deviation', ({ deviation }: NumberCell) => deviation],
  [' low', ({ low }: NumberCell) => low],
  [' high', ({ high }: NumberCell) => high],
] as const;

export function csvTable({ columns, rows }: Table): string {
  const shown = columns.map((_, column) => {
    const numbers = rows.map((row) => row[column]).filter(isNumber);
    return parts.filter(([name, part]) => name === '' || numbers.some((cell) => part(cell) !== undefined));
  });
  const head = columns.flatMap(({ heading }, column) =>
    (shown[column] ?? []).map(([name]) => `${heading}${name}`),
  );
  const body = rows.map((row) =>
    row.flatMap((cell, column) =>
      (shown[column] ?? []).map(([name, part]) =>
        isNumber(cell) ? numberText(part(cell)) : name === '' ? (cell ?? '') : '',
      ),
    ),
  );
  return [head, ...body].map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('');
}

function isNumber(cell: Cell | undefined): cell is NumberCell {
  return typeof cell === 'object' && cell !== null;
}

function numberText(value: number | undefined): string {
  return value === undefined ? '' : `${Number(value.toPrecision(12))}`;
}

/** A text that a spreadsheet would take for a formula is kept a text. */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?[\d.]+(?:e[+-]?\d+)?$/i.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
