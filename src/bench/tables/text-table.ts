/** A table for a terminal: columns are aligned, and nothing in it can move the cursor. */
import { stripVTControlCharacters } from 'node:util';
import { cellText, type Table } from './table.ts';

export function textTable({ title, columns, rows, notes }: Table): string {
  const cells = [
    columns.map(({ heading }) => heading),
    ...rows.map((row) => row.map((cell) => plain(cellText(cell)))),
  ];
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => [...(row[column] ?? '')].length)));
  const lines = cells.map((row) =>
    columns
      .map(({ align }, column) => {
        const text = row[column] ?? '';
        const gap = ' '.repeat(Math.max(0, (widths[column] ?? 0) - [...text].length));
        return align === 'right' ? `${gap}${text}` : `${text}${gap}`;
      })
      .join('  ')
      .trimEnd(),
  );
  const [head = '', ...body] = lines;
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [title, head, rule, ...body, ...notes.map(plain)].map((line) => `${line}\n`).join('');
}

function plain(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\p{Control}+/gu, ' ');
}
