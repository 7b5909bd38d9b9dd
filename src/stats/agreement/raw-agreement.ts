/** Share of items that two raters rate exactly alike, chance and all; κ takes the chance out. */
import { checkSameLength } from './complete-pairs.ts';

/** Absent without items. */
export function rawAgreement(first: readonly number[], second: readonly number[]): number | undefined {
  checkSameLength(first, second);
  if (first.length === 0) return undefined;
  let alike = 0;
  first.forEach((one, i) => {
    if (one === second[i]) alike += 1;
  });
  return alike / first.length;
}
