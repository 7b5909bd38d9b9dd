/**
 * A model in the Hugging Face layout becomes a GGUF file that llama.cpp loads: F32 bit for bit, or F16 with vectors
 * (norms and biases) left in F32 as llama.cpp keeps them. What llama.cpp would compute, split or end differently is
 * refused, never approximated; a file appears only when it is whole. Tensors pass through one at a time.
 */
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { tokenizerConfigName, tokenizerFileName } from '../../tokenizer/tokenizer-file.ts';
import { tokenizerToGguf } from '../../tokenizer/tokenizer-to-gguf.ts';
import type { ModelConfig } from '../engine.ts';
import { isRecord, parseJson } from '../json-file.ts';
import { configFile } from '../model-config.ts';
import { openModelDirectory } from '../model-directory.ts';
import { configToGguf } from './config-to-gguf.ts';
import { type GgufStreamedTensor, type WritableValue, writeGguf } from './gguf-writer.ts';
import type { TensorProgress } from './import-gguf.ts';
import { llama3Factors } from './llama3-factors.ts';
import { readModelCard } from './model-card.ts';
import { rowsToGguf } from './rotary-rows.ts';
import { namedParameters, rotaryFactorsName } from './tensor-names.ts';

export interface GgufExport {
  readonly directory: string;
  readonly file: string;
  readonly name: string;
  readonly license: string | undefined;
  readonly architecture: ModelConfig['model_type'];
  readonly parameters: number;
  readonly weights: 'F32' | 'F16';
  /** What llama.cpp calls the way in which the tokenizer splits text. */
  readonly preTokenizer: string;
  readonly bytes: number;
}

const chatTemplateFile = 'chat_template.jinja';
/** llama.cpp's number for the types of most tensors (llama.h, `llama_ftype`). */
const fileTypes = { F32: 0, F16: 1 } as const;
/** Version of the quantised types; llama.cpp writes it always. */
const quantizationVersion = 2;

/**
 * Exports the model in `directory` to `path`, replacing what is there. Name and licence are those given, else those
 * of the model card, else the directory's name. Rejects as `importGguf` does.
 */
export async function exportGguf(options: {
  readonly directory: string;
  readonly path: string;
  readonly weights?: 'F32' | 'F16';
  readonly name?: string;
  readonly license?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TensorProgress) => void;
}): Promise<GgufExport> {
  const { directory, path, weights = 'F32', signal, onProgress } = options;
  const { config, source } = await openModelDirectory(directory);
  try {
    const card = await readModelCard(directory);
    const name = options.name ?? card.name ?? basename(resolve(directory));
    const license = options.license ?? card.license;
    const tokenizer = await tokenizerKeys(directory, config);
    const metadata = new Map<string, WritableValue>([
      ['general.architecture', config.model_type],
      ['general.type', 'model'],
      ['general.name', name],
      ...(license === undefined ? [] : [['general.license', license] as const]),
      ['general.file_type', fileTypes[weights]],
      ['general.quantization_version', quantizationVersion],
      ...configToGguf(config, join(directory, configFile)),
      ...tokenizer,
    ]);
    const parameters = namedParameters(config);
    const tensors = parameters.map(
      (parameter): GgufStreamedTensor => ({
        name: parameter.ggufName,
        dims: parameter.dims,
        type: parameter.dims.length === 1 ? 'F32' : weights,
        read: async () => {
          signal?.throwIfAborted();
          const values = await source.read(parameter.name);
          if (parameter.rotaryHeads === undefined) return values;
          return rowsToGguf(values, parameter.dims[0] ?? 0, parameter.rotaryHeads);
        },
      }),
    );
    tensors.unshift(...rotaryFactors(config));
    let done = 0;
    const bytes = await writeGguf(path, metadata, tensors, () => {
      done += 1;
      onProgress?.({ done, total: tensors.length });
    });
    return {
      directory,
      file: path,
      name,
      license,
      architecture: config.model_type,
      parameters: parameters.reduce((sum, { length }) => sum + length, 0),
      weights,
      preTokenizer: String(tokenizer.get('tokenizer.ggml.pre')),
      bytes,
    };
  } finally {
    await source.close();
  }
}

function rotaryFactors(config: ModelConfig): GgufStreamedTensor[] {
  const scaling = config.rope_scaling;
  if (scaling?.rope_type !== 'llama3') return [];
  const factors = llama3Factors(config, scaling);
  return [{ name: rotaryFactorsName, dims: [factors.length], type: 'F32', read: async () => factors }];
}

/** The keys `tokenizer.*`; errors name the file in the directory. */
async function tokenizerKeys(directory: string, config: ModelConfig): Promise<Map<string, WritableValue>> {
  const json = await readFile(join(directory, tokenizerFileName), 'utf8');
  const configJson = await tokenizerConfig(directory);
  let keys: Map<string, WritableValue>;
  try {
    keys = new Map(tokenizerToGguf(json, configJson, { vocabularySize: config.vocab_size }));
  } catch (cause) {
    throw new Error(`${directory}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  const eos = config.eos_token_id ?? [];
  const ends = typeof eos === 'number' ? [eos] : eos;
  const endKey = 'tokenizer.ggml.eos_token_id';
  const [first] = ends;
  if (!keys.has(endKey)) {
    if (first === undefined) {
      throw new Error(
        `${directory}: neither ${tokenizerConfigName} (eos_token) nor ${configFile} (eos_token_id) says which token ends a text; llama.cpp would take one of its own`,
      );
    }
    keys.set(endKey, first);
  }
  const others = ends.filter((id) => id !== keys.get(endKey));
  for (const [i, key] of ['tokenizer.ggml.eot_token_id', 'tokenizer.ggml.eom_token_id'].entries()) {
    const id = others[i];
    if (id !== undefined) keys.set(key, id);
  }
  return keys;
}

/** `tokenizer_config.json` with the chat template in it: transformers 5 writes that to a file of its own. */
async function tokenizerConfig(directory: string): Promise<string> {
  const path = join(directory, tokenizerConfigName);
  const bytes = await readFile(path);
  const json = parseJson(bytes, path);
  if (!isRecord(json) || json.chat_template !== undefined) return bytes.toString('utf8');
  try {
    const template = await readFile(join(directory, chatTemplateFile), 'utf8');
    return JSON.stringify({ ...json, chat_template: template });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return bytes.toString('utf8');
    throw error;
  }
}
