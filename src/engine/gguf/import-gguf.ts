/**
 * A model in a GGUF file becomes a directory in the Hugging Face layout: configuration, weights dequantised to float32
 * (or rounded to a half-precision type when asked), tokenizer with chat template, generation settings, model card.
 * Everything is checked before anything is written, tensors pass through one at a time, and the directory appears
 * only when it is whole (checkpoint-store.ts).
 */
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeCheckpoint } from '../../journal/checkpoint-store.ts';
import { tokenizerFromGguf } from '../../tokenizer/gguf-tokenizer.ts';
import { loadTokenizer } from '../../tokenizer/load-tokenizer.ts';
import { tokenizerConfigName, tokenizerFileName } from '../../tokenizer/tokenizer-file.ts';
import type { ModelConfig } from '../engine.ts';
import { configFile, modelConfigJson } from '../model-config.ts';
import { weightsFile } from '../sharded-safetensors.ts';
import { configFromGguf } from './config-from-gguf.ts';
import { isReadable, readableTypes } from './dequantise.ts';
import { generationConfigFile, generationSettings } from './generation-settings.ts';
import { GgufFile } from './gguf-file.ts';
import { modelCard, modelCardFile } from './model-card.ts';
import { rowsFromGguf } from './rotary-rows.ts';
import { streamSafetensors } from './safetensors-stream.ts';
import type { FloatType } from './streamed-tensor.ts';
import { type NamedParameter, namedParameters, rotaryFactorsName } from './tensor-names.ts';

export interface GgufImport {
  readonly file: string;
  readonly directory: string;
  /** `general.name` and `general.license` of the file. */
  readonly name: string | undefined;
  readonly license: string | undefined;
  readonly architecture: ModelConfig['model_type'];
  readonly parameters: number;
  /** Tensors of each type in the file, for example `{ Q4_1: 210, F32: 61 }`. */
  readonly tensorTypes: Readonly<Record<string, number>>;
  readonly hasChatTemplate: boolean;
  readonly weights: FloatType;
  /** Bytes of the file and of the weights that were written. */
  readonly fileBytes: number;
  readonly weightBytes: number;
}

export interface TensorProgress {
  readonly done: number;
  readonly total: number;
}

const torchTypes: Readonly<Record<FloatType, string>> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' };

/**
 * Imports `path` into `directory`, which is replaced as a whole if it exists. Rejects with an error that names file
 * and key or tensor, with the signal's reason when it fires, or with a DiskFullError; nothing is left then.
 */
export async function importGguf(options: {
  readonly path: string;
  readonly directory: string;
  readonly weights?: FloatType;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TensorProgress) => void;
}): Promise<GgufImport> {
  const { path, directory, weights = 'F32', signal, onProgress } = options;
  const file = await GgufFile.open(path);
  try {
    const config = await configFromGguf(file);
    const parameters = namedParameters(config);
    checkTensors(file, parameters);
    const tokenizer = tokenizerOf(file, config);
    const name = textOf(file, 'general.name');
    const license = textOf(file, 'general.license');
    const tensorTypes = countTypes(file);
    const tensors = parameters.map((parameter) => ({
      name: parameter.name,
      dims: parameter.dims,
      type: weights,
      read: async () => {
        signal?.throwIfAborted();
        const values = await file.read(parameter.ggufName);
        if (parameter.rotaryHeads === undefined) return values;
        return rowsFromGguf(values, parameter.dims[0] ?? 0, parameter.rotaryHeads);
      },
    }));
    let weightBytes = 0;
    await writeCheckpoint(directory, async (partial) => {
      const put = (fileName: string, text: string) => writeFile(join(partial, fileName), text);
      const json = { ...modelConfigJson(config, path), torch_dtype: torchTypes[weights] };
      await put(configFile, `${JSON.stringify(json, null, 2)}\n`);
      await put(tokenizerFileName, tokenizer.json);
      await put(tokenizerConfigName, tokenizer.configJson);
      const generation = generationSettings(config, file);
      await put(generationConfigFile, `${JSON.stringify(generation, null, 2)}\n`);
      const card = { name: name ?? basename(path), license, source: basename(path), weights, tensorTypes };
      await put(modelCardFile, modelCard(card));
      let done = 0;
      weightBytes = await streamSafetensors(join(partial, weightsFile), tensors, { format: 'pt' }, () => {
        done += 1;
        onProgress?.({ done, total: tensors.length });
      });
    });
    return {
      file: path,
      directory,
      name,
      license,
      architecture: config.model_type,
      parameters: parameters.reduce((sum, { length }) => sum + length, 0),
      tensorTypes,
      hasChatTemplate: textOf(file, 'tokenizer.chat_template') !== undefined,
      weights,
      fileBytes: file.size,
      weightBytes,
    };
  } finally {
    await file.close();
  }
}

/** Throws unless the tensors are those of the configuration: all of them, no others, in its shapes, readable. */
function checkTensors(file: GgufFile, parameters: readonly NamedParameter[]): void {
  const known = new Set([rotaryFactorsName, ...parameters.map(({ ggufName }) => ggufName)]);
  const stranger = [...file.tensors.keys()].find((name) => !known.has(name));
  if (stranger !== undefined) {
    throw new Error(`${file.path}: tensor ${stranger} belongs to no model that the embedded engine has`);
  }
  for (const { ggufName, dims } of parameters) {
    const tensor = file.tensors.get(ggufName);
    if (tensor === undefined) throw new Error(`${file.path}: tensor ${ggufName} is missing`);
    if (tensor.dims.length !== dims.length || tensor.dims.some((dim, axis) => dim !== dims[axis])) {
      throw new Error(
        `${file.path}: tensor ${ggufName} is ${tensor.dims.join('×')}, the metadata asks for ${dims.join('×')}`,
      );
    }
    if (!isReadable(tensor.type.name)) {
      throw new Error(
        `${file.path}: tensor ${ggufName} is ${tensor.type.name}, which cannot be read; those that can are ${readableTypes.join(', ')}`,
      );
    }
  }
}

/** The tokenizer's files, after they have been loaded once: a tokenizer that does not fit is found here. */
function tokenizerOf(file: GgufFile, config: ModelConfig): { json: string; configJson: string } {
  if (!file.metadata.has('tokenizer.ggml.model')) {
    throw new Error(
      `${file.path}: metadata "tokenizer.ggml.model" is missing: the file has weights only, without a tokenizer`,
    );
  }
  try {
    const tokenizer = tokenizerFromGguf(file.metadata);
    const { vocabularySize } = loadTokenizer(tokenizer.json, tokenizer.configJson);
    if (vocabularySize > config.vocab_size) {
      throw new Error(
        `GGUF metadata: tokenizer.ggml.tokens has ids up to ${vocabularySize - 1}, tensor token_embd.weight ${config.vocab_size} rows`,
      );
    }
    return tokenizer;
  } catch (cause) {
    throw new Error(`${file.path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function countTypes(file: GgufFile): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { type } of file.tensors.values()) counts.set(type.name, (counts.get(type.name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

function textOf(file: GgufFile, key: string): string | undefined {
  const value = file.metadata.get(key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
