/**
 * 1 / (attempts of the step × tokens of the attempt): the mean over attempts of the mean over their tokens, so that
 * all attempts weigh the same (GRPO: Shao et al. 2024, equation 3; GSPO: Zheng et al. 2025, equation 5).
 */
import type { StepLengths } from './attempt-lengths.ts';

export function sequenceMean({ trained, attempts }: StepLengths): number[] {
  return trained.map(({ tokens }) => 1 / (attempts * Math.max(1, tokens)));
}
