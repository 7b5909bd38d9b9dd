/**
 * `config.json` in the Hugging Face layout. What is read here means the same to transformers, vLLM and llama.cpp,
 * and what they wrote is read, or refused with the file and the field named: a setting that the engine would
 * compute differently is never ignored, and sizes are bounded before anything is allocated for them.
 */
import { join } from 'node:path';
import { z } from 'zod';
import type { ModelConfig } from './engine.ts';
import { isRecord, readJsonFile, show } from './json-file.ts';
import { parameterCount } from './ort/parameters.ts';
import { attentionFactor, rotaryFrequencies } from './ort/rotary-positions.ts';
import { parseRopeSettings } from './rope-settings.ts';

export const configFile = 'config.json';

/** Far more than any configuration has. */
const configBytesLimit = 1 << 24;
/** 64 GiB of float32. */
const parameterLimit = 2 ** 34;

/** Names of the families, as `model_type` and in `architectures`. */
const architectures: Readonly<Record<ModelConfig['model_type'], string>> = {
  qwen3: 'Qwen3ForCausalLM',
  qwen2: 'Qwen2ForCausalLM',
  llama: 'LlamaForCausalLM',
};

const size = z
  .int()
  .positive()
  .max(2 ** 24);
const tokenId = z
  .union([z.int().nonnegative(), z.array(z.int().nonnegative()).min(1)])
  .nullable()
  .exactOptional();

/** In the order in which the fields are written. */
const configSchema = z
  .object({
    model_type: z.enum(['qwen3', 'qwen2', 'llama']),
    vocab_size: size,
    hidden_size: size,
    intermediate_size: size,
    num_hidden_layers: size.max(2 ** 12),
    num_attention_heads: size,
    num_key_value_heads: size,
    head_dim: size.max(2 ** 16).multipleOf(2),
    rms_norm_eps: z.number().positive(),
    max_position_embeddings: size,
    tie_word_embeddings: z.boolean(),
    attention_bias: z.boolean(),
    mlp_bias: z.boolean(),
    bos_token_id: tokenId,
    eos_token_id: tokenId,
  })
  .refine((config) => config.num_attention_heads % config.num_key_value_heads === 0, {
    path: ['num_key_value_heads'],
    error: 'must divide num_attention_heads',
  });

type Setting = readonly [field: string, allowed: (value: unknown) => boolean];

const isOff = (value: unknown) => value === false || value === null;
const isNone = (value: unknown) => value === null;
const isOne = (value: unknown) => value === 1 || value === null;
const isZero = (value: unknown) => value === 0 || value === null;

/** Settings that change the computation, with the only values that the engine computes. */
const fixedSettings: readonly Setting[] = [
  ['hidden_act', (value) => value === 'silu' || value === 'swish'],
  ['use_sliding_window', isOff],
  ['layer_types', (value) => isNone(value) || isFullAttention(value)],
  ['partial_rotary_factor', isOne],
  ['rope_interleaved', isOff],
  ['rope_interleave', isOff],
  ['pretraining_tp', isOne],
  ['attention_dropout', isZero],
  ['hidden_dropout', isZero],
  ['quantization_config', isNone],
  ['attn_logit_softcapping', isNone],
  ['final_logit_softcapping', isNone],
  ['attention_multiplier', isNone],
  ['embedding_multiplier', isOne],
  ['residual_multiplier', isOne],
  ['logits_scaling', isOne],
  ['logit_scale', isOne],
  ['use_qk_norm', isOff],
  ['qk_norm', isOff],
  ['add_cross_attention', isOff],
  ['is_encoder_decoder', isOff],
  ['num_experts', isZero],
  ['num_local_experts', isZero],
];
/** Those that mean something in one family only. */
const familySettings: Readonly<Record<ModelConfig['model_type'], readonly Setting[]>> = {
  qwen3: [['mlp_bias', isOff]],
  qwen2: [['mlp_bias', isOff]],
  llama: [['sliding_window', isNone]],
};

function isFullAttention(value: unknown): boolean {
  return Array.isArray(value) && value.every((type) => type === 'full_attention');
}

