/**
 * A model on disk in the Hugging Face layout: `config.json` and `model.safetensors`, or several files with their
 * index. What is read here means the same to transformers, vLLM and llama.cpp; tensors that are not those of
 * the configuration are refused with file and tensor named, before memory is taken for any of them.
 */
import { join } from 'node:path';
import type { ModelConfig, PolicyVersion } from './engine.ts';
import { shortened, writeJsonDurably } from './json-file.ts';
import { configFile, modelConfigJson, readModelConfig } from './model-config.ts';
import { embeddingName, headName, parameterCount, parameterSpecs, viewOf } from './ort/parameters.ts';
import { type TensorSource, writeSafetensors } from './safetensors.ts';
import { isReadable } from './safetensors-header.ts';
import { openWeights, weightsFile } from './sharded-safetensors.ts';

/** Key of the safetensors metadata that holds the policy version; other tools keep out of it. */
export const versionKey = 'qed_policy_version';

/** Bytes that are compared at once. */
const comparedBytes = 1 << 22;

/**
 * Opens a model: its configuration, and its weights after they have been checked against it, to be read one by one.
 * Close the source.
 */
export async function openModelDirectory(
  directory: string,
): Promise<{ config: ModelConfig; source: TensorSource }> {
  const config = await readModelConfig(directory);
  const source = await openWeights(directory);
  try {
    checkTensors(source, config);
    if (config.tie_word_embeddings && source.tensors.has(headName)) await checkTiedHead(source);
    return { config, source };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Reads a model: its configuration, all weights in the order of `parameterSpecs`, and how often it was stepped. */
export async function readModelDirectory(
  directory: string,
): Promise<{ config: ModelConfig; flat: Float32Array<ArrayBuffer>; version: PolicyVersion }> {
  const { config, source } = await openModelDirectory(directory);
  try {
    const version = parseVersion(source);
    const flat = allocate(parameterCount(config), source.path);
    for (const spec of parameterSpecs(config)) {
      await source.read(spec.name, flat.subarray(spec.offset, spec.offset + spec.length));
    }
    return { config, flat, version };
  } finally {
    await source.close();
  }
}

/** The policy version in a file's metadata; 0 for a file that other software wrote. */
export function parseVersion({ path, metadata }: Pick<TensorSource, 'path' | 'metadata'>): PolicyVersion {
  const text = metadata[versionKey] ?? '0';
  if (!/^\d{1,15}$/.test(text)) {
    throw new Error(`${path}: metadata ${versionKey} is ${JSON.stringify(shortened(text))}`);
  }
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
  const path = join(directory, configFile);
  const json = modelConfigJson(config, path);
  // transformers loads only files whose metadata says that they follow its conventions ("pt").
  await writeSafetensors(join(directory, weightsFile), tensors, { format: 'pt', [versionKey]: `${version}` });
  await writeJsonDurably(path, json);
}

/** Throws unless the tensors are those of the configuration: all of them, no others, in its shapes. */
function checkTensors(source: TensorSource, config: ModelConfig): void {
  const specs = parameterSpecs(config);
  const known = new Set(specs.map((spec) => spec.name));
  if (config.tie_word_embeddings) known.add(headName);
  const missing = specs.filter((spec) => !source.tensors.has(spec.name)).map((spec) => spec.name);
  const extra = [...source.tensors.keys()].filter((name) => !known.has(name) && !isIgnored(name));
  if (missing.length + extra.length > 0) {
    const parts = [listNames('missing', missing), listNames('unknown', extra)].filter((part) => part !== '');
    throw new Error(`${source.path}: the tensors are not those of ${configFile}: ${parts.join('; ')}`);
  }
  for (const { name, dims: expected } of specs) {
    const entry = source.tensors.get(name);
    if (entry === undefined) continue;
    if (entry.dims.length !== expected.length || entry.dims.some((dim, axis) => dim !== expected[axis])) {
      const sizes = shortened(entry.dims.join('×'));
      throw new Error(
        `${source.path}: tensor ${name} is ${sizes}, ${configFile} asks for ${expected.join('×')}`,
      );
    }
    if (!isReadable(entry)) {
      throw new Error(`${source.path}: tensor ${name} is ${entry.dtype}; F32, BF16 and F16 can be read`);
    }
  }
}

/** Tables of the rotary frequencies, which old files hold and transformers ignores as well. */
function isIgnored(name: string): boolean {
  return name.endsWith('rotary_emb.inv_freq');
}

/** A tied model may repeat the embedding as its head. Where the two differ, transformers does not tie them. */
async function checkTiedHead(source: TensorSource): Promise<void> {
  const [embedding, head] = [embeddingName, headName].map((name) => source.tensors.get(name));
  if (embedding === undefined || head === undefined) return;
  const size = embedding.end - embedding.begin;
  let isEqual = head.dtype === embedding.dtype && head.end - head.begin === size;
  for (let offset = 0; isEqual && offset < size; offset += comparedBytes) {
    const length = Math.min(comparedBytes, size - offset);
    const [a, b] = [Buffer.alloc(length), Buffer.alloc(length)];
    await source.readBytes(embeddingName, offset, a);
    await source.readBytes(headName, offset, b);
    isEqual = a.equals(b);
  }
  if (!isEqual) {
    throw new Error(
      `${source.path}: tensor ${headName} differs from ${embeddingName}, though tie_word_embeddings is true in ${configFile}`,
    );
  }
}

function allocate(count: number, path: string): Float32Array<ArrayBuffer> {
  try {
    return new Float32Array(count);
  } catch (cause) {
    throw new Error(`${path}: no memory for its ${count} parameters`, { cause });
  }
}

function listNames(label: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const listed = names.slice(0, 5).map(shortened).join(', ');
  return `${label} ${listed}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
}
