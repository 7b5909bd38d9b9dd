/**
 * The configuration of a model from the metadata of its GGUF file, for the architectures that the engine computes.
 * A key of the architecture that would change the computation in a way the engine has not, or that is not known, is
 * refused by name; nothing is guessed but what llama.cpp itself takes where a key is absent.
 */
import { basename } from 'node:path';
import type { ModelConfig, RotaryScaling } from '../engine.ts';
import { parseModelConfig } from '../model-config.ts';
import { ConfigKeys } from './config-keys.ts';
import type { GgufFile } from './gguf-file.ts';
import { llama3Scaling } from './llama3-factors.ts';
import { embeddingGgufName, headGgufName, rotaryFactorsName } from './tensor-names.ts';

const architectures = ['qwen3', 'qwen2', 'llama'] as const;
type Architecture = (typeof architectures)[number];

/** llama.cpp's base where `rope.freq_base` is absent. */
const defaultRopeBase = 10_000;
/** Keys that say the same another way, or concern how a model is run and not what it computes. */
const ignored = [
  'vocab_size',
  'tensor_data_layout',
  'rope.scaling.finetuned',
  'attention.layer_norm_epsilon',
];

/** The configuration of a model in a GGUF file. Reads no tensor but the rotary factors. */
export async function configFromGguf(file: GgufFile): Promise<ModelConfig> {
  const keys = new ConfigKeys(file.path, file.metadata);
  const architecture = architectureOf(keys);
  const key = (name: string) => `${architecture}.${name}`;
  for (const name of ignored) keys.ignore(key(name));
  keys.only(key('use_parallel_residual'), false);
  keys.only(key('attention.causal'), true);
  keys.only(key('attention.clamp_kqv'), 0);
  keys.only(key('attention.max_alibi_bias'), 0);
  for (const name of ['expert_count', 'expert_used_count', 'pooling_type', 'nextn_predict_layers']) {
    keys.only(key(name), 0);
  }

  const hiddenSize = keys.requiredSize(key('embedding_length'));
  const heads = keys.uniformSize(key('attention.head_count'));
  if (heads === undefined) throw keys.missing(key('attention.head_count'));
  const headSize = keys.size(key('attention.key_length')) ?? hiddenSize / heads;
  keys.only(key('attention.value_length'), headSize);
  keys.only(key('rope.dimension_count'), headSize);
  const epsilon = keys.number(key('attention.layer_norm_rms_epsilon'));
  if (epsilon === undefined) throw keys.missing(key('attention.layer_norm_rms_epsilon'));
  const contextLength = keys.requiredSize(key('context_length'));
  // A window as long as the context hides nothing.
  keys.only(key('attention.sliding_window'), 0, contextLength);
  const rotary = { head_dim: headSize, rope_theta: keys.number(key('rope.freq_base')) ?? defaultRopeBase };
  const scaling = await ropeScaling(file, keys, architecture, rotary);

  const config = {
    model_type: architecture,
    vocab_size: vocabularySize(file),
    hidden_size: hiddenSize,
    intermediate_size: keys.uniformSize(key('feed_forward_length')),
    num_hidden_layers: keys.requiredSize(key('block_count')),
    num_attention_heads: heads,
    num_key_value_heads: keys.uniformSize(key('attention.head_count_kv')) ?? heads,
    ...rotary,
    rms_norm_eps: epsilon,
    ...(scaling === undefined ? {} : { rope_scaling: scaling }),
    max_position_embeddings: contextLength,
    tie_word_embeddings: !file.tensors.has(headGgufName),
    ...biases(file, architecture),
    ...endTokens(keys),
  };
  if (config.intermediate_size === undefined) throw keys.missing(key('feed_forward_length'));
  const [unknown] = keys.unasked(`${architecture}.`);
  if (unknown !== undefined) {
    throw keys.error(
      unknown,
      'a setting that is not known here, so the model cannot be computed as it means',
    );
  }
  return parseModelConfig(config, `${file.path} (as ${basename('config.json')})`);
}

