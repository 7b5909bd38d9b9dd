/**
 * Which tokens truncated sampling may draw: top-k (Fan et al. 2018), then top-p of what is left (Holtzman et al. 2020),
 * then min-p (Nguyen et al. 2025), in transformers' order. A function of the row alone, exact, and without a sort of
 * the vocabulary: two passes over the row find the few tokens that matter, a radix selection on the bits of their
 * weights finds the last one that is kept.
 */

export interface Truncation {
  /** Keeps so many of the most probable tokens. */
  readonly topK?: number | undefined;
  /** Keeps the fewest most probable tokens that have together at least this share of the probability left. */
  readonly topP?: number | undefined;
  /** Keeps tokens with at least this share of the highest probability. */
  readonly minP?: number | undefined;
}

/** Bits of positive float32 numbers order as the numbers do. Three digits tell them apart, the highest first. */
const digits = [
  { shift: 20, width: 12 },
  { shift: 10, width: 10 },
  { shift: 0, width: 10 },
] as const;

/** Tokens below such a share of the highest probability are looked at only when those above it do not suffice. */
const usualShares = [2 ** -8, 2 ** -18, 0];

/** Holds what selections in a vocabulary of one size need. One at a time. */
export class Truncator {
  /** Ids of the tokens kept by the last call, in order. */
  readonly kept: Int32Array;
  #count = 0;
  readonly #sums = new Float64Array(2 ** digits[0].width);

  constructor(vocabularySize: number) {
    this.kept = new Int32Array(vocabularySize);
  }

  /**
   * Fills `kept` and returns how many tokens it holds, at least one. `weights` are the row's probabilities times
   * `total`. Among equal weights the lower id comes first, so top-k keeps exactly k. Throws when no token has a
   * positive weight (NaN included).
   */
  keep(weights: Float32Array, total: number, { topK, topP, minP = 0 }: Truncation): number {
    const isSelected = topK !== undefined || topP !== undefined;
    let highest = 0;
    for (const share of isSelected ? usualShares : [minP]) {
      highest = this.#gather(weights, share);
      const suffices = topK === undefined ? this.#mass(weights) >= (topP ?? 0) * total : this.#count >= topK;
      if (suffices) break;
    }
    if (topK !== undefined) this.#select(weights, topK, false);
    if (topP !== undefined) {
      this.#select(weights, topP * (topK === undefined ? total : this.#mass(weights)), true);
    }
    if (isSelected && minP > 0) this.#dropBelow(weights, minP * highest);
    return this.#count;
  }

  /** Narrows `kept` to the heaviest tokens whose number, or whose mass, reaches `wanted`. */
  #select(weights: Float32Array, wanted: number, isMass: boolean): void {
    const { kept } = this;
    const bits = new Uint32Array(weights.buffer, weights.byteOffset, weights.length);
    const sums = this.#sums;
    let missing = wanted;
    // The digits, found so far, of the lightest token kept.
    let prefix = 0;
    for (const { shift, width } of digits) {
      const mask = 2 ** width - 1;
      sums.fill(0, 0, mask + 1);
      for (let place = 0; place < this.#count; place += 1) {
        const token = kept[place] ?? 0;
        const value = (bits[token] ?? 0) >>> shift;
        if (value >>> width !== prefix) continue;
        sums[value & mask] = (sums[value & mask] ?? 0) + (isMass ? (weights[token] ?? 0) : 1);
      }
      let digit = mask;
      for (; digit >= 0 && (sums[digit] ?? 0) < missing; digit -= 1) missing -= sums[digit] ?? 0;
      // All together do not reach it: more are wanted than there are, or rounding had it so.
      if (digit < 0) return;
      prefix = prefix * 2 ** width + digit;
      this.#dropBelow(bits, prefix * 2 ** shift);
    }
    this.#dropTies(weights, bits, prefix, missing, isMass);
  }

  /** Keeps the tokens whose bits are at least `least`. */
  #dropBelow(values: Uint32Array | Float32Array, least: number): void {
    const { kept } = this;
    let count = 0;
    for (let place = 0; place < this.#count; place += 1) {
      const token = kept[place] ?? 0;
      if ((values[token] ?? 0) < least) continue;
      kept[count] = token;
      count += 1;
    }
    this.#count = count;
  }

  /** Of the tokens whose bits are `bits`, keeps the first that make up for what is missing. */
  #dropTies(
    weights: Float32Array,
    values: Uint32Array,
    tied: number,
    missing: number,
    isMass: boolean,
  ): void {
    const { kept } = this;
    let count = 0;
    for (let place = 0; place < this.#count; place += 1) {
      const token = kept[place] ?? 0;
      if (values[token] === tied) {
        if (missing <= 0) continue;
        missing -= isMass ? (weights[token] ?? 0) : 1;
      }
      kept[count] = token;
      count += 1;
    }
    this.#count = count;
  }

  /** Takes the tokens with at least this share of the highest weight, which it returns. */
  #gather(weights: Float32Array, share: number): number {
    const { kept } = this;
    let count = 0;
    let highest = 0;
    // Below the share of the highest weight so far is below that of the highest of all.
    let least = 0;
    for (let token = 0; token < weights.length; token += 1) {
      const weight = weights[token] ?? 0;
      if (!(weight >= least)) continue;
      kept[count] = token;
      count += 1;
      if (weight > highest) {
        highest = weight;
        least = share * weight;
      }
    }
    if (highest === 0) {
      throw new Error('the model gives no token a probability: its weights or activations are not finite');
    }
    this.#count = count;
    this.#dropBelow(weights, least);
    return highest;
  }

  #mass(weights: Float32Array): number {
    let mass = 0;
    for (let place = 0; place < this.#count; place += 1) mass += weights[this.kept[place] ?? 0] ?? 0;
    return mass;
  }
}
