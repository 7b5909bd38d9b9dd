/**
 * Small models of every kind for the tests of import and export: random, but with norms, biases and scales so far
 * from their initial values that leaving one out, or confusing two, shows in the probabilities.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCases } from '../../../golden/tokenizer/read.ts';
import { Random } from '../../stats/random.ts';
import { qwenTokenizerConfigJson } from '../../tokenizer/qwen-tokenizer-json.ts';
import { trainByteLevelBpe } from '../../tokenizer/train-bpe.ts';
import type { ModelConfig, PolicyVersion } from '../engine.ts';
import { writeModelDirectory } from '../model-directory.ts';
import { parameterCount, parameterSpecs } from '../ort/parameters.ts';

export const vocabularySize = 400;

const sizes = {
  vocab_size: vocabularySize,
  hidden_size: 48,
  intermediate_size: 80,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 12,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  max_position_embeddings: 256,
  tie_word_embeddings: true,
  bos_token_id: null,
} as const;

/** One of each family and each way in which they differ. */
export const configurations: Readonly<Record<string, ModelConfig>> = {
  qwen3: { ...sizes, model_type: 'qwen3', head_dim: 16 },
  'qwen3, untied': { ...sizes, model_type: 'qwen3', tie_word_embeddings: false, rope_theta: 1e6 },
  qwen2: { ...sizes, model_type: 'qwen2' },
  'qwen2, linear positions': {
    ...sizes,
    model_type: 'qwen2',
    rope_scaling: { rope_type: 'linear', factor: 4 },
  },
  'qwen2, YaRN': {
    ...sizes,
    model_type: 'qwen2',
    rope_scaling: { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 64 },
  },
  llama: { ...sizes, model_type: 'llama', num_key_value_heads: 4 },
  'llama, grouped and untied': { ...sizes, model_type: 'llama', tie_word_embeddings: false },
  'llama, biases': { ...sizes, model_type: 'llama', attention_bias: true, mlp_bias: true },
  'llama 3.1': {
    ...sizes,
    model_type: 'llama',
    head_dim: 32,
    rope_scaling: {
      rope_type: 'llama3',
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 64,
    },
  },
};

/** All weights of a model in one array. */
export function strongWeights(config: ModelConfig, seed: number): Float32Array<ArrayBuffer> {
  const random = new Random('gguf fixture', seed);
  const flat = new Float32Array(parameterCount(config));
  for (const { name, dims, offset, length } of parameterSpecs(config)) {
    const isMatrix = dims.length === 2;
    const isNorm = !isMatrix && name.includes('norm');
    const deviation = isMatrix ? 1.2 / Math.sqrt(dims[1] ?? 1) : 0.3;
    for (let i = offset; i < offset + length; i += 1) {
      flat[i] = (isNorm ? 1 : 0) + deviation * random.normal();
    }
  }
  return flat;
}

/** Writes a model and a tokenizer into a new directory. The tokenizer has fewer tokens than the embedding rows. */
export async function writeModel(directory: string, config: ModelConfig, seed = 1): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeModelDirectory(directory, config, strongWeights(config, seed), 7 as PolicyVersion);
  const json = trainByteLevelBpe(readCases().texts, { vocabularySize: vocabularySize - 10 });
  await writeFile(join(directory, 'tokenizer.json'), json);
  const configJson = qwenTokenizerConfigJson({ contextLength: config.max_position_embeddings });
  await writeFile(join(directory, 'tokenizer_config.json'), configJson);
}
