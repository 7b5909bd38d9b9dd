/**
 * ρ_t·A_t: the policy gradient corrected for what sampled the tokens, without a clip (Schulman et al. 2017, "Proximal
 * Policy Optimization Algorithms", equation 6).
 */
import type { Graph, Value } from '../graph.ts';
import { multiply } from '../primitives/elementwise.ts';
import type { LossInputs } from './loss-inputs.ts';
import { tokenRatio } from './token-ratio.ts';

export function importanceSampling(g: Graph, inputs: LossInputs): Value {
  return multiply(g, tokenRatio(g, inputs), inputs.advantages());
}
