/**
 * Chooses the next token of a row: greedily, from the whole distribution, or from what penalties and truncation leave
 * of it. A function of the row, the parameters, the sequence's own history and one uniform number (BATCH-INVARIANT).
 * SAME-LOGPROB: the log-prob is that of the model's own distribution after temperature, whatever the token was drawn
 * from. A row with neither penalties nor truncation costs one scan of the cumulative distribution.
 */
import type { SamplingParameters } from '../engine.ts';
import { drawToken, likeliestToken } from './draw-token.ts';
import { hasPenalties, penalise, type TokenHistory } from './penalties.ts';
import { Truncator } from './truncation.ts';

/** What the decode graph gives, by rows of the vocabulary. */
export interface NextTokenRows {
  /** softmax(logits / temperature), at temperature 1 for greedy rows. */
  readonly probabilities: Float32Array;
  /** Needed where a row has penalties. */
  readonly logits: Float32Array | undefined;
}

export interface Choice {
  readonly token: number;
  readonly logprob: number;
}

/** Beyond this many nats below the likeliest token, a token's weight is 0: less than float64 notices in a sum. */
const negligible = -60;

/** Holds the scratch memory for one vocabulary. */
export class TokenChooser {
  readonly #size: number;
  readonly #truncator: Truncator;
  readonly #logits: Float64Array;
  readonly #weights: Float32Array;

  constructor(vocabularySize: number) {
    this.#size = vocabularySize;
    this.#truncator = new Truncator(vocabularySize);
    this.#logits = new Float64Array(vocabularySize);
    this.#weights = new Float32Array(vocabularySize);
  }

  /** Throws when the model gives no token a probability. `uniform` in [0, 1) is not read where `temperature` is 0. */
  choose(
    rows: NextTokenRows,
    row: number,
    sampling: SamplingParameters,
    history: TokenHistory,
    uniform: number,
  ): Choice {
    const { probabilities, logits } = rows;
    const size = this.#size;
    const offset = row * size;
    if (hasPenalties(sampling)) {
      if (logits === undefined) throw new Error('a row with penalties needs its logits');
      return this.#choosePenalised(rows, offset, sampling, history, uniform);
    }
    let token: number;
    if (sampling.temperature === 0) token = likeliestToken(probabilities, offset, size);
    else if (isTruncated(sampling, size)) {
      token = this.#drawTruncated(probabilities.subarray(offset, offset + size), 1, sampling, uniform);
    } else token = drawToken(probabilities, offset, size, uniform);
    return { token, logprob: Math.log(probabilities[offset + token] ?? 0) };
  }

  #choosePenalised(
    { probabilities, logits = new Float32Array(0) }: NextTokenRows,
    offset: number,
    sampling: SamplingParameters,
    history: TokenHistory,
    uniform: number,
  ): Choice {
    const size = this.#size;
    const penalised = this.#logits;
    penalised.set(logits.subarray(offset, offset + size));
    penalise(penalised, sampling, history);
    const likeliest = indexOfHighest(penalised);
    const token =
      sampling.temperature === 0
        ? likeliest
        : this.#drawPenalised(penalised[likeliest] ?? 0, sampling, uniform);
    // Not ln of the token's own probability: float32 may have none for a token that only a penalty has brought up.
    const temperature = sampling.temperature || 1;
    const anchor = likeliestToken(probabilities, offset, size);
    const below = ((logits[offset + token] ?? 0) - (logits[offset + anchor] ?? 0)) / temperature;
    return { token, logprob: Math.log(probabilities[offset + anchor] ?? 0) + below };
  }

  #drawPenalised(highest: number, sampling: SamplingParameters, uniform: number): number {
    const penalised = this.#logits;
    const weights = this.#weights;
    const inverse = 1 / sampling.temperature;
    let total = 0;
    for (let token = 0; token < weights.length; token += 1) {
      const nats = ((penalised[token] ?? 0) - highest) * inverse;
      weights[token] = nats > negligible ? Math.exp(nats) : 0;
      total += weights[token] ?? 0;
    }
    if (isTruncated(sampling, weights.length)) return this.#drawTruncated(weights, total, sampling, uniform);
    return drawToken(weights, 0, weights.length, uniform * total);
  }

  /** Draws among the tokens that truncation keeps; `weights` are probabilities times `total`. */
  #drawTruncated(
    weights: Float32Array,
    total: number,
    sampling: SamplingParameters,
    uniform: number,
  ): number {
    const count = this.#truncator.keep(weights, total, sampling);
    const { kept } = this.#truncator;
    let mass = 0;
    for (let place = 0; place < count; place += 1) mass += weights[kept[place] ?? 0] ?? 0;
    const wanted = uniform * mass;
    let sum = 0;
    let last = 0;
    for (let place = 0; place < count; place += 1) {
      const token = kept[place] ?? 0;
      const weight = weights[token] ?? 0;
      if (weight === 0) continue;
      sum += weight;
      last = token;
      if (wanted < sum) break;
    }
    return last;
  }
}

/** Whether some tokens may be out of reach. */
function isTruncated(sampling: SamplingParameters, vocabularySize: number): boolean {
  const { topK = vocabularySize, topP = 1, minP = 0 } = sampling;
  return topK < vocabularySize || topP < 1 || minP > 0;
}

function indexOfHighest(values: Float64Array): number {
  let best = -1;
  let highest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    if (value > highest) {
      highest = value;
      best = index;
    }
  }
  if (best < 0)
    throw new Error('the model gives no token a probability: its weights or activations are not finite');
  return best;
}
