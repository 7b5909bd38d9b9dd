/**
 * Whether two rows are one problem: about as long, alike enough as they are written or with renamed variables, with the same
 * numbers, and with the same question. Contests repeat a problem with other numbers, and ask several questions about one
 * situation; for a training set those are other problems.
 */
import { type ComparedStatement, type Comparison, compareStatements } from './compare-statements.ts';
import { askTheSame, countNumbers } from './same-question.ts';
import { type DecontaminationSettings, thresholdFor } from './settings.ts';
import type { StatementViews } from './views.ts';

export interface RowComparison extends Comparison {
  /** Share of the numbers that both have, of the passages or of the whole statements. */
  readonly numbers: number;
  readonly isDuplicate: boolean;
}

/** Undefined for rows that are no near miss either. */
export function compareRows(
  row: ComparedStatement,
  other: ComparedStatement,
  settings: DecontaminationSettings,
): RowComparison | undefined {
  const { nearMiss, coverage } = settings;
  const [a, b] = [row.views.compact('text').codes.length, other.views.compact('text').codes.length];
  if (Math.min(a, b) < coverage * Math.max(a, b)) return undefined;
  const duplicate = thresholdFor(settings.duplicate, Math.min(a, b), settings);
  const [best] = compareStatements(row, other, {
    partial: duplicate - nearMiss,
    tokenSet: Number.POSITIVE_INFINITY,
  });
  if (best === undefined) return undefined;
  const numbers = Math.max(
    shareOfNumbers(numbersIn(row.views, best.inRow), numbersIn(other.views, best.inItem)),
    shareOfNumbers(numbersIn(row.views), numbersIn(other.views)),
  );
  const isDuplicate =
    best.score >= duplicate &&
    numbers >= settings.numbers &&
    askTheSame(row.views, other.views, settings.numbers);
  return { ...best, numbers, isDuplicate };
}

function numbersIn(
  { tokens }: StatementViews,
  [first, last]: readonly [number, number] = [0, tokens.texts.length - 1],
): string[] {
  return tokens.texts.filter((_, i) => i >= first && i <= last && tokens.kinds[i] === 'number');
}

/** 1 where neither has any. */
function shareOfNumbers(a: readonly string[], b: readonly string[]): number {
  const { common, more } = countNumbers(a, b);
  return more === 0 ? 1 : common / more;
}