function architectureOf(keys: ConfigKeys): Architecture {
  const name = keys.text('general.architecture');
  if (name === undefined) throw keys.missing('general.architecture');
  const known = architectures.find((architecture) => architecture === name);
  if (known !== undefined) return known;
  throw keys.error(
    'general.architecture',
    `${JSON.stringify(name)}, an architecture that the embedded engine does not have; it has ${architectures.join(', ')}`,
  );
}

function vocabularySize(file: GgufFile): number {
  const embedding = file.tensors.get(embeddingGgufName);
  if (embedding === undefined) throw new Error(`${file.path}: tensor ${embeddingGgufName} is missing`);
  return embedding.dims[0] ?? 0;
}

/** Biases are no setting of GGUF: they are there or not. Which are needed is then checked for every layer alike. */
function biases(file: GgufFile, architecture: Architecture): Partial<ModelConfig> {
  if (architecture === 'qwen2') return {};
  return {
    ...(file.tensors.has('blk.0.attn_q.bias') ? { attention_bias: true } : {}),
    ...(file.tensors.has('blk.0.ffn_up.bias') ? { mlp_bias: true } : {}),
  };
}

function endTokens(keys: ConfigKeys): Partial<ModelConfig> {
  const id = (name: string): number | undefined => {
    const key = `tokenizer.ggml.${name}_token_id`;
    const value = keys.number(key);
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0)) {
      throw keys.error(key, `${value}, no token`);
    }
    return value;
  };
  const bos = id('bos');
  const ends = [...new Set([id('eos'), id('eot')].filter((token) => token !== undefined))];
  const [only] = ends;
  return {
    ...(bos === undefined ? {} : { bos_token_id: bos }),
    ...(only === undefined ? {} : { eos_token_id: ends.length === 1 ? only : ends }),
  };
}

async function ropeScaling(
  file: GgufFile,
  keys: ConfigKeys,
  architecture: Architecture,
  rotary: Pick<ModelConfig, 'head_dim' | 'rope_theta'>,
): Promise<RotaryScaling | undefined> {
  const key = (name: string) => `${architecture}.rope.${name}`;
  const oldFactor = keys.number(key('scale_linear'));
  const type = keys.text(key('scaling.type')) ?? 'linear';
  const factor = keys.number(key('scaling.factor')) ?? oldFactor ?? 1;
  const original = keys.number(key('scaling.original_context_length'));
  const attention = keys.number(key('scaling.attn_factor'));
  if (file.tensors.has(rotaryFactorsName)) {
    if (type !== 'none' && factor !== 1) {
      throw keys.error(
        key('scaling.factor'),
        `${factor} beside tensor ${rotaryFactorsName}: two scalings at once`,
      );
    }
    try {
      return llama3Scaling(rotary, await file.read(rotaryFactorsName));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${file.path}: tensor ${rotaryFactorsName}: ${reason}`, { cause });
    }
  }
  if (type === 'none') return undefined;
  if (type === 'linear') {
    if (attention !== undefined) keys.only(key('scaling.attn_factor'), 1);
    return factor === 1 ? undefined : { rope_type: 'linear', factor };
  }
  if (type === 'yarn') {
    if (original === undefined) throw keys.missing(key('scaling.original_context_length'));
    keys.only(key('scaling.yarn_ext_factor'), 1);
    keys.only(key('scaling.yarn_log_multiplier'), 0);
    keys.only(key('scaling.yarn_attn_factor'), 1);
    const fast = keys.number(key('scaling.yarn_beta_fast'));
    const slow = keys.number(key('scaling.yarn_beta_slow'));
    // llama.cpp multiplies by the usual factor as well (ggml, rope_yarn).
    const usual = 0.1 * Math.log(factor) + 1;
    return {
      rope_type: 'yarn',
      factor,
      original_max_position_embeddings: original,
      ...(attention === undefined || attention === 1 ? {} : { attention_factor: attention * usual }),
      ...(fast === undefined ? {} : { beta_fast: fast }),
      ...(slow === undefined ? {} : { beta_slow: slow }),
    };
  }
  throw keys.error(
    key('scaling.type'),
    `${JSON.stringify(type)}, which the embedded engine does not compute; it has none, linear and yarn`,
  );
}
