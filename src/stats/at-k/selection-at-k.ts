/**
 * Best-of-k by a judge: the expected true score of the attempt that the judge's own score picks among k attempts,
 * exactly, over all subsets. Attempts that the judge scores alike are picked alike often, so ties are averaged. Beside
 * it stand what chance and what an oracle would pick: the judge's gain is measured between the two.
 * NULL-NOT-ZERO: an attempt without a selection score or without a true score is left out.
 */
import { mean } from '../moments.ts';
import { bestAtK } from './best-at-k.ts';
import { checkK } from './check-k.ts';

export interface SelectableAttempt {
  /** The judge's score, by which it picks. */
  readonly selection: number | null;
  /** The true score, which counts. */
  readonly score: number | null;
}

export interface SelectionAtK {
  /** Expected true score of the attempt that the judge picks. */
  readonly selected: number;
  /** Expected true score of an attempt picked by chance. */
  readonly chance: number;
  /** Expected true score of the best attempt: best@k. */
  readonly oracle: number;
}

/** For one problem. Absent with fewer than k attempts that have both scores. */
export function selectionAtK(attempts_A: readonly SelectableAttempt[], k: number): SelectionAtK | undefined {
  checkK(k);
  const complete = attempts_A
    .flatMap(({ selection, score }) => (selection === null || score === null ? [] : [{ selection, score }]))
    .sort((a, b) => a.selection - b.selection);
  const scores_A = complete.map(({ score }) => score);
  const oracle = bestAtK(scores_A, k);
  if (oracle === undefined) return undefined;
  let selected = 0;
  for (let start = 0; start < complete.length; ) {
    let end = start + 1;
    while (complete[end]?.selection === complete[start]?.selection && end < complete.length) end += 1;
    // The pick has this selection score when all k are among the first `end`, and not all among the first `start`.
    const chance = allAmong(end, complete.length, k) - allAmong(start, complete.length, k);
    selected += chance * mean(scores_A.slice(start, end));
    start = end;
  }
  return { selected, chance: mean(scores_A), oracle };
}

/** Chance that k of n drawn without replacement all lie among the first m: C(m, k) / C(n, k). */
function allAmong(m: number, n: number, k: number): number {
  let chance = 1;
  for (let i = 0; i < k; i += 1) chance *= Math.max(0, m - i) / (n - i);
  return chance;
}
