/**
 * Mends a row of which a closing quote was lost, so that two cells run into one and all that follow stand one column
 * to the left. In IMO-AnswerBench v2 one row is so (imo-bench-algebra-036): its statement then ends with the gold
 * answer, and the answer reads "Algebra". A row that cannot be mended without a guess is left.
 */
import type { Row } from '../tables/row.ts';
import type { RowFields } from './columns.ts';

/** The row with its cells in their columns again, or undefined where that is not certain. */
export function mendLostQuote(row: Row, header: readonly string[]): Row | undefined {
  const { misfit } = row;
  if (misfit === undefined || misfit.values.length !== misfit.expected - 1) return undefined;
  const candidates = misfit.values.flatMap((value, index) => {
    const halves = splitAtLostQuote(value);
    return halves === undefined ? [] : [{ index, halves }];
  });
  const [only, second] = candidates;
  if (only === undefined || second !== undefined) return undefined;
  const values = misfit.values.toSpliced(only.index, 1, ...only.halves);
  const { at, line } = row;
  return { at, line, cells: Object.fromEntries(header.map((name, index) => [name, values[index]])) };
}

/** `"first,"second"`: the reader leaves the quotes of a cell whose quoting is broken where they are. */
function splitAtLostQuote(value: string): readonly [string, string] | undefined {
  const match = /^"([^"]+),"([^"]+)"$/.exec(value);
  const [, first = '', second = ''] = match ?? [];
  const isCertain = match !== null && hasPairedDollars(first) && hasPairedDollars(second);
  return isCertain ? [first, second] : undefined;
}

const categories = new Set(['algebra', 'combinatorics', 'geometry', 'number theory']);

/**
 * The same fault where another reader of CSV has let it through, as in a copy of the set in another format: there the
 * row has all its columns, the answer names a category, and the statement ends with `,ANSWER"`.
 */
export function mendShiftedAnswer(fields: RowFields): RowFields | undefined {
  const { answer, statement } = fields.values;
  if (typeof answer !== 'string' || typeof statement !== 'string') return undefined;
  if (!categories.has(answer.trim().toLowerCase())) return undefined;
  const [, first = '', second = ''] = /^"?([^"]+\n),"?([^"\n]+)"\s*$/.exec(statement) ?? [];
  if (first === '' || !hasPairedDollars(first) || !hasPairedDollars(second)) return undefined;
  const { category, subcategory, ...tags } = fields.tags;
  return {
    ...fields,
    values: {
      ...fields.values,
      statement: first,
      answer: second,
      ...(fields.values.source === undefined && subcategory !== undefined
        ? { source: `${subcategory}` }
        : {}),
    },
    tags: {
      ...tags,
      category: answer.trim(),
      ...(category === undefined || category === answer.trim() ? {} : { subcategory: category }),
    },
  };
}

/** An odd number of unescaped dollar signs leaves mathematics open. */
export function hasPairedDollars(text: string): boolean {
  return (text.replaceAll(/\\[\s\S]/g, '').match(/\$/g) ?? []).length % 2 === 0;
}
