/**
 * Keys and values of many rows that have room for the same number of tokens. Rows lie side by side without gaps,
 * so a batch is a view of the first `rows`, and work follows the number of live rows. A row is zero where it holds
 * nothing: no value of a former row can reach a later one (BATCH-INVARIANT).
 */
import type { ModelConfig } from '../engine.ts';

/**
 * Capacity in tokens that a sequence of `length` tokens is decoded with: powers of two and three quarters of them,
 * from 64. It depends on the sequence alone, because the sums inside attention are ordered by the capacity.
 */
export function cacheCapacity(length: number): number {
  if (length <= 64) return 64;
  const power = 2 ** Math.ceil(Math.log2(length));
  return length <= 0.75 * power ? 0.75 * power : power;
}

/** Bytes of a row of this capacity. */
export function cacheRowBytes(config: ModelConfig, capacity: number): number {
  return 8 * config.num_hidden_layers * config.num_key_value_heads * config.head_dim * capacity;
}

export class KeyValueCache {
  readonly capacity: number;
  readonly #layers: number;
  readonly #heads: number;
  readonly #width: number;
  /** Keys of layer 0, values of layer 0, keys of layer 1, …; each [allocated rows, KV, capacity, head_dim]. */
  #arrays: Float32Array[];
  #rows = 0;

  constructor(config: ModelConfig, capacity: number) {
    this.capacity = capacity;
    this.#layers = config.num_hidden_layers;
    this.#heads = config.num_key_value_heads;
    this.#width = config.head_dim;
    this.#arrays = Array.from({ length: 2 * this.#layers }, () => new Float32Array(0));
  }

  /** A cache with one full row; takes the arrays [KV, capacity, head_dim] over. Order: keys, values of each layer. */
  static ofRow(config: ModelConfig, capacity: number, arrays: Float32Array[]): KeyValueCache {
    const cache = new KeyValueCache(config, capacity);
    cache.#arrays = arrays;
    cache.#rows = 1;
    return cache;
  }

  /** A cache with one row of zeros and no room for others. */
  static emptyRow(config: ModelConfig, capacity: number): KeyValueCache {
    const length = config.num_key_value_heads * config.head_dim * capacity;
    const arrays = Array.from({ length: 2 * config.num_hidden_layers }, () => new Float32Array(length));
    return KeyValueCache.ofRow(config, capacity, arrays);
  }

  get rows(): number {
    return this.#rows;
  }

  get bytes(): number {
    return this.#arrays.reduce((sum, array) => sum + array.byteLength, 0);
  }

  /** Keys (`part` 0) or values (1) of the first `rows` rows, [rows, KV, capacity, head_dim]; a view. */
  view(layer: number, part: 0 | 1, rows: number): Float32Array {
    return this.#array(2 * layer + part).subarray(0, rows * this.#rowLength);
  }

  /** Makes room for at least `rows` rows; earlier views no longer see this cache afterwards if it grew. */
  reserve(rows: number): void {
    const length = rows * this.#rowLength;
    if (this.#array(0).length >= length) return;
    this.#arrays = this.#arrays.map((array) => {
      const grown = new Float32Array(length);
      grown.set(array.subarray(0, this.#rows * this.#rowLength));
      return grown;
    });
  }

  /** Appends a row with the first `length` tokens of a row of another cache. Room must have been reserved. */
  append(source: KeyValueCache, sourceRow: number, length: number): void {
    const used = length * this.#width;
    const stride = this.capacity * this.#width;
    const sourceStride = source.capacity * this.#width;
    this.#arrays.forEach((array, index) => {
      const from = source.#array(index);
      for (let head = 0; head < this.#heads; head += 1) {
        const target = (this.#rows * this.#heads + head) * stride;
        const start = (sourceRow * this.#heads + head) * sourceStride;
        array.set(from.subarray(start, start + used), target);
        array.fill(0, target + used, target + stride);
      }
    });
    this.#rows += 1;
  }

  /**
   * Stores the keys and values of several tokens from slot `position` on in row 0. `arrays` [KV, tokens, head_dim]
   * come in the order of `ofRow`.
   */
  writeChunk(position: number, arrays: readonly Float32Array[]): void {
    const stride = this.capacity * this.#width;
    for (const [index, chunk] of arrays.entries()) {
      const length = chunk.length / this.#heads;
      const target = this.#array(index);
      for (let head = 0; head < this.#heads; head += 1) {
        const part = chunk.subarray(head * length, (head + 1) * length);
        target.set(part, head * stride + position * this.#width);
      }
    }
  }

  /** Removes a row; the last row takes its place. */
  remove(row: number): void {
    this.#rows -= 1;
    if (row === this.#rows) return;
    const length = this.#rowLength;
    for (const array of this.#arrays) {
      array.copyWithin(row * length, this.#rows * length, (this.#rows + 1) * length);
    }
  }

  /**
   * Stores the keys and values of one token at slot `position` of a row. `fresh` is the decode graph's output
   * `cacheRows`, whose row number is the cache's.
   */
  write(row: number, position: number, fresh: Float32Array): void {
    const width = this.#width;
    let from = row * this.#arrays.length * this.#heads * width;
    for (const array of this.#arrays) {
      for (let head = 0; head < this.#heads; head += 1) {
        const target = ((row * this.#heads + head) * this.capacity + position) * width;
        array.set(fresh.subarray(from, from + width), target);
        from += width;
      }
    }
  }

  /** Gives the memory of an empty cache back. */
  release(): void {
    if (this.#rows === 0) this.#arrays = this.#arrays.map(() => new Float32Array(0));
  }

  get #rowLength(): number {
    return this.#heads * this.capacity * this.#width;
  }

  #array(index: number): Float32Array {
    const array = this.#arrays[index];
    if (array === undefined) throw new RangeError(`the cache has no array ${index}`);
    return array;
  }
}
