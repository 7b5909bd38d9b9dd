/**
 * The losses of the Tinker API as figures of log-probs: their value, and their slope at every token. They say what a
 * forward pass costs, and let what the engine has no graph for be trained exactly: a second pass that weighs each
 * log-prob with its slope has the same gradient.
 */
import type { Datum } from '../../engine/engine.ts';

/** A bound of the ratio: one for all tokens, or one a token. */
export type Bound = number | Float32Array;

export type LossName = 'cross_entropy' | 'importance_sampling' | 'ppo' | 'cispo' | 'gspo' | 'dro';

/** What a datum's loss is made of, beside the datum itself. */
export interface LossTerms {
  readonly name: LossName;
  /** Bounds of the ratio of new to old probability. */
  readonly low: Bound;
  readonly high: Bound;
  /** Of `dro`. */
  readonly beta: number;
}

export interface EvaluatedLoss {
  readonly loss: number;
  /** ∂loss/∂ℓ at each token; 0 where nothing is trained. NaN for `gspo`, whose ratio is of all tokens: the engine has it. */
  readonly slopes_T: Float32Array;
}

/** With ℓ the new log-prob, q the old one, r = exp(ℓ − q), A the advantage and w the weight of a token. */
export function evaluateLoss(terms: LossTerms, datum: Datum, logprobs_T: Float32Array): EvaluatedLoss {
  const slopes_T = new Float32Array(logprobs_T.length);
  const common = terms.name === 'gspo' ? meanRatio(datum, logprobs_T) : undefined;
  let loss = 0;
  datum.weights_T.forEach((weight, t) => {
    if (weight === 0) return;
    const [logprob = 0, old = 0, advantage = 0] = [
      logprobs_T[t],
      datum.logprobs_T?.[t],
      datum.advantages_T?.[t],
    ];
    const ratio = common ?? Math.exp(logprob - old);
    const clipped = Math.min(Math.max(ratio, boundAt(terms.low, t)), boundAt(terms.high, t));
    const gap = logprob - old;
    // Value and slope of what is maximised.
    const [value, slope] = ((): readonly [number, number] => {
      switch (terms.name) {
        case 'cross_entropy':
          return [logprob, 1];
        case 'importance_sampling':
          return [ratio * advantage, ratio * advantage];
        case 'gspo':
          return [Math.min(ratio * advantage, clipped * advantage), Number.NaN];
        case 'ppo': {
          const isClipped = clipped * advantage < ratio * advantage;
          return isClipped ? [clipped * advantage, 0] : [ratio * advantage, ratio * advantage];
        }
        case 'cispo':
          return [clipped * logprob * advantage, clipped * advantage];
        case 'dro':
          return [logprob * advantage - 0.5 * terms.beta * gap * gap, advantage - terms.beta * gap];
      }
    })();
    loss -= weight * value;
    slopes_T[t] = -weight * slope;
  });
  return { loss, slopes_T };
}

/** exp of the mean of new − old over the trained tokens. */
function meanRatio(datum: Datum, logprobs_T: Float32Array): number {
  let [sum, count] = [0, 0];
  datum.weights_T.forEach((weight, t) => {
    if (weight === 0) return;
    sum += (logprobs_T[t] ?? 0) - (datum.logprobs_T?.[t] ?? 0);
    count += 1;
  });
  return count === 0 ? 1 : Math.exp(sum / count);
}

function boundAt(bound: Bound, t: number): number {
  return typeof bound === 'number' ? bound : (bound[t] ?? 0);
}
