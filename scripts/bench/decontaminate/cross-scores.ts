/** Every row against every item by one similarity, without candidates: what `process.cdist` of RapidFuzz does. */
import { codePointsOf } from '../../../src/curate/decontaminate/fuzzy/code-points.ts';
import {
  Needle,
  partialRatio,
  partialRatioOf,
} from '../../../src/curate/decontaminate/fuzzy/partial-ratio.ts';
import { tokenSetOf, tokenSetRatio } from '../../../src/curate/decontaminate/fuzzy/token-set-ratio.ts';

export type Scorer = 'partial' | 'token-set';

/** For each row the sum of its scores, scores below the cutoff as 0. */
export function crossScores(
  scorer: Scorer,
  rows: readonly string[],
  items: readonly string[],
  cutoff: number,
): number[] {
  return scorer === 'partial' ? crossPartial(rows, items, cutoff) : crossTokenSets(rows, items, cutoff);
}

function crossPartial(rows: readonly string[], items: readonly string[], cutoff: number): number[] {
  const needles = items.map((text) => new Needle(codePointsOf(text)));
  return rows.map((text) => {
    const codes = codePointsOf(text);
    const needle = new Needle(codes);
    let sum = 0;
    for (const item of needles) {
      const alignment =
        item.codes.length < codes.length
          ? partialRatioOf(item, codes, cutoff)
          : item.codes.length > codes.length
            ? partialRatioOf(needle, item.codes, cutoff)
            : partialRatio(codes, item.codes, cutoff);
      sum += alignment?.score ?? 0;
    }
    return sum;
  });
}

function crossTokenSets(rows: readonly string[], items: readonly string[], cutoff: number): number[] {
  const sets = items.map(tokenSetOf);
  return rows.map((text) => {
    const own = tokenSetOf(text);
    let sum = 0;
    for (const set of sets) sum += tokenSetRatio(own, set, cutoff);
    return sum;
  });
}
