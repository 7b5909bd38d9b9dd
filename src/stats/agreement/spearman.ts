/** Spearman's rank correlation ρ: Pearson's r of the ranks, ties at their mean rank. */
import { midranks } from './midranks.ts';
import { pearson } from './pearson.ts';

/** Absent as Pearson's r is. */
export function spearman(first: readonly number[], second: readonly number[]): number | undefined {
  return pearson(midranks(first), midranks(second));
}
