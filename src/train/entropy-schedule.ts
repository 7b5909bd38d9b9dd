/**
 * The coefficient of the entropy bonus by optimiser step: a line from the first value towards the final one, which it
 * would reach after the last step, c_0 + (c_1 − c_0)·step/steps (reference/training.md 2.4).
 */
export interface EntropySchedule {
  readonly first: number;
  readonly final: number;
}

/** `step` counts from 0. */
export function entropyCoefficientAt(step: number, steps: number, { first, final }: EntropySchedule): number {
  return first + ((final - first) * step) / steps;
}
