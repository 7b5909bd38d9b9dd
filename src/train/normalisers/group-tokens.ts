/**
 * 1 / (attempts of the step × mean length of the attempts of the group, prompt included): a problem that takes long
 * proofs weighs no more than another, and within its group a long attempt weighs more (`group_normalization` in
 * reference/training.md 2.5, which leaves out the attempts of the step: the same for every token, so the same after
 * Adam).
 */
import type { StepLengths } from './attempt-lengths.ts';

export function groupTokens({ trained, attempts }: StepLengths): number[] {
  const groups = new Map<number, { count: number; tokens: number }>();
  for (const { group, promptTokens, tokens } of trained) {
    const { count, tokens: before } = groups.get(group) ?? { count: 0, tokens: 0 };
    groups.set(group, { count: count + 1, tokens: before + promptTokens + tokens });
  }
  return trained.map(({ group }) => {
    const { count, tokens } = groups.get(group) ?? { count: 1, tokens: 1 };
    return count / (attempts * tokens);
  });
}
