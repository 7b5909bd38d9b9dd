/**
 * Baseline of an attempt: the mean reward of the others of its group (RLOO: Kool et al. 2019, "Buy 4 REINFORCE
 * Samples, Get a Baseline for Free!"; Ahmadian et al. 2024, "Back to Basics"). It does not depend on the attempt, so
 * the gradient is unbiased; with n attempts advantages are n/(n − 1) times those of the group mean.
 */

/** Needs two rewards: one alone has no others. */
export function leaveOneOut(rewards: readonly number[]): number[] {
  const sum = rewards.reduce((total, reward) => total + reward, 0);
  return rewards.map((reward) => (sum - reward) / (rewards.length - 1));
}
