/**
 * PPO's bound with one ratio a sequence, the geometric mean of its tokens' (Zheng et al. 2025, "Group Sequence Policy
 * Optimization", equations 5 and 7). Every token of sequence i bears its s_i, so that weights per token that add up
 * to the same for every sequence make it equation 5. The gradient passes through all ratios of the sequence.
 */
import type { Graph, Value } from '../graph.ts';
import { exp, subtract } from '../primitives/elementwise.ts';
import { sequenceMean } from '../primitives/sequence-mean.ts';
import { clippedSurrogate } from './clipped-surrogate.ts';
import type { LossInputs } from './loss-inputs.ts';

export function gspo(g: Graph, inputs: LossInputs): Value {
  const logRatios = subtract(g, inputs.logprobs, inputs.oldLogprobs());
  return clippedSurrogate(g, exp(g, sequenceMean(g, logRatios, inputs.sequences())), inputs);
}
