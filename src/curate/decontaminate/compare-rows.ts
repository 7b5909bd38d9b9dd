/**
 * Whether two rows are one problem: about as long, alike enough as they are written or with renamed variables, with the same
 * numbers, and with the same end. Contests repeat a problem with other numbers, and ask several questions about one
 * situation; for a training set those are other problems.
 */
import { type ComparedStatement, type Comparison, compareStatements } from './compare-statements.ts';
import type { CodePoints } from './fuzzy/code-points.ts';
import { partialRatio } from './fuzzy/partial-ratio.ts';
import { type DecontaminationSettings, thresholdFor } from './settings.ts';
import type { StatementViews } from './views.ts';

export interface RowComparison extends Comparison {
  /** Share of the numbers in both passages that both have. */
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
  const numbers = shareOfNumbers(numbersIn(row.views, ...best.inRow), numbersIn(other.views, ...best.inItem));
  const isDuplicate =
    best.score >= duplicate && numbers >= settings.numbers && haveSameEnd(row.views, other.views);
  return { ...best, numbers, isDuplicate };
}

/** Characters at the end of a statement that are looked for in the other one; an ideograph says as much as three. */
const endCharacters = 60;
const firstIdeograph = 0x2e80;
const sameEnd = 85;

/**
 * Whether the end of one of them, where the question is, stands in the other; not of both, since one may end with who
 * proposed it.
 */
function haveSameEnd(a: StatementViews, b: StatementViews): boolean {
  return holdsEnd(a, b) || holdsEnd(b, a);
}

function holdsEnd(whole: StatementViews, other: StatementViews): boolean {
  return partialRatio(whole.compact('variables').codes, endOf(other), sameEnd) !== undefined;
}

function endOf(views: StatementViews): CodePoints {
  const { codes } = views.compact('variables');
  let start = codes.length;
  for (let weight = 0; start > 0 && weight < endCharacters; start -= 1)
    weight += (codes[start - 1] as number) < firstIdeograph ? 1 : 3;
  return codes.subarray(start);
}

function numbersIn({ tokens }: StatementViews, first: number, last: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = first; i <= last; i += 1) {
    if (tokens.kinds[i] !== 'number') continue;
    const text = tokens.texts[i] ?? '';
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

/** Jaccard similarity of multisets; 1 where neither has any. */
function shareOfNumbers(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let [common, all] = [0, 0];
  for (const text of new Set([...a.keys(), ...b.keys()])) {
    common += Math.min(a.get(text) ?? 0, b.get(text) ?? 0);
    all += Math.max(a.get(text) ?? 0, b.get(text) ?? 0);
  }
  return all === 0 ? 1 : common / all;
}
