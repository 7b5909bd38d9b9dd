/**
 * The losses of `Loss` (engine.ts), each as an elementwise graph on log-probs and entropies. Their derivatives
 * come from the tape. A loss is a sum over tokens, never a mean.
 */
import type { Loss } from '../engine.ts';
import type { Graph, Value } from './graph.ts';
import {
  add,
  clip,
  exp,
  minimum,
  multiply,
  negate,
  scaleBy,
  stopGradient,
  subtract,
  sumAll,
} from './primitives/elementwise.ts';

/** What a loss may read. Each is asked for only by the losses that need it. */
export interface LossInputs {
  /** new_t, [N]. */
  readonly logprobs: Value;
  /** H_t, [N], or undefined where the entropy coefficient is 0. */
  readonly entropies: Value | undefined;
  /** w_t, [N]. */
  weights(): Value;
  /** old_t, [N]. */
  oldLogprobs(): Value;
  /** A_t, [N]. */
  advantages(): Value;
  /** 1 − ε_low, 1 + ε_high and c_H, scalars. */
  ratioLow(): Value;
  ratioHigh(): Value;
  entropyCoefficient(): Value;
}

/** −Σ_t w_t·(objective_t + c_H·H_t), a scalar. */
export function traceLoss(g: Graph, kind: Loss['kind'], inputs: LossInputs): Value {
  const objective = objectives[kind](g, inputs);
  const withEntropy =
    kind === 'cross_entropy' || inputs.entropies === undefined
      ? objective
      : add(g, objective, scaleBy(g, inputs.entropies, inputs.entropyCoefficient()));
  return negate(g, sumAll(g, multiply(g, withEntropy, inputs.weights())));
}

const objectives: Record<Loss['kind'], (g: Graph, inputs: LossInputs) => Value> = {
  cross_entropy: (_, { logprobs }) => logprobs,

  importance_sampling: (g, inputs) => multiply(g, ratio(g, inputs), inputs.advantages()),

  ppo: (g, inputs) => {
    const rho = ratio(g, inputs);
    const advantages = inputs.advantages();
    const clipped = clip(g, rho, inputs.ratioLow(), inputs.ratioHigh());
    return minimum(g, multiply(g, rho, advantages), multiply(g, clipped, advantages));
  },

  cispo: (g, inputs) => {
    const clipped = clip(g, ratio(g, inputs), g.scalar(0), inputs.ratioHigh());
    const factor = multiply(g, stopGradient(g, clipped), inputs.advantages());
    return multiply(g, inputs.logprobs, factor);
  },
};

/** ρ_t = exp(new_t − old_t). */
function ratio(g: Graph, inputs: LossInputs): Value {
  return exp(g, subtract(g, inputs.logprobs, inputs.oldLogprobs()));
}
