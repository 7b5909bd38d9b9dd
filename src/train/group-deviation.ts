/**
 * What GRPO divides the advantages of a group by: the sample deviation of its rewards plus 1e-4 (Shao et al. 2024,
 * section 4.1.2; the constant and n − 1 as in reference/training.md 2.2). It weighs groups that are nearly decided as
 * much as those with much to learn (Liu et al. 2025, "Understanding R1-Zero-Like Training", section 3.1), so it is an
 * option and not the default.
 */
const epsilon = 1e-4;

/** Needs two rewards. */
export function groupDeviation(rewards: readonly number[]): number {
  const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
  const squares = rewards.reduce((sum, reward) => sum + (reward - mean) ** 2, 0);
  return Math.sqrt(squares / (rewards.length - 1)) + epsilon;
}
