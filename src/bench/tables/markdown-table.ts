/** A table in Markdown. What a cell says cannot end it, nor be read as markup. */
import { cellText, type Table } from './table.ts';

export function markdownTable({ title, columns, rows, notes }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const lines = [
    `**${escaped(title)}**`,
    '',
    line(columns.map(({ heading }) => escaped(heading))),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map((row) => line(row.map((cell) => escaped(cellText(cell))))),
    ...(notes.length === 0 ? [] : ['', ...notes.map(escaped)]),
  ];
  return `${lines.join('\n')}\n`;
}

function escaped(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_<>|[\]$~#]/g, (character) =>
    // Brackets of intervals are no links as long as no parenthesis follows.
    '[]'.includes(character) ? character : `\\${character}`,
  );
}
