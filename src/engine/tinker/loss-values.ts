/**
 * The losses of `Loss` (engine.ts) as numbers: value and derivative by each log-prob. A server that has no such loss is given
 * the derivative as weights of a cross-entropy, whose gradient is then the same. The entropy is not a function of the
 * log-probs of the sampled tokens; E[H] is estimated by ρ·(−new) and its gradient by −ρ·new·∇new (score function), without bias
 * for tokens that the behaviour policy sampled.
 */
import type { Datum, Loss } from '../engine.ts';

export interface LossValues {
  /** The loss of the datum. */
  readonly value: number;
  /** ∂ loss / ∂ new_t; 0 where the weight is. */
  readonly gradient_T: Float32Array;
}

const greatestLogRatio = 5;

/** Of one datum, given ln p of its tokens under the model at the loss's temperature. Inputs that miss are an error. */
export function lossValues(loss: Loss, datum: Datum, new_T: Float32Array): LossValues {
  const { weights_T } = datum;
  const gradient_T = new Float32Array(weights_T.length);
  let value = 0;
  if (loss.kind === 'cross_entropy') {
    for (const [t, weight] of weights_T.entries()) {
      if (weight === 0) continue;
      value -= weight * (new_T[t] ?? Number.NaN);
      gradient_T[t] = -weight;
    }
    return { value, gradient_T };
  }
  const old_T = required(datum.logprobs_T, 'log-probs of the behaviour policy');
  const advantages_T = required(datum.advantages_T, 'advantages');
  const klCoefficient = loss.klCoefficient ?? 0;
  const reference_T =
    klCoefficient === 0
      ? undefined
      : required(datum.referenceLogprobs_T, 'log-probs of the reference policy');
  const sequence = loss.kind === 'gspo' ? sequenceRatio(datum, new_T, old_T) : undefined;
  /** Of the sequence's objective by the mean log-ratio. */
  let sequenceGradient = 0;
  for (const [t, weight] of weights_T.entries()) {
    if (weight === 0) continue;
    const [newLogprob = Number.NaN, advantage = 0] = [new_T[t], advantages_T[t]];
    const ratio = Math.exp(newLogprob - (old_T[t] ?? 0));
    const objective = objectiveOf(loss, sequence?.ratio ?? ratio, newLogprob, advantage);
    value -= weight * objective.value;
    if (sequence === undefined) gradient_T[t] = -weight * objective.derivative;
    else sequenceGradient -= weight * objective.derivative;
    const entropy = loss.entropyCoefficient * ratio;
    value += weight * entropy * newLogprob;
    gradient_T[t] = (gradient_T[t] ?? 0) + weight * entropy * newLogprob;
    if (reference_T !== undefined) {
      const kl = klOf((reference_T[t] ?? 0) - newLogprob);
      value += weight * klCoefficient * kl.value;
      gradient_T[t] = (gradient_T[t] ?? 0) + weight * klCoefficient * kl.derivative;
    }
  }
  if (sequence !== undefined) {
    for (const [t, weight] of weights_T.entries()) {
      if (weight !== 0) gradient_T[t] = (gradient_T[t] ?? 0) + sequenceGradient / sequence.count;
    }
  }
  return { value, gradient_T };
}

/** J, and its derivative by the log-prob (for gspo: by the mean log-ratio). */
function objectiveOf(
  loss: Exclude<Loss, { kind: 'cross_entropy' }>,
  ratio: number,
  newLogprob: number,
  advantage: number,
): { readonly value: number; readonly derivative: number } {
  if (loss.kind === 'importance_sampling') return { value: ratio * advantage, derivative: ratio * advantage };
  const high = 1 + loss.epsilonHigh;
  if (loss.kind === 'cispo') {
    const held = Math.min(Math.max(ratio, 0), high) * advantage;
    return { value: newLogprob * held, derivative: held };
  }
  const clipped = Math.min(Math.max(ratio, 1 - loss.epsilonLow), high);
  const isFree = ratio * advantage <= clipped * advantage;
  return isFree
    ? { value: ratio * advantage, derivative: ratio * advantage }
    : { value: clipped * advantage, derivative: 0 };
}

/** exp(Δ) − Δ − 1 of Δ = ref − new held within ±5, and its derivative by new. */
function klOf(difference: number): { readonly value: number; readonly derivative: number } {
  const delta = Math.min(Math.max(difference, -greatestLogRatio), greatestLogRatio);
  const isHeld = delta !== difference;
  return { value: Math.exp(delta) - delta - 1, derivative: isHeld ? 0 : 1 - Math.exp(delta) };
}

function sequenceRatio(
  { weights_T }: Datum,
  new_T: Float32Array,
  old_T: Float32Array,
): { readonly ratio: number; readonly count: number } {
  let sum = 0;
  let count = 0;
  for (const [t, weight] of weights_T.entries()) {
    if (weight === 0) continue;
    sum += (new_T[t] ?? Number.NaN) - (old_T[t] ?? 0);
    count += 1;
  }
  return { ratio: Math.exp(sum / Math.max(1, count)), count };
}

function required(values: Float32Array | undefined, name: string): Float32Array {
  if (values === undefined) throw new RangeError(`a datum has no ${name}, which its loss needs`);
  return values;
}
