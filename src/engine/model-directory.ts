/**
 * A model on disk in the Hugging Face layout: `config.json` and `model.safetensors`. What is read here means the
 * same to transformers, vLLM and llama.cpp, and what they wrote is read, or refused with the file and the field
 * named: a setting that the engine would compute differently is never ignored.
 */
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ModelConfig, PolicyVersion } from './engine.ts';
import { headName, parameterCount, parameterSpecs, viewOf } from './ort/parameters.ts';
import { SafetensorsFile, writeSafetensors } from './safetensors.ts';

export const configFile = 'config.json';
export const weightsFile = 'model.safetensors';
/** Key of the safetensors metadata that holds the policy version; other tools keep out of it. */
export const versionKey = 'qed_policy_version';

const size = z.int().positive();
const tokenId = z
  .union([z.int().nonnegative(), z.array(z.int().nonnegative()).min(1)])
  .nullable()
  .optional();

const configSchema = z
  .object({
    model_type: z.literal('qwen3'),
    vocab_size: size,
    hidden_size: size,
    intermediate_size: size,
    num_hidden_layers: size,
    num_attention_heads: size,
    num_key_value_heads: size,
    head_dim: size.multipleOf(2),
    rms_norm_eps: z.number().positive(),
    rope_theta: z.number().positive().optional(),
    rope_parameters: z.object({ rope_theta: z.number().positive() }).optional().nullable(),
    max_position_embeddings: size,
    tie_word_embeddings: z.boolean(),
    bos_token_id: tokenId,
    eos_token_id: tokenId,
  })
  .refine((config) => config.num_attention_heads % config.num_key_value_heads === 0, {
    path: ['num_key_value_heads'],
    error: 'must divide num_attention_heads',
  });

/** Settings that change the computation, with the only values that the engine computes. */
const fixedSettings: readonly (readonly [field: string, allowed: (value: unknown) => boolean])[] = [
  ['hidden_act', (value) => value === 'silu'],
  ['attention_bias', (value) => value === false],
  ['use_sliding_window', (value) => value === false],
  ['rope_scaling', (value) => value === null || hasDefaultRope(value)],
  ['rope_parameters', (value) => value === null || hasDefaultRope(value)],
];

function hasDefaultRope(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const type = 'rope_type' in value ? value.rope_type : 'type' in value ? value.type : 'default';
  return type === 'default';
}

/** Reads `config.json` of a directory. */
export async function readModelConfig(directory: string): Promise<ModelConfig> {
  const path = join(directory, configFile);
  const text = await readFile(path, 'utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${path}: not JSON: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  return parseModelConfig(json, path);
}

/** The configuration in the JSON of a `config.json`; errors name `path` and the fields. */
export function parseModelConfig(json: unknown, path: string): ModelConfig {
  if (typeof json !== 'object' || json === null) throw new Error(`${path}: not a JSON object`);
  if ('model_type' in json && json.model_type !== 'qwen3') {
    throw new Error(
      `${path}: model_type ${JSON.stringify(json.model_type)} is an architecture that the embedded engine does not have; it has qwen3`,
    );
  }
  const parsed = configSchema.safeParse(json);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`${path}: ${problems.join('; ')}`);
  }
  for (const [field, isAllowed] of fixedSettings) {
    const value = (json as Record<string, unknown>)[field];
    if (value !== undefined && !isAllowed(value)) {
      throw new Error(
        `${path}: ${field} is ${JSON.stringify(value)}, which the embedded engine does not compute`,
      );
    }
  }
  const { rope_theta, rope_parameters, bos_token_id, eos_token_id, ...rest } = parsed.data;
  // transformers 5 moved it from the top level into rope_parameters.
  const theta = rope_theta ?? rope_parameters?.rope_theta;
  if (theta === undefined) {
    throw new Error(`${path}: rope_theta: missing, at the top level and in rope_parameters`);
  }
  return {
    ...rest,
    rope_theta: theta,
    ...(bos_token_id === undefined ? {} : { bos_token_id: firstOf(bos_token_id) }),
    ...(eos_token_id === undefined ? {} : { eos_token_id: firstOf(eos_token_id) }),
  };
}

