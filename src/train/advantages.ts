/**
 * Rewards of one group become advantages. NULL-NOT-ZERO: an attempt without a grade has no reward; it leaves the
 * baseline and is not trained. The statistics use the graded attempts only.
 */
import { groupMean } from './baselines/group-mean.ts';
import { leaveOneOut } from './baselines/leave-one-out.ts';
import { groupDeviation } from './group-deviation.ts';

export interface AdvantageSettings {
  readonly baseline: keyof typeof baselines;
  /** Whether advantages are divided by the deviation of the group's rewards. */
  readonly divideByDeviation: boolean;
}

export interface GroupAdvantages {
  /** A_i = r_i − baseline of i, divided where asked for; undefined where there was no grade. */
  readonly advantages_G: readonly (number | undefined)[];
  /** Mean of the graded rewards; undefined when none was graded. */
  readonly meanReward: number | undefined;
  readonly graded: number;
  /** True when every graded attempt got the same reward, so that no attempt is better than another. */
  readonly zeroVariance: boolean;
}

const baselines = { 'group-mean': groupMean, 'leave-one-out': leaveOneOut };

/** Advantages of a group. Where all graded rewards are equal, or only one is graded, they are exactly 0. */
export function groupAdvantages(
  rewards_G: readonly (number | undefined)[],
  { baseline, divideByDeviation }: AdvantageSettings,
): GroupAdvantages {
  const graded = rewards_G.filter((reward) => reward !== undefined);
  const [first = 0] = graded;
  const zeroVariance = graded.every((reward) => Math.abs(reward - first) < 1e-9);
  const baselineOf = zeroVariance ? graded : baselines[baseline](graded);
  const divisor = divideByDeviation && !zeroVariance ? groupDeviation(graded) : 1;
  const advantages = graded.map((reward, index) => (reward - (baselineOf[index] ?? 0)) / divisor);
  let next = 0;
  return {
    advantages_G: rewards_G.map((reward) => {
      if (reward === undefined) return undefined;
      next += 1;
      return advantages[next - 1];
    }),
    meanReward: graded.length === 0 ? undefined : graded.reduce((sum, r) => sum + r, 0) / graded.length,
    graded: graded.length,
    zeroVariance,
  };
}
