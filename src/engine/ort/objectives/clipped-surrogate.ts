/**
 * min(ρ·A, clip(ρ, 1 − ε_low, 1 + ε_high)·A), the pessimistic bound of PPO (Schulman et al. 2017, equation 7), for a
 * ratio ρ of tokens or of sequences. Two epsilons: DAPO (Yu et al. 2025, equation 10).
 */
import type { Graph, Value } from '../graph.ts';
import { clip, minimum, multiply } from '../primitives/elementwise.ts';
import type { LossInputs } from './loss-inputs.ts';

export function clippedSurrogate(g: Graph, ratio: Value, inputs: LossInputs): Value {
  const advantages = inputs.advantages();
  const clipped = clip(g, ratio, inputs.ratioLow(), inputs.ratioHigh());
  return minimum(g, multiply(g, ratio, advantages), multiply(g, clipped, advantages));
}
