/**
 * new_t·A_t·stopgrad(clip(ρ_t, 0, 1 + ε_high)): the weight of a token is clipped and its gradient never lost
 * (MiniMax 2025, "MiniMax-M1", equation 4).
 */
import type { Graph, Value } from '../graph.ts';
import { clip, multiply, stopGradient } from '../primitives/elementwise.ts';
import type { LossInputs } from './loss-inputs.ts';
import { tokenRatio } from './token-ratio.ts';

export function cispo(g: Graph, inputs: LossInputs): Value {
  const clipped = clip(g, tokenRatio(g, inputs), g.scalar(0), inputs.ratioHigh());
  return multiply(g, inputs.logprobs, multiply(g, stopGradient(g, clipped), inputs.advantages()));
}
