/**
 * exp(Δ_t) − Δ_t − 1 with Δ_t = ref_t − new_t: the estimator "k3" of KL(policy ‖ reference), never negative (Schulman
 * 2020, "Approximating KL Divergence"; GRPO: Shao et al. 2024, equation 4). Δ_t is held within ±5, so that a token
 * that has become very unlikely does not outweigh a batch; beyond, it has no gradient (reference/training.md 2.4).
 */
import type { Graph, Value } from '../graph.ts';
import { clip, exp, subtract } from '../primitives/elementwise.ts';
import type { LossInputs } from './loss-inputs.ts';

const greatestLogRatio = 5;

/** [N] */
export function klPenalty(g: Graph, inputs: LossInputs): Value {
  const difference = subtract(g, inputs.referenceLogprobs(), inputs.logprobs);
  const delta = clip(g, difference, g.scalar(-greatestLogRatio), g.scalar(greatestLogRatio));
  return subtract(g, subtract(g, exp(g, delta), delta), g.scalar(1));
}
