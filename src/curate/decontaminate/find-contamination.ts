/** What evaluation statements a row holds, or nearly holds: candidates of the index, compared one by one. */
import {
  ComparedStatement,
  type Comparison,
  compareStatements,
  shorterLength,
} from './compare-statements.ts';
import type { EvaluationIndex } from './evaluation-index.ts';
import { type Match, rounded } from './matches.ts';
import type { RowKeys } from './row-keys.ts';
import { type DecontaminationSettings, thresholdFor } from './settings.ts';
import type { StatementViews } from './views.ts';

export type Contamination = Omit<Match, 'row' | 'numbers' | 'where'>;

/** The best first; at most one of each item. */
export function findContamination(
  views: StatementViews,
  keys: Pick<RowKeys, 'bandKeys'>,
  index: EvaluationIndex,
  settings: DecontaminationSettings,
): Contamination[] {
  const row = new ComparedStatement(views);
  const found: Contamination[] = [];
  for (const number of index.candidates(views, keys)) {
    const item = index.items[number];
    const best = item && bestMatch(row, item.compared, settings);
    if (item === undefined || best === undefined) continue;
    found.push({
      verdict: best.isMatch ? 'contaminated' : 'near-miss',
      against: { set: item.set, id: item.id },
      ...{ view: best.view, measure: best.measure, score: rounded(best.score) },
      coverage: rounded(best.coverage),
      passage: {
        row: views.passage(...best.inRow),
        other: item.compared.views.passage(...best.inItem),
      },
    });
  }
  const rank = ({ verdict, score }: Contamination): number => (verdict === 'contaminated' ? 1000 : 0) + score;
  return found.sort((a, b) => rank(b) - rank(a));
}

/** The comparison that is furthest above its threshold, or least below. */
export function bestMatch(
  row: ComparedStatement,
  item: ComparedStatement,
  settings: DecontaminationSettings,
): (Comparison & { readonly isMatch: boolean }) | undefined {
  const { nearMiss, coverage } = settings;
  const characters = shorterLength(row, item);
  const partial = thresholdFor(settings.partial, characters, settings);
  const tokenSet = thresholdFor(settings.tokenSet, characters, settings);
  const floor = { partial: partial - nearMiss, tokenSet: tokenSet - nearMiss };
  const comparisons = compareStatements(row, item, floor).map((comparison) => {
    const margin = comparison.score - (comparison.measure === 'partial' ? partial : tokenSet);
    return { ...comparison, margin, isMatch: margin >= 0 && comparison.coverage >= coverage };
  });
  return comparisons.toSorted((a, b) => Number(b.isMatch) - Number(a.isMatch) || b.margin - a.margin)[0];
}
