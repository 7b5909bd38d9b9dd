/** Tables in the format that a command was asked for. */
import type { Table } from '../bench/tables/table.ts';

export type TableFormat = 'text' | 'markdown' | 'latex' | 'csv' | 'json';

export async function tablesText(
  tables: readonly Table[],
  format: Exclude<TableFormat, 'json'>,
): Promise<string> {
  switch (format) {
    case 'markdown': {
      const { markdownTable } = await import('../bench/tables/markdown-table.ts');
      return tables.map(markdownTable).join('\n');
    }
    case 'latex': {
      const { latexTable } = await import('../bench/tables/latex-table.ts');
      return tables.map(latexTable).join('\n');
    }
    case 'csv': {
      const { csvTable } = await import('../bench/tables/csv-table.ts');
      return tables.map((table) => `# ${table.title}\r\n${csvTable(table)}`).join('\r\n');
    }
    default: {
      const { textTable } = await import('../bench/tables/text-table.ts');
      return tables.map(textTable).join('\n');
    }
  }
}
