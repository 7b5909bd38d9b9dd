/**
 * A plain forward pass of the decoder in float64, one token after another, written for reading: what the tests
 * compare the engine's graphs with. Nothing in it is shared with them but the names of the weights and the rotary
 * frequencies, which golden files check.
 */
import type { ModelConfig } from '../engine.ts';
import { embeddingName, finalNormName, outputWeightName, parameterSpecs, viewOf } from './parameters.ts';
import { attentionFactor, rotaryFrequencies } from './rotary-positions.ts';

type Vector = Float64Array;

/** ln p of every token of the vocabulary after each token of the sequence, [T][vocabulary], at a temperature. */
export function referenceLogprobs(
  config: ModelConfig,
  flat: Float32Array,
  tokens_T: ArrayLike<number>,
  temperature = 1,
): Vector[] {
  const weights = new Map(parameterSpecs(config).map((spec) => [spec.name, viewOf(flat, spec)]));
  const weight = (name: string) => weights.get(name) ?? new Float32Array(0);
  const {
    hidden_size: size,
    num_attention_heads: heads,
    num_key_value_heads: groups,
    head_dim: width,
  } = config;
  const embedding = weight(embeddingName);
  const keys: Vector[][] = Array.from({ length: config.num_hidden_layers }, () => []);
  const values: Vector[][] = Array.from({ length: config.num_hidden_layers }, () => []);

  return Array.from(tokens_T, (token, position) => {
    let hidden = Float64Array.from(embedding.subarray(token * size, (token + 1) * size));
    for (let layer = 0; layer < config.num_hidden_layers; layer += 1) {
      const w = (name: string) => weight(`model.layers.${layer}.${name}.weight`);
      /** A projection, with its bias if the model has one. */
      const project = (name: string, x: Vector) => {
        const bias = weights.get(`model.layers.${layer}.${name}.bias`);
        const y = product(w(name), x);
        return bias === undefined ? y : y.map((value, i) => value + (bias[i] ?? 0));
      };
      const headVector = (x: Vector, head: number, norm: string) => {
        const own = x.subarray(head * width, (head + 1) * width);
        return rotated(w(norm).length === 0 ? own : normed(own, w(norm), config), position, config);
      };
      const input = normed(hidden, w('input_layernorm'), config);
      const query = project('self_attn.q_proj', input);
      const key = project('self_attn.k_proj', input);
      const rotatedKey = new Float64Array(groups * width);
      for (let group = 0; group < groups; group += 1) {
        rotatedKey.set(headVector(key, group, 'self_attn.k_norm'), group * width);
      }
      keys[layer]?.push(rotatedKey);
      values[layer]?.push(project('self_attn.v_proj', input));

      const attended = new Float64Array(heads * width);
      for (let head = 0; head < heads; head += 1) {
        const start = Math.floor((head * groups) / heads) * width;
        const q = headVector(query, head, 'self_attn.q_norm');
        const scores = (keys[layer] ?? []).map(
          (k) => dot(q, k.subarray(start, start + width)) / Math.sqrt(width),
        );
        logSoftmax(scores).forEach((logWeight, past) => {
          const value = values[layer]?.[past] ?? new Float64Array(0);
          for (let i = 0; i < width; i += 1) {
            attended[head * width + i] =
              (attended[head * width + i] ?? 0) + Math.exp(logWeight) * (value[start + i] ?? 0);
          }
        });
      }
      hidden = sum(hidden, project('self_attn.o_proj', attended));
      const middle = normed(hidden, w('post_attention_layernorm'), config);
      const up = project('mlp.up_proj', middle);
      const gated = project('mlp.gate_proj', middle).map((g, i) => (g / (1 + Math.exp(-g))) * (up[i] ?? 0));
      hidden = sum(hidden, project('mlp.down_proj', gated));
    }
    const final = normed(hidden, weight(finalNormName), config);
    const logits = product(weight(outputWeightName(config)), final);
    return Float64Array.from(logSoftmax([...logits].map((logit) => logit / temperature)));
  });
}

function normed(x: Vector, weight: Float32Array, config: ModelConfig): Vector {
  const scale = 1 / Math.sqrt(dot(x, x) / x.length + config.rms_norm_eps);
  return x.map((value, i) => value * scale * (weight[i] ?? 0));
}

/** Rotary positions: dimension i turns with dimension i + width/2 by position · frequency i. */
function rotated(x: Vector, position: number, config: ModelConfig): Vector {
  const half = x.length / 2;
  const frequencies = rotaryFrequencies(config);
  const factor = attentionFactor(config.rope_scaling);
  return x.map((value, i) => {
    const angle = position * (frequencies[i % half] ?? 0);
    const partner = i < half ? -(x[i + half] ?? 0) : (x[i - half] ?? 0);
    return factor * (value * Math.cos(angle) + partner * Math.sin(angle));
  });
}

/** matrix [out, in] · x. */
function product(matrix: Float32Array, x: Vector): Vector {
  return Float64Array.from({ length: matrix.length / x.length }, (_, row) =>
    dot(matrix.subarray(row * x.length, (row + 1) * x.length), x),
  );
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < a.length; i += 1) total += (a[i] ?? 0) * (b[i] ?? 0);
  return total;
}

function sum(a: Vector, b: Vector): Float64Array<ArrayBuffer> {
  return Float64Array.from(a, (value, i) => value + (b[i] ?? 0));
}

function logSoftmax(scores: readonly number[]): number[] {
  const highest = Math.max(...scores);
  const total = Math.log(scores.reduce((sum, score) => sum + Math.exp(score - highest), 0));
  return scores.map((score) => score - highest - total);
}
