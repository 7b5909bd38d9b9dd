/**
 * Penalties on the logits of tokens that a sequence already has. Sources: repetition, CTRL (Keskar et al. 2019, section
 * 4.1) in the form of transformers' `RepetitionPenaltyLogitsProcessor`, over prompt and sample; frequency and
 * presence, OpenAI's API reference, over the sample alone, as vLLM has all three.
 */
import type { SamplingParameters } from '../engine.ts';

/** The tokens that a sequence has so far. */
export interface TokenHistory {
  readonly prompt: ReadonlySet<number>;
  /** How many times each token of the sample occurs in it. */
  readonly counts: ReadonlyMap<number, number>;
}

export function hasPenalties(sampling: SamplingParameters): boolean {
  const { repetitionPenalty = 1, frequencyPenalty = 0, presencePenalty = 0 } = sampling;
  return repetitionPenalty !== 1 || frequencyPenalty !== 0 || presencePenalty !== 0;
}

/** Changes `logits` [vocabulary], which are raw: not yet divided by the temperature. */
export function penalise(logits: Float64Array, sampling: SamplingParameters, history: TokenHistory): void {
  const { repetitionPenalty = 1, frequencyPenalty = 0, presencePenalty = 0 } = sampling;
  const { prompt, counts } = history;
  const repeat = (token: number) => {
    const logit = logits[token] ?? 0;
    logits[token] = logit > 0 ? logit / repetitionPenalty : logit * repetitionPenalty;
  };
  if (repetitionPenalty !== 1) {
    for (const token of prompt) repeat(token);
    for (const token of counts.keys()) {
      if (!prompt.has(token)) repeat(token);
    }
  }
  for (const [token, count] of counts) {
    logits[token] = (logits[token] ?? 0) - frequencyPenalty * count - presencePenalty;
  }
}
