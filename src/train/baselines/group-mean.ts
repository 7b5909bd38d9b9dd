/**
 * Baseline of an attempt: the mean reward of its group, itself included (GRPO: Shao et al. 2024, "DeepSeekMath",
 * section 4.1.2; reference/training.md 2.2).
 */
export function groupMean(rewards: readonly number[]): number[] {
  const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
  return rewards.map(() => mean);
}
