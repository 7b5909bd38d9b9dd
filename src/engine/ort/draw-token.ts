/**
 * Turns a row of probabilities and a uniform number into a token. No state, no randomness of its own: the same row
 * and number give the same token.
 */

/**
 * The token whose interval of the cumulative distribution contains `uniform` in [0, 1), summed in float64 in order
 * of ids; when rounding leaves the number beyond the last interval, the last token with a probability. Never a
 * token of probability 0. Throws when the row has no positive probability (NaN included).
 */
export function drawToken(
  probabilities: Float32Array,
  offset: number,
  vocabularySize: number,
  uniform: number,
): number {
  let sum = 0;
  for (let token = 0; token < vocabularySize; token += 1) {
    sum += probabilities[offset + token] ?? 0;
    if (uniform < sum) return token;
  }
  for (let token = vocabularySize - 1; token >= 0; token -= 1) {
    if ((probabilities[offset + token] ?? 0) > 0) return token;
  }
  throw new Error('the model gives no token a probability: its weights or activations are not finite');
}

/** The most probable token, the lowest id among equals. Throws as `drawToken` does. */
export function likeliestToken(probabilities: Float32Array, offset: number, vocabularySize: number): number {
  let best = -1;
  let highest = 0;
  for (let token = 0; token < vocabularySize; token += 1) {
    const probability = probabilities[offset + token] ?? 0;
    if (probability > highest) {
      highest = probability;
      best = token;
    }
  }
  if (best < 0)
    throw new Error('the model gives no token a probability: its weights or activations are not finite');
  return best;
}
