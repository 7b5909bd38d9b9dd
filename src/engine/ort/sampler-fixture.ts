/**
 * Models and requests for the sampler's tests: a tiny model, and one of the size that QED trains on a laptop.
 */
import type { ModelConfig } from '../engine.ts';
import { initialParameters } from './parameters.ts';

export const tinyConfig: ModelConfig = {
  model_type: 'qwen3',
  vocab_size: 11,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 8,
  rms_norm_eps: 1e-6,
  rope_theta: 10000,
  max_position_embeddings: 512,
  tie_word_embeddings: true,
};

export const smallConfig: ModelConfig = {
  ...tinyConfig,
  vocab_size: 410,
  hidden_size: 128,
  intermediate_size: 384,
  num_hidden_layers: 4,
  head_dim: 32,
};

/** Weights several times larger than fresh ones, so that probabilities are far from uniform. */
export function livelyParameters(config: ModelConfig, seed: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(initialParameters(config, seed), (value) => (value === 1 ? 1 : 6 * value));
}

/** A deterministic prompt of `length` tokens. */
export function promptOf(config: ModelConfig, length: number, salt = 0): Int32Array {
  return Int32Array.from({ length }, (_, i) => (i * i + 7 * i + 13 * salt + 3) % config.vocab_size);
}
