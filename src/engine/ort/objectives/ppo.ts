/** PPO with a ratio per token (Schulman et al. 2017, "Proximal Policy Optimization Algorithms", equation 7). */
import type { Graph, Value } from '../graph.ts';
import { clippedSurrogate } from './clipped-surrogate.ts';
import type { LossInputs } from './loss-inputs.ts';
import { tokenRatio } from './token-ratio.ts';

export function ppo(g: Graph, inputs: LossInputs): Value {
  return clippedSurrogate(g, tokenRatio(g, inputs), inputs);
}
