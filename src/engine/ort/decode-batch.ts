/**
 * The rows that are decoded together: sequences of one cache capacity, with everything that a step of the decode
 * graph is fed. Feeds are views of arrays that live on from step to step; a step allocates what onnxruntime
 * returns and nothing else.
 * BATCH-INVARIANT: few rows are run beside idle ones. Kernels for one row may differ; and where a step has fewer
 * attention products than threads, MLAS splits each product, and its sums, by the number of products.
 */
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelConfig } from '../engine.ts';
import { maskedScore } from './decode-graph.ts';
import { float32 } from './float32.ts';
import { cacheRowBytes, KeyValueCache } from './kv-cache.ts';
import type { NextTokenRows } from './token-chooser.ts';

/** Where a row's past lies: the first `length` tokens of a row of a cache. */
export interface Past {
  readonly cache: KeyValueCache;
  readonly row: number;
  readonly length: number;
}

/** Memory that a batch begins with, unless its first rows need more: eight rows, or fewer long ones. */
const firstBytes = 2 ** 24;

const fetches = ['probabilities', 'cacheRows'];
const fetchesWithLogits = [...fetches, 'logits'];

export class DecodeBatch<Owner> {
  readonly capacity: number;
  readonly #config: ModelConfig;
  readonly #cache: KeyValueCache;
  readonly #leastRows: number;
  readonly #owners: Owner[] = [];
  #room = 0;
  #tokens = new BigInt64Array(0);
  #positions = new BigInt64Array(0);
  #inverseTemperatures = new Float32Array(0);
  #bias = new Float32Array(0);
  /** Of `#fedRows` rows; made again when rows come, go or move to larger arrays. */
  #feeds: Record<string, Tensor> = {};
  #fedRows = 0;

  constructor(config: ModelConfig, capacity: number, threads: number) {
    this.capacity = capacity;
    this.#config = config;
    this.#leastRows = leastRows(config, threads);
    this.#cache = new KeyValueCache(config, capacity);
  }

  /** Who owns each row, in the order of the rows. */
  get owners(): readonly Owner[] {
    return this.#owners;
  }

  get bytes(): number {
    return this.#cache.bytes;
  }

  /** Adds a row that goes on from `past` with `token`, not yet in the cache. */
  add(owner: Owner, past: Past, token: number, inverseTemperature: number): void {
    const row = this.#owners.length;
    this.#reserve(row + 1);
    this.#owners.push(owner);
    this.#cache.append(past.cache, past.row, past.length);
    this.#tokens[row] = BigInt(token);
    this.#positions[row] = BigInt(past.length);
    this.#inverseTemperatures[row] = inverseTemperature;
    this.#bias.fill(0, row * this.capacity, row * this.capacity + past.length);
    this.#bias.fill(maskedScore, row * this.capacity + past.length, (row + 1) * this.capacity);
  }

  /** Runs one step. What is known of the next token, by rows; each row's past is longer by its token. */
  async step(session: InferenceSession, options: { readonly logits: boolean }): Promise<NextTokenRows> {
    const outputs = await session.run(this.#feedsNow(), options.logits ? fetchesWithLogits : fetches);
    const fresh = float32(outputs.cacheRows);
    for (let row = 0; row < this.#owners.length; row += 1) {
      const position = Number(this.#positions[row]);
      this.#cache.write(row, position, fresh);
      this.#bias[row * this.capacity + position] = 0;
      this.#positions[row] = BigInt(position + 1);
    }
    return {
      probabilities: float32(outputs.probabilities),
      logits: options.logits ? float32(outputs.logits) : undefined,
    };
  }

  /** The token that the row goes on with. */
  setToken(row: number, token: number): void {
    this.#tokens[row] = BigInt(token);
  }

  past(row: number): Past {
    return { cache: this.#cache, row, length: Number(this.#positions[row]) };
  }

  /** Removes a row; the last row takes its number. */
  remove(row: number): void {
    const last = this.#owners.length - 1;
    const moved = this.#owners.pop();
    if (moved !== undefined && row < last) this.#owners[row] = moved;
    this.#cache.remove(row);
    this.#tokens.copyWithin(row, last, last + 1);
    this.#positions.copyWithin(row, last, last + 1);
    this.#inverseTemperatures.copyWithin(row, last, last + 1);
    this.#bias.copyWithin(row * this.capacity, last * this.capacity, (last + 1) * this.capacity);
  }

  /** Gives memory back while there are no rows. */
  release(): void {
    if (this.#owners.length > 0) return;
    this.#cache.release();
    this.#room = 0;
    this.#feeds = {};
    this.#fedRows = 0;
  }

  #reserve(rows: number): void {
    if (rows <= this.#room) return;
    const roomy = Math.floor(firstBytes / cacheRowBytes(this.#config, this.capacity));
    this.#room = Math.max(this.#leastRows, 2 * this.#room, Math.min(8, roomy));
    this.#cache.reserve(this.#room);
    this.#tokens = grown(this.#tokens, new BigInt64Array(this.#room));
    this.#positions = grown(this.#positions, new BigInt64Array(this.#room));
    this.#inverseTemperatures = grown(this.#inverseTemperatures, new Float32Array(this.#room));
    this.#bias = grown(this.#bias, new Float32Array(this.#room * this.capacity));
    this.#fedRows = 0;
  }

  #feedsNow(): Record<string, Tensor> {
    const rows = Math.max(this.#leastRows, this.#owners.length);
    if (rows === this.#fedRows) return this.#feeds;
    const { num_hidden_layers: layers, num_key_value_heads: heads, head_dim: width } = this.#config;
    const { capacity } = this;
    const feeds: Record<string, Tensor> = {
      tokens: new Tensor('int64', this.#tokens.subarray(0, rows), [rows]),
      positions: new Tensor('int64', this.#positions.subarray(0, rows), [rows, 1]),
      inverseTemperature: new Tensor('float32', this.#inverseTemperatures.subarray(0, rows), [rows, 1]),
      bias: new Tensor('float32', this.#bias.subarray(0, rows * capacity), [rows, 1, 1, capacity]),
    };
    const dims = [rows, heads, capacity, width];
    for (let layer = 0; layer < layers; layer += 1) {
      feeds[`keys.${layer}`] = new Tensor('float32', this.#cache.view(layer, 0, rows), dims);
      feeds[`values.${layer}`] = new Tensor('float32', this.#cache.view(layer, 1, rows), dims);
    }
    this.#feeds = feeds;
    this.#fedRows = rows;
    return feeds;
  }
}

/** A row has one product per key-value head; onnxruntime makes up to four parts a thread (hybrid processors). */
function leastRows(config: ModelConfig, threads: number): number {
  return threads === 1 ? 2 : Math.max(2, Math.ceil((4 * threads) / config.num_key_value_heads));
}

function grown<A extends Float32Array | BigInt64Array>(from: A, to: A): A {
  if (from instanceof BigInt64Array && to instanceof BigInt64Array) to.set(from.subarray(0, to.length));
  else if (from instanceof Float32Array && to instanceof Float32Array) to.set(from.subarray(0, to.length));
  return to;
}
