/**
 * An initialisation from which in-context look-up is learnt within the lab's budget ("mimetic", after Trockman &
 * Kolter 2023). It is still training from nothing: weights are random but for
 *   1. token embeddings that are sums of their words' embeddings, so that ` C gives` and ` C.` share a part;
 *   2. two query heads of layer 0 that look one and two tokens back, the first of which copies part of the token;
 *   3. a query head of layer 1 that matches a token against those copies (an induction head, Olsson et al. 2022);
 *   4. larger value and output matrices, and query/key gains above 1, so that attention starts out decided.
 * `model.initialise: random` runs without it.
 */
import type { ModelConfig } from '../engine/engine.ts';
import { initialParameters, layerWeight, parameterSpecs, viewOf } from '../engine/ort/parameters.ts';
import { Random } from '../stats/random.ts';

/** Embedding coordinates: 0 is a constant, 1 to 20 the token's own part, 65 to 84 the copy of the previous token's. */
const constantCoordinate = 0;
const ownPart = 1;
const copiedPart = 65;
const copiedWidth = 20;
const valuePart = 33;

/** A row-major matrix view with the few edits the initialisation makes. */
class Matrix {
  readonly #values: Float32Array;
  readonly #columns: number;

  constructor(values: Float32Array, columns: number) {
    this.#values = values;
    this.#columns = columns;
  }
  set(row: number, column: number, value: number): void {
    this.#values[row * this.#columns + column] = value;
  }
  add(row: number, column: number, value: number): void {
    const index = row * this.#columns + column;
    this.#values[index] = (this.#values[index] ?? 0) + value;
  }
  scale(factor: number): void {
    for (let i = 0; i < this.#values.length; i += 1) this.#values[i] = (this.#values[i] ?? 0) * factor;
  }
  scaleRows(from: number, to: number, factor: number): void {
    new Matrix(this.#values.subarray(from * this.#columns, to * this.#columns), this.#columns).scale(factor);
  }
  scaleColumns(from: number, to: number, factor: number): void {
    for (let row = 0; row * this.#columns < this.#values.length; row += 1) {
      new Matrix(
        this.#values.subarray(row * this.#columns + from, row * this.#columns + to),
        to - from,
      ).scale(factor);
    }
  }
}

/**
 * Initial tensors by their Hugging Face names. `parts` lists the words of each token by id.
 * Throws when the model is too small to hold the heads.
 */
export function lookupHeadTensors(
  config: ModelConfig,
  seed: number,
  parts: readonly (readonly string[])[],
): Map<string, Float32Array> {
  const { hidden_size: d, head_dim: hd, num_hidden_layers: layers } = config;
  if (d < 128 || hd < 32 || layers < 2 || config.num_attention_heads / config.num_key_value_heads < 2) {
    throw new Error(
      '`initialise: lookup-heads` needs hiddenSize ≥ 128, headSize ≥ 32, 2 layers and 2 query heads per key head',
    );
  }
  const flat = initialParameters(config, seed);
  const tensors = new Map(parameterSpecs(config).map((spec) => [spec.name, viewOf(flat, spec)]));
  const tensor = (name: string): Float32Array => {
    const found = tensors.get(name);
    if (found === undefined) throw new Error(`the model has no weight ${name}`);
    return found;
  };
  const matrix = (layer: number, name: string, columns = d) =>
    new Matrix(tensor(layerWeight(layer, name)), columns);
  const outputColumns = config.num_attention_heads * hd;

  shareWords(tensor('model.embed_tokens.weight'), d, seed, parts);
  for (let layer = 0; layer < layers; layer += 1) {
    tensor(layerWeight(layer, 'self_attn.q_norm')).fill(layer === 0 ? 2 : 1.5);
    tensor(layerWeight(layer, 'self_attn.k_norm')).fill(layer === 0 ? 2 : 1.5);
    matrix(layer, 'self_attn.v_proj').scale(3);
    matrix(layer, 'self_attn.o_proj', outputColumns).scale(3);
  }
  lookBack(matrix(0, 'self_attn.q_proj'), matrix(0, 'self_attn.k_proj'), hd, config.rope_theta);
  copyHead(matrix(0, 'self_attn.v_proj'), matrix(0, 'self_attn.o_proj', outputColumns), hd, {
    from: ownPart,
    to: copiedPart,
    width: copiedWidth,
  });
  matchCopies(matrix(1, 'self_attn.q_proj'), matrix(1, 'self_attn.k_proj'), hd);
  copyHead(matrix(1, 'self_attn.v_proj'), matrix(1, 'self_attn.o_proj', outputColumns), hd, {
    from: valuePart,
    to: valuePart,
    width: 32,
  });
  return tensors;
}

/** 1: every token is the sum of its words, scaled to the usual size; coordinate 0 is constant. */
function shareWords(
  embedding: Float32Array,
  d: number,
  seed: number,
  parts: readonly (readonly string[])[],
): void {
  const random = new Random('words', seed);
  const words = new Map<string, Float32Array>();
  const wordVector = (word: string): Float32Array => {
    const known = words.get(word);
    if (known !== undefined) return known;
    const made = Float32Array.from({ length: d }, () => 0.02 * random.normal());
    words.set(word, made);
    return made;
  };
  parts.forEach((tokenWords, id) => {
    const row = embedding.subarray(id * d, (id + 1) * d).fill(0);
    for (const word of tokenWords) {
      wordVector(word).forEach((value, i) => {
        row[i] = (row[i] ?? 0) + value / Math.sqrt(tokenWords.length);
      });
    }
  });
  for (let id = 0; id * d < embedding.length; id += 1) embedding[id * d + constantCoordinate] = 0.1;
}

/**
 * 2: with rotary positions the score of a query q at n and a key k at m is q·R(m−n)k. A constant query p and key
 * R(1)p peak where m = n−1; the query R(−1)p with the same key peaks at m = n−2. p lives on the fastest frequencies.
 */
function lookBack(q: Matrix, k: Matrix, hd: number, theta: number): void {
  const frequencies = 4;
  const strength = (0.3 * Math.sqrt(hd)) / Math.sqrt(frequencies);
  q.scaleRows(0, 2 * hd, 0.3);
  k.scaleRows(0, hd, 0.3);
  for (let i = 0; i < hd; i += 1) {
    for (const row of [i, hd + i]) q.set(row, constantCoordinate, 0);
    k.set(i, constantCoordinate, 0);
  }
  for (let i = 0; i < frequencies; i += 1) {
    const angle = theta ** ((-2 * i) / hd);
    q.set(i, constantCoordinate, strength);
    q.set(hd + i, constantCoordinate, strength * Math.cos(angle));
    q.set(hd + i + hd / 2, constantCoordinate, -strength * Math.sin(angle));
    k.set(i, constantCoordinate, strength * Math.cos(angle));
    k.set(i + hd / 2, constantCoordinate, strength * Math.sin(angle));
  }
}

/** The first head writes `width` coordinates of what it attends to into other coordinates of the stream. */
function copyHead(
  v: Matrix,
  o: Matrix,
  hd: number,
  copy: { readonly from: number; readonly to: number; readonly width: number },
): void {
  v.scaleRows(0, hd, 0.3);
  o.scaleColumns(0, hd, 0.3);
  for (let j = 0; j < copy.width; j += 1) {
    v.add(j, copy.from + j, 0.25);
    o.add(copy.to + j, j, 0.2);
  }
}

/** 3: the first head of layer 1 compares the token's own part with the copies, on the slowest frequencies. */
function matchCopies(q: Matrix, k: Matrix, hd: number): void {
  q.scaleRows(0, hd, 0.3);
  k.scaleRows(0, hd, 0.3);
  const slow = copiedWidth / 2;
  for (let j = 0; j < copiedWidth; j += 1) {
    const half = j < slow ? 0 : hd / 2;
    const row = half + hd / 2 - slow + (j % slow);
    q.add(row, ownPart + j, 0.5);
    k.add(row, copiedPart + j, 0.5);
  }
}
