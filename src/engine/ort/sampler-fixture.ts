/**
 * Models and requests for the sampler's tests: a tiny model, and one of the size that QED trains on a laptop.
 */
import assert from 'node:assert/strict';
import { setImmediate as nextTick } from 'node:timers/promises';
import type { ModelConfig, PolicyVersion, Sample } from '../engine.ts';
import { initialParameters } from './parameters.ts';
import { referenceLogprobs } from './reference-forward.ts';
import { SamplerCore, type SamplerCoreOptions } from './sampler-core.ts';

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

/** Runs `body` with a core of one thread, closes it, and asserts that nothing is left in it. */
export async function withCore(
  options: Partial<SamplerCoreOptions>,
  body: (core: SamplerCore) => Promise<void>,
): Promise<void> {
  const config = options.config ?? tinyConfig;
  const flat = livelyParameters(config, 1);
  const core = await SamplerCore.create({
    config,
    flat,
    version: 0 as PolicyVersion,
    kind: 'live',
    threads: 1,
    ...options,
  });
  try {
    await body(core);
    const { rows, waitingJobs, waitingPrompts, reservedBytes } = core.holdings();
    assert.deepEqual({ rows, waitingJobs, waitingPrompts, reservedBytes }, nothingHeld);
  } finally {
    await core.close();
  }
}

const nothingHeld = { rows: 0, waitingJobs: 0, waitingPrompts: 0, reservedBytes: 0 };

/** Greatest difference between recorded log-probs and those of a whole forward pass in float64. */
export function worstDifference(
  config: ModelConfig,
  flat: Float32Array,
  prompt: Int32Array,
  { tokens_T, logprobs_T }: Sample,
  temperature: number,
): number {
  const expected = referenceLogprobs(config, flat, [...prompt, ...tokens_T], temperature);
  return tokens_T.reduce((worst, token, t) => {
    const logprob = expected[prompt.length - 1 + t]?.[token] ?? Number.NaN;
    return Math.max(worst, Math.abs((logprobs_T[t] ?? 0) - logprob));
  }, 0);
}

export async function waitForTokens(core: SamplerCore, count: number): Promise<void> {
  for (let ticks = 0; core.usage().sampledTokens < count; ticks += 1) {
    assert.ok(ticks < 100_000, 'nothing is being sampled');
    await nextTick();
  }
}
