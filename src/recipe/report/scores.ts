/**
 * One row of figures per evaluation: mean score with its interval, length, overflow, cost. Ungraded attempts are
 * counted and left out; an evaluation without a single graded attempt has no row.
 */
import type { Interval } from '../../stats/interval.ts';
import { meanInterval } from '../../stats/mean-interval.ts';
import { mean } from '../../stats/moments.ts';
import { Random } from '../../stats/random.ts';
import type { Evaluation } from './report-input.ts';

export interface Score {
  readonly evaluation: Evaluation;
  /** Percent of full marks. */
  readonly interval: Interval;
  readonly problems: number;
  readonly graded: number;
  readonly ungraded: number;
  /** Mean reply length in tokens. */
  readonly length: number;
  /** Percent of replies cut at the limit. */
  readonly overflow: number;
  /** Mean completion tokens per attempt. */
  readonly tokens: number;
}

/** Rows in the order of the evaluations. */
export function scoresOf(evaluations: readonly Evaluation[]): Score[] {
  return evaluations.flatMap((evaluation) => {
    const interval = percentInterval(evaluation.attempts_P_A.map(gradedScores), 'score');
    if (interval === undefined) return [];
    const attempts = evaluation.attempts_P_A.flat();
    const graded = attempts.filter(({ score }) => score !== null).length;
    return [
      {
        evaluation,
        interval,
        problems: evaluation.problems_P.length,
        graded,
        ungraded: attempts.length - graded,
        length: mean(attempts.map(({ length }) => length)),
        overflow: 100 * mean(attempts.map(({ overflowed }) => (overflowed ? 1 : 0))),
        tokens: mean(attempts.map(({ tokens }) => tokens)),
      },
    ];
  });
}

/** Score by number of steps of the problem, ascending; problems without that figure are left out. */
export function scoresBySteps(
  evaluation: Evaluation,
): { steps: number; problems: number; interval: Interval }[] {
  const buckets = new Map<number, number[][]>();
  evaluation.problems_P.forEach(({ steps }, p) => {
    const scores = gradedScores(evaluation.attempts_P_A[p] ?? []);
    if (steps !== undefined && scores.length > 0) buckets.set(steps, [...(buckets.get(steps) ?? []), scores]);
  });
  return [...buckets]
    .sort(([a], [b]) => a - b)
    .flatMap(([steps, scores_P_A]) => {
      const interval = percentInterval(scores_P_A, `steps ${steps}`);
      return interval === undefined ? [] : [{ steps, problems: scores_P_A.length, interval }];
    });
}

function gradedScores(attempts: Evaluation['attempts_P_A'][number]): number[] {
  return attempts.flatMap(({ score }) => (score === null ? [] : [score]));
}

/** Interval in percent, within [0, 100]; undefined when nothing was graded. */
function percentInterval(scores_P_A: readonly (readonly number[])[], seed: string): Interval | undefined {
  const graded = scores_P_A.filter((scores_A) => scores_A.length > 0);
  if (graded.length === 0) return undefined;
  const { estimate, low, high } = meanInterval(graded, { random: new Random('report', seed) });
  return { estimate: 100 * estimate, low: 100 * Math.max(0, low), high: 100 * Math.min(1, high) };
}
