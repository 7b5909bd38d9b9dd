/**
 * How hard a problem is, from the points of its attempts. NULL-NOT-ZERO: attempts without a grade are counted and are in no
 * mean; without any grade there is no difficulty.
 */
import { bettingInterval } from '../../stats/betting-interval.ts';
import type { Interval } from '../../stats/interval.ts';
import { wilson } from '../../stats/wilson.ts';
import type { Difficulty } from '../data-row.ts';

const fullMarks = 7;

/** Of attempts that were made here, so it is known how many had full marks. */
export type MeasuredDifficulty = Difficulty & { readonly solved: number };

/**
 * The interval of the mean may be looked at after every attempt; the one of the share with full marks is Wilson's where the
 * number of attempts was fixed, else of the same kind.
 */
export function difficultyOf(
  points: readonly (number | null)[],
  by: { readonly model: string; readonly judge: string; readonly mayStop: boolean },
): MeasuredDifficulty | undefined {
  const graded = points.filter((one) => one !== null);
  if (graded.length === 0) return undefined;
  const { estimate, low, high } = bettingInterval(graded.map((one) => one / fullMarks));
  const solved = graded.filter((one) => one >= fullMarks).length;
  const pass = by.mayStop
    ? bettingInterval(graded.map((one) => (one >= fullMarks ? 1 : 0)))
    : wilson(solved, graded.length);
  return {
    ...{ model: by.model, judge: by.judge, attempts: graded.length, ungraded: points.length - graded.length },
    meanReward: rounded(estimate),
    interval: roundedEnds({ estimate, low, high }),
    solved,
    solvedInterval: roundedEnds(pass),
    points: [...points],
  };
}

function roundedEnds({ low, high }: Interval): [number, number] {
  return [rounded(low), rounded(high)];
}

/** To a millionth, far below what any number of attempts can tell. */
function rounded(value: number): number {
  return Number(value.toFixed(6));
}

/** What decides whether more attempts are made. */
export interface Stopping {
  /** Width of the interval of the mean reward at which there are enough; without it all are made. */
  readonly width?: number | undefined;
  /** Whether a problem without a solution may stop. The paper takes out what 128 attempts did not solve. */
  readonly unsolved: boolean;
}

export function isEnough(points: readonly (number | null)[], { width, unsolved }: Stopping): boolean {
  if (width === undefined) return false;
  const graded = points.filter((one) => one !== null);
  if (graded.length === 0) return false;
  if (!unsolved && !graded.some((one) => one >= fullMarks)) return false;
  const { low, high } = bettingInterval(graded.map((one) => one / fullMarks));
  return high - low <= width;
}
