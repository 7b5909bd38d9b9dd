/**
 * Mean over problems of a figure that each problem has once, for example its pass@k, with a bootstrap interval over
 * problems. NULL-NOT-ZERO: problems where the figure could not be computed are left out and counted.
 */
import type { BootstrapOptions } from './contrast-interval.ts';
import type { Interval } from './interval.ts';
import { meanInterval } from './mean-interval.ts';

export interface OverProblems {
  /** Absent when no problem has the figure. */
  readonly mean: Interval | undefined;
  /** Problems that the mean covers. */
  readonly problems: number;
  readonly notComputable: number;
}

/**
 * `values_P[p]` is the figure of problem p.
 *
 * @example overProblems(scores_P_A.map((scores_A) => passAtK(scores_A, { k: 4, threshold: 7 })), { random })
 */
export function overProblems(
  values_P: readonly (number | null | undefined)[],
  options: BootstrapOptions,
): OverProblems {
  const computed = values_P.filter((value) => value !== null && value !== undefined);
  return {
    mean:
      computed.length === 0
        ? undefined
        : meanInterval(
            computed.map((value) => [value]),
            options,
          ),
    problems: computed.length,
    notComputable: values_P.length - computed.length,
  };
}
