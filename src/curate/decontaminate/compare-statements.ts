/**
 * How far one statement holds another: the best of the partial ratio as it is written, the partial ratio with
 * renamed variables, and the ratio of their words as sets; with the passage in both that has this score, for a person to
 * check. A candidate is no match: what two problems have in common may be a phrase that hundreds have.
 */
import { type Alignment, Needle, partialRatioOf } from './fuzzy/partial-ratio.ts';
import { ratio } from './fuzzy/ratio.ts';
import { tokenSetRatio } from './fuzzy/token-set-ratio.ts';
import { numberedPassage, type StatementViews, type ViewName } from './views.ts';

export const measures = ['partial', 'token-set'] as const;
export type Measure = (typeof measures)[number];

export interface Comparison {
  readonly view: ViewName;
  readonly measure: Measure;
  /** From 0 to 100. */
  readonly score: number;
  /** Share of the shorter statement in the longer one's length, at most 1: of the item if the row is the shorter one. */
  readonly coverage: number;
  /** First and last token of the passage. */
  readonly inRow: readonly [number, number];
  readonly inItem: readonly [number, number];
}

/** A statement that many are compared with. */
export class ComparedStatement {
  readonly views: StatementViews;
  readonly #needles: Partial<Record<ViewName, Needle>> = {};

  constructor(views: StatementViews) {
    this.views = views;
  }

  needle(view: ViewName): Needle {
    this.#needles[view] ??= new Needle(this.views.compact(view).codes);
    return this.#needles[view];
  }
}

/** Characters, without spaces, of the shorter statement. */
export function shorterLength(a: ComparedStatement, b: ComparedStatement): number {
  return Math.min(a.views.compact('text').codes.length, b.views.compact('text').codes.length);
}

/** Word sets of very different sizes say nothing: one of them is in any text that is long enough. */
const leastShareOfWords = 0.6;

/** The best comparison of each measure that scores at least `floor`. */
export function compareStatements(
  row: ComparedStatement,
  item: ComparedStatement,
  floor: { readonly partial: number; readonly tokenSet: number },
): Comparison[] {
  const found: Comparison[] = [];
  const asWritten = partialComparison(row, item, 'text', floor.partial);
  const renamed =
    asWritten?.score === 100 ? undefined : partialComparison(row, item, 'variables', floor.partial);
  const partial =
    asWritten !== undefined && (renamed === undefined || renamed.score <= asWritten.score)
      ? asWritten
      : renamed;
  if (partial !== undefined) found.push(partial);
  const sets = tokenSetComparison(row.views, item.views, floor.tokenSet);
  if (sets !== undefined) found.push(sets);
  return found;
}

function partialComparison(
  row: ComparedStatement,
  item: ComparedStatement,
  view: ViewName,
  floor: number,
): Comparison | undefined {
  const inRow = row.views.compact(view);
  const inItem = item.views.compact(view);
  if (inRow.codes.length === 0 || inItem.codes.length === 0) return undefined;
  const isItemShorter = inItem.codes.length <= inRow.codes.length;
  const [needle, text] = isItemShorter ? [item.needle(view), inRow] : [row.needle(view), inItem];
  const alignment = partialRatioOf(needle, text.codes, floor);
  if (alignment === undefined || alignment.score === 0) return undefined;
  const part = tokensOf(text.tokenAt, alignment);
  const whole = (isItemShorter ? item : row).views.tokens.texts.length - 1;
  const comparison: Comparison = {
    ...{ view, measure: 'partial', score: alignment.score },
    coverage: isItemShorter ? 1 : inRow.codes.length / inItem.codes.length,
    ...(isItemShorter ? { inRow: part, inItem: [0, whole] } : { inRow: [0, whole], inItem: part }),
  };
  return view === 'text' ? comparison : withConsistentNames(row.views, item.views, comparison, floor);
}

function tokensOf(tokenAt: Int32Array, { start, end }: Alignment): [number, number] {
  return [tokenAt[start] ?? 0, tokenAt[Math.max(start, end - 1)] ?? 0];
}

/** Any variable fits any other above; here the same variable must be the same one throughout both passages. */
function withConsistentNames(
  row: StatementViews,
  item: StatementViews,
  comparison: Comparison,
  floor: number,
): Comparison | undefined {
  const score = ratio(
    numberedPassage(row.tokens, ...comparison.inRow),
    numberedPassage(item.tokens, ...comparison.inItem),
  );
  return score < floor ? undefined : { ...comparison, score };
}

function tokenSetComparison(
  row: StatementViews,
  item: StatementViews,
  floor: number,
): Comparison | undefined {
  const [a, b] = [row.tokenSet('text'), item.tokenSet('text')];
  const share = Math.min(a.words.length, b.words.length) / Math.max(a.words.length, b.words.length, 1);
  if (share < leastShareOfWords) return undefined;
  const score = tokenSetRatio(a, b, floor);
  if (score === 0) return undefined;
  return {
    ...{ view: 'text', measure: 'token-set', score, coverage: Math.min(1, a.words.length / b.words.length) },
    inRow: [0, row.tokens.texts.length - 1],
    inItem: [0, item.tokens.texts.length - 1],
  };
}
