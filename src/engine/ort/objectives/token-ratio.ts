/** ρ_t = exp(new_t − old_t): how much likelier a token has become since it was sampled. */
import type { Graph, Value } from '../graph.ts';
import { exp, subtract } from '../primitives/elementwise.ts';
import type { LossInputs } from './loss-inputs.ts';

export function tokenRatio(g: Graph, inputs: LossInputs): Value {
  return exp(g, subtract(g, inputs.logprobs, inputs.oldLogprobs()));
}
