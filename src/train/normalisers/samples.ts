/**
 * 1 / attempts of the step: the sum over tokens is divided by the number of samples, so that a long attempt weighs
 * more than a short one (reference/training.md 2.5, the default there and here).
 */
import type { StepLengths } from './attempt-lengths.ts';

export function samples({ trained, attempts }: StepLengths): number[] {
  return trained.map(() => 1 / attempts);
}
