/**
 * Which of two equal rows stays: first a contaminated one, with which all that equal it must go; then the one with more
 * solutions, then a problem that asks for a proof, then the source that was named first, then the earlier row.
 */
import type { RowTable } from './row-table.ts';

/** Row numbers, the one that stays first. `sources` are names of sources, the preferred one first; others come after all of them. */
export function rankRows(
  table: RowTable,
  contaminated: ReadonlySet<number>,
  sources: readonly string[],
): Int32Array {
  const placeOfSource = table.sourceNames.map((name) => {
    const place = sources.indexOf(name);
    return place < 0 ? sources.length : place;
  });
  const [solutions, isProof, source] = [table.solutions.values, table.isProof.values, table.sources.values];
  // One number a row that sorts as the rule says: 1 + 16 + 1 + 10 bits of rank above 25 bits of row number.
  const rowSpan = 2 ** 25;
  if (table.rows > rowSpan) throw new RangeError(`more than ${rowSpan} rows; split the file`);
  const sorted = new Float64Array(table.rows);
  for (let row = 0; row < table.rows; row += 1) {
    let rank = contaminated.has(row) ? 0 : 1;
    rank = rank * 0x10000 + (0xffff - (solutions[row] ?? 0));
    rank = rank * 2 + (1 - (isProof[row] ?? 0));
    rank = rank * 1024 + Math.min(1023, placeOfSource[source[row] ?? 0] ?? 0);
    sorted[row] = rank * rowSpan + row;
  }
  sorted.sort();
  return Int32Array.from(sorted, (value) => value % rowSpan);
}
