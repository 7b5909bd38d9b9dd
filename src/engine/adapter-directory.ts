/**
 * An adapter on disk in the layout of PEFT: `adapter_config.json` and `adapter_model.safetensors`. What is written here
 * loads in PEFT and vLLM as the same adapter; what they wrote is read, or refused with file and field named: a setting
 * that the engine would compute differently is never ignored.
 */
import { join } from 'node:path';
import { z } from 'zod';
import type { ModelConfig, PolicyVersion } from './engine.ts';
import { isRecord, readJsonFile, shortened, show, writeJsonDurably } from './json-file.ts';
import { resolveLora } from './lora-options.ts';
import { parseVersion, versionKey } from './model-directory.ts';
import { type Adapter, adapterSpecs, type Lora } from './ort/adapter.ts';
import { viewOf } from './ort/parameters.ts';
import { SafetensorsFile, writeSafetensors } from './safetensors.ts';

export const adapterConfigFile = 'adapter_config.json';
export const adapterWeightsFile = 'adapter_model.safetensors';

/** Far more than any configuration has. */
const configBytesLimit = 1 << 24;
/** Key of the metadata that holds the seed; PEFT has no field for it. */
const seedKey = 'qed_lora_seed';

/** Modules of a decoder by what `LoraOptions` says of them. */
const modules = {
  attention: ['q_proj', 'k_proj', 'v_proj', 'o_proj'],
  feedForward: ['gate_proj', 'up_proj', 'down_proj'],
  head: ['lm_head'],
} as const;
type Part = keyof typeof modules;
const parts: readonly Part[] = ['attention', 'feedForward', 'head'];

const configSchema = z.object({
  peft_type: z.literal('LORA'),
  r: z.int().positive(),
  lora_alpha: z.number().positive(),
  target_modules: z.array(z.string()).min(1),
});

const isOff = (value: unknown) => value === false || value === null;
const isNone = (value: unknown) => value === null;
const isEmpty = (value: unknown) => value === null || (isRecord(value) && Object.keys(value).length === 0);

/** Settings that change what an adapter computes, with the only values that the engine computes. */
const fixedSettings: Readonly<Record<string, (value: unknown) => boolean>> = {
  bias: (value) => value === 'none' || value === null,
  lora_bias: isOff,
  fan_in_fan_out: isOff,
  use_rslora: isOff,
  use_dora: isOff,
  use_qalora: isOff,
  use_bdlora: isOff,
  ensure_weight_tying: isOff,
  rank_pattern: isEmpty,
  alpha_pattern: isEmpty,
  modules_to_save: isNone,
  layers_to_transform: isNone,
  layer_replication: isNone,
  exclude_modules: isNone,
  target_parameters: isNone,
  trainable_token_indices: isNone,
  alora_invocation_tokens: isNone,
  // Drops activations while it trains; the engine's steps repeat bit for bit.
  lora_dropout: (value) => value === 0 || value === null,
};

/** Writes an adapter, which belongs to the weights of `version`, into an existing directory. */
export async function writeAdapter(
  directory: string,
  { lora, specs, flat }: Adapter,
  version: PolicyVersion,
): Promise<void> {
  const tensors = specs.map((spec) => ({ name: spec.name, dims: spec.dims, data: viewOf(flat, spec) }));
  await writeSafetensors(join(directory, adapterWeightsFile), tensors, {
    format: 'pt',
    [versionKey]: `${version}`,
    [seedKey]: `${lora.seed}`,
  });
  await writeJsonDurably(join(directory, adapterConfigFile), adapterConfigJson(lora));
}

/** Reads an adapter of a model; throws unless it is one, whole and of that model's shapes. */
export async function readAdapter(
  directory: string,
  config: ModelConfig,
): Promise<{ adapter: Adapter; version: PolicyVersion }> {
  const path = join(directory, adapterConfigFile);
  const settings = parseAdapterConfig(await readJsonFile(path, configBytesLimit), path);
  const file = await SafetensorsFile.open(join(directory, adapterWeightsFile));
  try {
    const lora = { ...settings, seed: parseSeed(file) };
    const specs = adapterSpecs(config, lora);
    const flat = new Float32Array(specs.reduce((sum, { length }) => sum + length, 0));
    const known = new Set(specs.map(({ name }) => name));
    const unknown = [...file.tensors.keys()].find((name) => !known.has(name));
    if (unknown !== undefined) {
      throw new Error(`${file.path}: tensor ${shortened(unknown)} is none of an adapter of this model`);
    }
    for (const spec of specs) {
      const dims = file.tensors.get(spec.name)?.dims.join('×');
      if (dims !== undefined && dims !== spec.dims.join('×')) {
        throw new Error(`${file.path}: tensor ${spec.name} is ${dims}, expected ${spec.dims.join('×')}`);
      }
      await file.read(spec.name, flat.subarray(spec.offset, spec.offset + spec.length));
    }
    return { adapter: { lora, specs, flat }, version: parseVersion(file) };
  } finally {
    await file.close();
  }
}

/** The JSON of `adapter_config.json`. The model is not named: whoever loads the adapter says which one it is for. */
function adapterConfigJson({ rank, alpha, ...adapted }: Lora): Record<string, unknown> {
  return {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: null,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: 0,
    target_modules: parts.flatMap((part) => (adapted[part] ? modules[part] : [])),
    bias: 'none',
    fan_in_fan_out: false,
    use_rslora: false,
    use_dora: false,
    modules_to_save: null,
    inference_mode: true,
  };
}

function parseAdapterConfig(json: unknown, path: string): Lora {
  if (!isRecord(json)) throw new Error(`${path}: not a JSON object`);
  const parsed = configSchema.safeParse(json);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`${path}: ${problems.join('; ')}`);
  }
  for (const [field, isAllowed] of Object.entries(fixedSettings)) {
    const value = json[field];
    if (value !== undefined && !isAllowed(value)) {
      throw new Error(`${path}: ${field} is ${show(value)}, which the embedded engine does not compute`);
    }
  }
  const { r, lora_alpha, target_modules } = parsed.data;
  const targets = new Set(target_modules);
  const adapted = { attention: false, feedForward: false, head: false };
  for (const part of parts) {
    const present = modules[part].filter((name) => targets.delete(name));
    if (present.length > 0 && present.length < modules[part].length) {
      throw new Error(
        `${path}: target_modules has ${present.join(', ')} of ${modules[part].join(', ')}; the embedded engine adapts all of them or none`,
      );
    }
    adapted[part] = present.length > 0;
  }
  if (targets.size > 0) {
    throw new Error(
      `${path}: target_modules has ${show([...targets])}, which the embedded engine does not adapt`,
    );
  }
  return resolveLora({ rank: r, alpha: lora_alpha, seed: 0, ...adapted });
}

/** 0 for a file that other software wrote: where its numbers came from is not known, and not needed. */
function parseSeed({ path, metadata }: SafetensorsFile): number {
  const text = metadata[seedKey] ?? '0';
  const seed = Number(text);
  if (!/^-?\d{1,16}$/.test(text) || !Number.isSafeInteger(seed)) {
    throw new Error(`${path}: metadata ${seedKey} is ${JSON.stringify(shortened(text))}`);
  }
  return seed;
}