/** Reads `config.json` of a directory. */
export async function readModelConfig(directory: string): Promise<ModelConfig> {
  const path = join(directory, configFile);
  return parseModelConfig(await readJsonFile(path, configBytesLimit), path);
}

/** The configuration in the JSON of a `config.json`; errors name `path` and the fields. */
export function parseModelConfig(json: unknown, path: string): ModelConfig {
  if (!isRecord(json)) throw new Error(`${path}: not a JSON object`);
  const { model_type } = json;
  if (
    model_type !== undefined &&
    !(typeof model_type === 'string' && Object.hasOwn(architectures, model_type))
  ) {
    throw new Error(
      `${path}: model_type ${show(model_type)} is an architecture that the embedded engine does not have; it has ${Object.keys(architectures).join(', ')}`,
    );
  }
  const parsed = configSchema.safeParse(withDefaults(json));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`${path}: ${problems.join('; ')}`);
  }
  for (const [field, isAllowed] of [...fixedSettings, ...familySettings[parsed.data.model_type]]) {
    const value = json[field];
    if (value !== undefined && !isAllowed(value)) {
      throw new Error(`${path}: ${field} is ${show(value)}, which the embedded engine does not compute`);
    }
  }
  const { attention_bias, mlp_bias, bos_token_id, eos_token_id, ...rest } = parsed.data;
  const config: ModelConfig = {
    ...rest,
    ...parseRopeSettings(json, path, rest.max_position_embeddings),
    // Qwen2 has its biases whatever this says.
    ...(attention_bias && rest.model_type !== 'qwen2' ? { attention_bias } : {}),
    ...(mlp_bias ? { mlp_bias } : {}),
    ...(bos_token_id === undefined ? {} : { bos_token_id: firstOf(bos_token_id) }),
    ...(eos_token_id === undefined ? {} : { eos_token_id }),
  };
  if (![...rotaryFrequencies(config), attentionFactor(config.rope_scaling)].every(Number.isFinite)) {
    throw new Error(
      `${path}: rope_theta ${config.rope_theta} with rope_scaling ${show(config.rope_scaling)}: not finite`,
    );
  }
  const count = parameterCount(config);
  if (count > parameterLimit) {
    throw new Error(
      `${path}: vocab_size, hidden_size, intermediate_size and the others make ${count} parameters; the engine holds at most ${parameterLimit}`,
    );
  }
  return config;
}

/** The JSON of `config.json`, for transformers (from 4 on), vLLM and the converter of llama.cpp. */
export function modelConfigJson(config: ModelConfig, path: string): Record<string, unknown> {
  // In the order in which it is read, so that a model that was saved and loaded in between gives the same bytes.
  const fields = parseModelConfig(config, path);
  const { model_type, rope_theta, rope_scaling, attention_bias = false, mlp_bias = false } = fields;
  return {
    architectures: [architectures[model_type]],
    ...fields,
    // For transformers 5; older readers use what is at the top level.
    rope_parameters: { rope_type: 'default', ...rope_scaling, rope_theta },
    hidden_act: 'silu',
    ...(model_type === 'qwen2' ? {} : { attention_bias }),
    ...(model_type === 'llama' ? { mlp_bias } : { use_sliding_window: false }),
    torch_dtype: 'float32',
  };
}

/** Where a configuration leaves out what the classes of transformers fill in alike in every version. */
function withDefaults(json: Record<string, unknown>): Record<string, unknown> {
  const { model_type, hidden_size: width, num_attention_heads: heads } = json;
  // Qwen3's default of 128 is a size like any other; its files name theirs.
  const derivesHeadSize = model_type !== 'qwen3' && typeof width === 'number' && typeof heads === 'number';
  return {
    ...json,
    num_key_value_heads: json.num_key_value_heads ?? heads,
    head_dim: json.head_dim ?? (derivesHeadSize ? width / heads : undefined),
    tie_word_embeddings: json.tie_word_embeddings ?? false,
    attention_bias: json.attention_bias ?? false,
    mlp_bias: json.mlp_bias ?? false,
  };
}

function firstOf(id: number | number[] | null): number | null {
  return Array.isArray(id) ? (id[0] ?? null) : id;
}
