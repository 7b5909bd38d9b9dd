/** 1 / trained tokens of the step: every token weighs the same (DAPO: Yu et al. 2025, section 3.3). */
import type { StepLengths } from './attempt-lengths.ts';

export function tokens({ trained }: StepLengths): number[] {
  const total = trained.reduce((sum, attempt) => sum + attempt.tokens, 0);
  return trained.map(() => 1 / Math.max(1, total));
}
