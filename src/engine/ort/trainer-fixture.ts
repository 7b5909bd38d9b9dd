/**
 * A tiny model and data for the tests of the trainer and the engine.
 */
import { Random } from '../../stats/random.ts';
import type { Datum, ModelConfig, OptimiserStep, PolicyVersion } from '../engine.ts';
import { resolveLora } from '../lora-options.ts';
import { initialAdapter, type Lora } from './adapter.ts';
import { initialParameters } from './parameters.ts';
import { Trainer } from './trainer.ts';

export const tinyConfig: ModelConfig = {
  model_type: 'qwen3',
  vocab_size: 24,
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 8,
  rms_norm_eps: 1e-6,
  rope_theta: 10000,
  max_position_embeddings: 512,
  tie_word_embeddings: true,
};

export const adamw: OptimiserStep = {
  kind: 'adamw',
  learningRate: 0.01,
  weightDecay: 0.01,
  clipNorm: 1,
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
};

/** Everything is adapted. */
export const tinyLora: Lora = resolveLora({ rank: 3, seed: 5 });

export const muon: OptimiserStep = {
  kind: 'muon',
  learningRate: 0.02,
  vectorLearningRate: 0.01,
  momentum: 0.95,
  weightDecay: 0.01,
  clipNorm: 1,
};

/** A trainer of a random model; untied when asked, and with a fresh adapter. */
export function tinyTrainer(
  options: { readonly isTied?: boolean; readonly threads?: number; readonly lora?: Lora } = {},
): Trainer {
  const config = { ...tinyConfig, tie_word_embeddings: options.isTied ?? true };
  return new Trainer({
    config,
    flat: initialParameters(config, 3),
    adapter: options.lora && initialAdapter(config, options.lora),
    version: 0 as PolicyVersion,
    threads: options.threads ?? 1,
  });
}

/** Groups of completions of one prompt each, with everything that any loss needs. */
export function groupData(
  seed: number,
  options: { readonly groups: number; readonly members: number },
): Datum[] {
  const random = new Random('groups', seed);
  const token = () => random.below(tinyConfig.vocab_size);
  return Array.from({ length: options.groups }, (_, group) => {
    const prompt = Array.from({ length: random.integer(20, 50) }, token);
    return Array.from({ length: options.members }, (): Datum => {
      const length = prompt.length + random.integer(1, 25);
      const isTrained = (t: number) => t >= prompt.length;
      return {
        tokens_T: Int32Array.from({ length }, (_, t) => prompt[t] ?? token()),
        weights_T: Float32Array.from({ length }, (_, t) => (isTrained(t) ? 0.5 + random.next() : 0)),
        logprobs_T: Float32Array.from({ length }, (_, t) => (isTrained(t) ? -3 - random.next() : 0)),
        advantages_T: Float32Array.from({ length }, (_, t) => (isTrained(t) ? random.normal() : 0)),
        sharedPrompt: { key: `${group}`, length: prompt.length },
      };
    });
  }).flat();
}

/** Sequences that repeat a pattern of four tokens, all but the first of them trained. */
export function patternData(count: number): Datum[] {
  const random = new Random('patterns');
  return Array.from({ length: count }, (): Datum => {
    const pattern = Array.from({ length: 4 }, () => random.below(tinyConfig.vocab_size));
    return {
      tokens_T: Int32Array.from({ length: 40 }, (_, t) => pattern[t % 4] ?? 0),
      weights_T: Float32Array.from({ length: 40 }, (_, t) => (t < 4 ? 0 : 1 / (36 * count))),
    };
  });
}
