/**
 * A model that clients may begin with: a directory in the Hugging Face layout, its configuration, and its tokenizer where
 * it has one. Nothing of its weights is held.
 */
import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import type { ModelConfig, SamplerOptions } from '../../engine/engine.ts';
import { readModelConfig } from '../../engine/model-config.ts';
import { loadDirectoryFormat } from '../../model/directory-format.ts';

export interface BaseModel {
  /** As clients name it. */
  readonly name: string;
  /** Absolute. */
  readonly directory: string;
  readonly config: ModelConfig;
  readonly tokenizer: SamplerOptions['tokenizer'];
  /** Where text ends when a request says nothing of it. */
  readonly stopTokenIds: readonly number[];
}

/** What belongs to a tokenizer, and to how a model is used. */
const tokenizerFiles = [
  ...['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'chat_template.jinja'],
  ...['generation_config.json', 'vocab.json', 'merges.txt', 'added_tokens.json'],
];

/** Throws an Error that names the file at fault. A directory without a tokenizer is served without stop texts. */
export async function openBaseModel(name: string, place: string): Promise<BaseModel> {
  const directory = path.resolve(place);
  const config = await readModelConfig(directory);
  const ends = [config.eos_token_id ?? []].flat();
  if (!existsSync(path.join(directory, 'tokenizer.json'))) {
    return { name, directory, config, tokenizer: undefined, stopTokenIds: ends };
  }
  const { tokenizer, stopTokenIds } = await loadDirectoryFormat(directory);
  const known = [...new Set([...stopTokenIds, ...ends])].filter((id) => id < config.vocab_size);
  return { name, directory, config, tokenizer, stopTokenIds: known };
}

/** Copies the tokenizer of a model into an existing directory. */
export async function copyTokenizer(from: string, to: string): Promise<void> {
  for (const name of tokenizerFiles) {
    const file = path.join(from, name);
    if (existsSync(file)) await cp(file, path.join(to, name));
  }
}
