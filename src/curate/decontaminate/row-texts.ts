/** Statements of single rows of a file, read again where they stand; the last few hundred are kept. */
import { closeSync, openSync, readSync } from 'node:fs';
import { parseJsonLine } from '../../problems/json-lines.ts';
import { dataRowSchema } from '../data-row.ts';
import { ComparedStatement } from './compare-statements.ts';
import type { RowTable } from './row-table.ts';
import { StatementViews } from './views.ts';

export interface RowText {
  readonly id: string;
  readonly compared: ComparedStatement;
}

const kept = 512;

export class RowTexts implements Disposable {
  readonly #file: string;
  readonly #table: RowTable;
  readonly #descriptor: number;
  /** Oldest use first. */
  readonly #recent = new Map<number, RowText>();

  constructor(file: string, table: RowTable) {
    this.#file = file;
    this.#table = table;
    this.#descriptor = openSync(file, 'r');
  }

  get(row: number): RowText {
    const found = this.#recent.get(row) ?? this.#read(row);
    this.#recent.delete(row);
    this.#recent.set(row, found);
    if (this.#recent.size > kept) {
      const [oldest] = this.#recent.keys();
      if (oldest !== undefined) this.#recent.delete(oldest);
    }
    return found;
  }

  #read(row: number): RowText {
    const bytes = new Uint8Array(this.#table.lengths.values[row] ?? 0);
    readSync(this.#descriptor, bytes, 0, bytes.length, this.#table.offsets.values[row] ?? 0);
    const text = new TextDecoder().decode(bytes);
    const { id, statement } = parseJsonLine(
      this.#file,
      this.#table.lines.values[row] ?? 0,
      text,
      dataRowSchema,
    );
    return { id, compared: new ComparedStatement(new StatementViews(statement)) };
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}
