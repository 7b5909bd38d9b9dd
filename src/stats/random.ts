/**
 * Seeded random numbers. Everything random in QED comes from here, seeded from the run, so that a run repeats.
 * `Random` is a stream (sfc32); `uniformAt` is counter-based: the n-th number of a seed without the ones before
 * it, which makes sampling independent of batching order and of resuming.
 */

/** Mixes any strings and numbers into a 32-bit seed (FNV-1a with an avalanche step at the end). */
export function seedFrom(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    for (const char of `${part}\u0000`) {
      hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
    }
  }
  return avalanche(hash);
}

function avalanche(value: number): number {
  let x = value >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

/** The `index`-th uniform number in [0, 1) of a 32-bit seed, with 53 random bits. */
export function uniformAt(seed: number, index: number): number {
  const base = avalanche((seed ^ Math.imul(index + 1, 0x9e3779b9)) >>> 0);
  const high = avalanche((base + 0x6a09e667) ^ Math.imul(seed, 0x85ebca6b));
  const low = avalanche((high + 0xbb67ae85) ^ Math.imul(index, 0xc2b2ae35));
  return ((high >>> 5) * 0x4000000 + (low >>> 6)) / 0x20000000000000;
}

/** A seeded stream of random numbers with the draws the toolkit needs. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;
  readonly #seed: number;
  #spareNormal: number | undefined;

  constructor(...seed: readonly (string | number)[]) {
    this.#seed = seedFrom(...seed);
    this.#a = avalanche(this.#seed + 1);
    this.#b = avalanche(this.#seed + 2);
    this.#c = avalanche(this.#seed + 3);
    for (let i = 0; i < 12; i += 1) this.uint32();
  }

  /** An independent stream, named: the same name gives the same stream however far this one has run. */
  fork(...name: readonly (string | number)[]): Random {
    return new Random(this.#seed, ...name);
  }

  /** Uniform 32-bit unsigned integer (sfc32). */
  uint32(): number {
    const t = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t;
    return t >>> 0;
  }

  /** Fills `words` with what as many calls of `uint32` would give; for hot loops. */
  fill(words: Uint32Array): void {
    let [a, b, c, counter] = [this.#a | 0, this.#b | 0, this.#c | 0, this.#counter];
    for (let i = 0; i < words.length; i += 1) {
      const t = (a + b + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + t) | 0;
      words[i] = t;
    }
    [this.#a, this.#b, this.#c, this.#counter] = [a, b, c, counter];
  }

  /** Uniform in [0, 1), 53 bits. */
  next(): number {
    return ((this.uint32() >>> 5) * 0x4000000 + (this.uint32() >>> 6)) / 0x20000000000000;
  }

  /** Uniform integer in [0, bound). */
  below(bound: number): number {
    if (!(bound >= 1)) throw new RangeError(`below: bound must be at least 1, got ${bound}`);
    return Math.floor(this.next() * bound);
  }

  /** Uniform integer in [low, high], both included. */
  integer(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True with probability p. */
  chance(p: number): boolean {
    return this.next() < p;
  }

  /** Standard normal (Box–Muller). */
  normal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    const angle = 2 * Math.PI * this.next();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** One of the items, uniformly. Throws on an empty list. */
  pick<T>(items: readonly T[]): T {
    const index = this.below(items.length);
    return items[index] as T;
  }

  /** An index drawn with the given non-negative weights. */
  weighted(weights: readonly number[]): number {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    let left = this.next() * total;
    for (let i = 0; i < weights.length; i += 1) {
      left -= weights[i] ?? 0;
      if (left < 0) return i;
    }
    return weights.length - 1;
  }

  /** A shuffled copy (Fisher–Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const copy = [...items];
    for (let i = copy.length - 1; i > 0; i -= 1) {
      const j = this.below(i + 1);
      [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
    }
    return copy;
  }
}
