/** The likeliest tokens of a row of probabilities, and their log-probs, gathered position by position of a sample. */
import type { TopLogprobs } from '../engine.ts';

export class TopLogprobsRecord {
  readonly #count: number;
  readonly #tokens: number[] = [];
  readonly #logprobs: number[] = [];

  /** `count` tokens a position, at least one and at most as many as the vocabulary has. */
  constructor(count: number) {
    this.#count = count;
  }

  /** Adds a position whose probabilities are [offset, offset + vocabularySize). Of equal ones the lower id comes first. */
  add(probabilities: Float32Array, offset: number, vocabularySize: number): void {
    const count = this.#count;
    const best = new Int32Array(count);
    let held = 0;
    let least = -1;
    for (let token = 0; token < vocabularySize; token += 1) {
      const probability = probabilities[offset + token] ?? 0;
      if (held === count && !(probability > least)) continue;
      if (held < count) held += 1;
      let place = held - 1;
      while (place > 0 && probability > (probabilities[offset + (best[place - 1] ?? 0)] ?? 0)) {
        best[place] = best[place - 1] ?? 0;
        place -= 1;
      }
      best[place] = token;
      least = probabilities[offset + (best[held - 1] ?? 0)] ?? 0;
    }
    for (const token of best) {
      this.#tokens.push(token);
      this.#logprobs.push(Math.log(probabilities[offset + token] ?? 0));
    }
  }

  finish(): TopLogprobs {
    return {
      count: this.#count,
      tokens: Int32Array.from(this.#tokens),
      logprobs: Float32Array.from(this.#logprobs),
    };
  }
}
