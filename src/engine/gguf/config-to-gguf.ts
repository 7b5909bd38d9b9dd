/**
 * The metadata of a GGUF file for a model's configuration: the keys that llama.cpp asks for, in its terms. What it
 * computes differently from what the configuration says is refused with the field named.
 */
import type { ModelConfig } from '../engine.ts';
import { attentionFactor } from '../ort/rotary-positions.ts';
import type { WritableValue } from './gguf-writer.ts';

/** The keys `<architecture>.*` of a configuration; `path` is for messages. */
export function configToGguf(config: ModelConfig, path: string): Map<string, WritableValue> {
  const { model_type: architecture } = config;
  if (architecture === 'qwen3' && config.attention_bias === true) {
    throw new Error(`${path}: attention_bias is true, but llama.cpp’s qwen3 has no biases`);
  }
  const keys: [name: string, value: WritableValue][] = [
    ['vocab_size', config.vocab_size],
    ['context_length', config.max_position_embeddings],
    ['embedding_length', config.hidden_size],
    ['block_count', config.num_hidden_layers],
    ['feed_forward_length', config.intermediate_size],
    ['attention.head_count', config.num_attention_heads],
    ['attention.head_count_kv', config.num_key_value_heads],
    ['attention.key_length', config.head_dim],
    ['attention.value_length', config.head_dim],
    ['attention.layer_norm_rms_epsilon', { float32: config.rms_norm_eps }],
    ['rope.dimension_count', config.head_dim],
    ['rope.freq_base', { float32: config.rope_theta }],
    ...scalingKeys(config, path),
  ];
  return new Map(keys.map(([name, value]) => [`${architecture}.${name}`, value]));
}

function scalingKeys(config: ModelConfig, path: string): [string, WritableValue][] {
  const scaling = config.rope_scaling;
  switch (scaling?.rope_type) {
    case undefined:
    // Within max_position_embeddings, which is the context length, it scales nothing.
    case 'dynamic':
      return [];
    case 'linear':
      return [
        ['rope.scaling.type', 'linear'],
        ['rope.scaling.factor', { float32: scaling.factor }],
      ];
    case 'llama3':
      // It is a tensor: rope_freqs.weight.
      if (config.model_type === 'llama') return [];
      throw new Error(`${path}: rope_scaling of llama3 is none that llama.cpp’s ${config.model_type} has`);
    case 'yarn': {
      if (scaling.truncate === false) {
        throw new Error(`${path}: rope_scaling.truncate is false, but llama.cpp rounds YaRN’s bounds`);
      }
      // llama.cpp multiplies by the usual factor itself (ggml, rope_yarn).
      const usual = scaling.factor <= 1 ? 1 : 0.1 * Math.log(scaling.factor) + 1;
      const attention = attentionFactor(scaling) / usual;
      const { beta_fast: fast, beta_slow: slow } = scaling;
      return [
        ['rope.scaling.type', 'yarn'],
        ['rope.scaling.factor', { float32: scaling.factor }],
        ['rope.scaling.original_context_length', scaling.original_max_position_embeddings],
        ...(Math.abs(attention - 1) < 1e-6
          ? []
          : [['rope.scaling.attn_factor', { float32: attention }] as [string, WritableValue]]),
        ...(fast === undefined
          ? []
          : [['rope.scaling.yarn_beta_fast', { float32: fast }] as [string, WritableValue]]),
        ...(slow === undefined
          ? []
          : [['rope.scaling.yarn_beta_slow', { float32: slow }] as [string, WritableValue]]),
      ];
    }
  }
}
