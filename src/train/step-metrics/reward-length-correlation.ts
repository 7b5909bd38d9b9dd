/**
 * A watch on length hacking: whether the longer attempts at a problem get the higher rewards. Lengths and rewards are
 * taken as deviations from the means of their group, because hard problems have long attempts and low rewards
 * whatever the policy does about length.
 */
export interface RewardedLength {
  /** Undefined where there was no grade: such an attempt is left out. */
  readonly reward: number | undefined;
  readonly tokens: number;
}

/** Pearson's correlation within groups, −1 to 1; undefined where rewards or lengths do not differ within any group. */
export function rewardLengthCorrelation(groups: readonly (readonly RewardedLength[])[]): number | undefined {
  let [rewards, lengths, products] = [0, 0, 0];
  for (const group of groups) {
    const graded = group.flatMap(({ reward, tokens }) => (reward === undefined ? [] : [{ reward, tokens }]));
    const meanReward = graded.reduce((sum, { reward }) => sum + reward, 0) / graded.length;
    const meanTokens = graded.reduce((sum, { tokens }) => sum + tokens, 0) / graded.length;
    for (const { reward, tokens } of graded) {
      rewards += (reward - meanReward) ** 2;
      lengths += (tokens - meanTokens) ** 2;
      products += (reward - meanReward) * (tokens - meanTokens);
    }
  }
  // Equal rewards differ by what adding them rounds off.
  if (rewards < 1e-12 || lengths < 1e-12) return undefined;
  return products / Math.sqrt(rewards * lengths);
}
