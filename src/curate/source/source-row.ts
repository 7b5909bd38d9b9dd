/** A row of a source's file, and where reading can go on after it. */
import type { Cells } from './column-values.ts';

export interface SourceRow {
  /** From 1 within the file or member. */
  readonly row: number;
  readonly cells: Cells;
  /** The byte after the row, where the format can be read from there. */
  readonly endByte?: number;
  /** A row with fewer or more cells than the header. */
  readonly misfit?: string;
}

/** Where reading goes on: so many rows are done, and end before this byte. */
export interface ReadFrom {
  readonly rows: number;
  readonly byte: number | undefined;
}

export const fromTheStart: ReadFrom = { rows: 0, byte: undefined };
