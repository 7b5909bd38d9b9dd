/**
 * The losses of `Loss` (engine.ts), each as an elementwise graph on log-probs and entropies. Their derivatives
 * come from the tape. A loss is a sum over tokens, never a mean.
 */
import type { Loss } from '../engine.ts';
import type { Graph, Value } from './graph.ts';
import { cispo } from './objectives/cispo.ts';
import { gspo } from './objectives/gspo.ts';
import { importanceSampling } from './objectives/importance-sampling.ts';
import { klPenalty } from './objectives/kl-penalty.ts';
import type { LossInputs } from './objectives/loss-inputs.ts';
import { ppo } from './objectives/ppo.ts';
import { add, multiply, negate, scaleBy, subtract, sumAll } from './primitives/elementwise.ts';

/** −Σ_t w_t·(objective_t + c_H·H_t − c_KL·KL_t), a scalar. The last term is there when `kl`. */
export function traceLoss(
  g: Graph,
  kind: Loss['kind'],
  inputs: LossInputs,
  { kl = false }: { readonly kl?: boolean } = {},
): Value {
  let objective = objectives[kind](g, inputs);
  if (kind !== 'cross_entropy') {
    if (inputs.entropies !== undefined)
      objective = add(g, objective, scaleBy(g, inputs.entropies, inputs.entropyCoefficient()));
    if (kl) objective = subtract(g, objective, scaleBy(g, klPenalty(g, inputs), inputs.klCoefficient()));
  }
  return negate(g, sumAll(g, multiply(g, objective, inputs.weights())));
}

const objectives: Record<Loss['kind'], (g: Graph, inputs: LossInputs) => Value> = {
  cross_entropy: (_, { logprobs }) => logprobs,
  importance_sampling: importanceSampling,
  ppo,
  cispo,
  gspo,
};
