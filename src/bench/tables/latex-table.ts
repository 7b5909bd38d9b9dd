/** A table in LaTeX, with the rules of the booktabs package. */
import { cellText, type Table } from './table.ts';

const commands: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '−': '$-$',
  '×': '$\\times$',
  '±': '$\\pm$',
  '≥': '$\\geq$',
  '≤': '$\\leq$',
  κ: '$\\kappa$',
  α: '$\\alpha$',
  '–': '--',
};

export function latexTable({ title, columns, rows, notes }: Table): string {
  const line = (cells: readonly string[]): string => `  ${cells.join(' & ')} \\\\`;
  return [
    '\\begin{table}',
    '\\centering',
    `\\caption{${escaped([title, ...notes].map((text) => text.replace(/[.:]?$/, '.')).join(' '))}}`,
    `\\begin{tabular}{${columns.map(({ align }) => (align === 'right' ? 'r' : 'l')).join('')}}`,
    '  \\toprule',
    line(columns.map(({ heading }) => escaped(heading))),
    '  \\midrule',
    // A bracket at the beginning of a line would be read as an argument of the line before.
    ...rows.map((row) =>
      line(row.map((cell, index) => `${index === 0 ? '{}' : ''}${escaped(cellText(cell))}`)),
    ),
    '  \\bottomrule',
    '\\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}

function escaped(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\~^−×±≥≤κα–]|[#$%&_{}]/gu, (character) => commands[character] ?? `\\${character}`);
}
