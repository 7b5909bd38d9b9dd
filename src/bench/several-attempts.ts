/**
 * What several attempts at a problem would bring: the best of k by an oracle, and the chance that one of k has full marks,
 * both unbiased from the attempts that were made. NULL-NOT-ZERO: a problem with fewer than k graded attempts is left out.
 */
import { bestAtK } from '../stats/at-k/best-at-k.ts';
import { passAtK } from '../stats/at-k/pass-at-k.ts';
import type { Interval } from '../stats/interval.ts';
import { meanScore } from '../stats/mean-score.ts';
import { Random } from '../stats/random.ts';

export interface SeveralAttempts {
  readonly k: number;
  /** Points of the best, and the share of full marks; absent where no problem has k graded attempts. */
  readonly best: Interval | undefined;
  readonly pass: Interval | undefined;
  /** That have k graded attempts. */
  readonly problems: number;
}

/** For k = 2, 4, 8 … and all attempts; nothing with one attempt. */
export function severalAttempts(
  points_P_R: readonly (readonly (number | null)[])[],
  { fullMarks, seed }: { readonly fullMarks: number; readonly seed: number },
): SeveralAttempts[] {
  const runs = Math.max(0, ...points_P_R.map(({ length }) => length));
  const counts: number[] = [];
  for (let k = 2; k < runs; k *= 2) counts.push(k);
  if (runs > 1) counts.push(runs);
  return counts.map((k) => {
    const mean = (of: (points_R: readonly (number | null)[]) => number | undefined, most: number) =>
      meanScore(
        points_P_R.map((points_R) => [of(points_R) ?? null]),
        { random: new Random(seed, 'several', `${k}`), fullMarks: most },
      );
    const best = mean((points_R) => bestAtK(points_R, k), fullMarks);
    const pass = mean((points_R) => passAtK(points_R, { k, threshold: fullMarks }), 1);
    return { k, best: best.mean, pass: pass.mean, problems: best.coverage.graded };
  });
}
