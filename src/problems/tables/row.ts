/** One row of a table of any format, before it is known what its columns mean. */

export interface Row {
  /** Where it stands, for people: `line 12` or `row 3`. */
  readonly at: string;
  /** The line of the file on which the row begins, from 1, where the format has lines. */
  readonly line: number | undefined;
  /** By the column's name as the file has it. A cell that the row lacks is not there. */
  readonly cells: Readonly<Record<string, unknown>>;
  /** The cells as they stand, where the row has fewer or more than the header. */
  readonly misfit?: { readonly expected: number; readonly values: readonly string[] };
}

/** A file that cannot be read as what it is taken for. The message names file and place. */
export class TableError extends Error {
  override readonly name = 'TableError';
}