function firstOf(id: number | number[] | null): number | null {
  return Array.isArray(id) ? (id[0] ?? null) : id;
}

/** Reads a model: its configuration, all weights in the order of `parameterSpecs`, and how often it was stepped. */
export async function readModelDirectory(
  directory: string,
): Promise<{ config: ModelConfig; flat: Float32Array<ArrayBuffer>; version: PolicyVersion }> {
  const config = await readModelConfig(directory);
  const file = await openWeights(directory);
  try {
    const specs = parameterSpecs(config);
    const known = new Set(specs.map((spec) => spec.name));
    // A tied model may repeat the embedding as its head; transformers ignores that copy as well.
    if (config.tie_word_embeddings) known.add(headName);
    const missing = specs.filter((spec) => !file.tensors.has(spec.name)).map((spec) => spec.name);
    const extra = [...file.tensors.keys()].filter((name) => !known.has(name));
    if (missing.length + extra.length > 0) {
      const parts = [listNames('missing', missing), listNames('unknown', extra)].filter(
        (part) => part !== '',
      );
      throw new Error(`${file.path}: the tensors are not those of ${configFile}: ${parts.join('; ')}`);
    }
    const flat = new Float32Array(parameterCount(config));
    for (const spec of specs) {
      const dims = file.tensors.get(spec.name)?.dims ?? [];
      if (dims.join('×') !== spec.dims.join('×')) {
        throw new Error(
          `${file.path}: tensor ${spec.name} is ${dims.join('×')}, ${configFile} asks for ${spec.dims.join('×')}`,
        );
      }
      await file.read(spec.name, flat.subarray(spec.offset, spec.offset + spec.length));
    }
    return { config, flat, version: parseVersion(file) };
  } finally {
    await file.close();
  }
}

/** The policy version in a file's metadata; 0 for a file that other software wrote. */
export function parseVersion(file: SafetensorsFile): PolicyVersion {
  const text = file.metadata[versionKey] ?? '0';
  if (!/^\d{1,15}$/.test(text))
    throw new Error(`${file.path}: metadata ${versionKey} is ${JSON.stringify(text)}`);
  return Number(text) as PolicyVersion;
}

/** Writes `config.json` and `model.safetensors` into an existing directory. */
export async function writeModelDirectory(
  directory: string,
  config: ModelConfig,
  flat: Float32Array,
  version: PolicyVersion,
): Promise<void> {
  const tensors = parameterSpecs(config).map((spec) => ({
    name: spec.name,
    dims: spec.dims,
    data: viewOf(flat, spec),
  }));
  // transformers loads only files whose metadata says that they follow its conventions ("pt").
  await writeSafetensors(join(directory, weightsFile), tensors, { format: 'pt', [versionKey]: `${version}` });
  const json = {
    architectures: ['Qwen3ForCausalLM'],
    // In the order in which it is read, so that a model that was saved and loaded in between gives the same bytes.
    ...parseModelConfig(config, join(directory, configFile)),
    // For transformers 5; older readers use the one at the top level.
    rope_parameters: { rope_type: 'default', rope_theta: config.rope_theta },
    hidden_act: 'silu',
    attention_bias: false,
    use_sliding_window: false,
    torch_dtype: 'float32',
  };
  await writeTextDurably(join(directory, configFile), `${JSON.stringify(json, null, 2)}\n`);
}

async function openWeights(directory: string): Promise<SafetensorsFile> {
  const path = join(directory, weightsFile);
  try {
    return await SafetensorsFile.open(path);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause;
    throw new Error(`${path}: not there (weights in several files, or in other formats, are not read)`, {
      cause,
    });
  }
}

async function writeTextDurably(path: string, text: string): Promise<void> {
  const handle = await open(`${path}.partial`, 'w');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${path}.partial`, path);
}

function listNames(label: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const shown = names.slice(0, 5).join(', ');
  return `${label} ${shown}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
}
