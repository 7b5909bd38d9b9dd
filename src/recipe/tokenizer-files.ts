/**
 * The tokenizer of a run, as files: what the data stage copies from a directory, or writes, and what every checkpoint
 * holds, so that it can be served and exported by itself.
 */
import { copyFile, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { isRecord, parseJson } from '../engine/json-file.ts';
import { writeFileAtomic } from '../journal/atomic-file.ts';

export interface TokenizerTexts {
  /** Of tokenizer.json. */
  readonly json: string;
  /** Of tokenizer_config.json, with the chat template. */
  readonly configJson: string;
}

/** Read by other software beside the tokenizer, where a model has them. */
const companions = ['generation_config.json', 'special_tokens_map.json'];

/**
 * The tokenizer in a directory of the Hugging Face layout. A template that has a file of its own
 * (chat_template.jinja) goes into the configuration and wins over one that is there, as in transformers. Throws an
 * Error that names the file that is missing or broken.
 */
export async function readTokenizerDirectory(directory: string): Promise<TokenizerTexts> {
  const json = await readText(directory, 'tokenizer.json');
  const configJson = await readText(directory, 'tokenizer_config.json');
  const template = await readText(directory, 'chat_template.jinja').catch(() => undefined);
  if (template === undefined) return { json, configJson };
  const config = parseJson(Buffer.from(configJson), path.join(directory, 'tokenizer_config.json'));
  if (!isRecord(config) || config.chat_template === template) return { json, configJson };
  return { json, configJson: `${JSON.stringify({ ...config, chat_template: template }, null, 2)}\n` };
}

/** Writes a tokenizer into an existing directory, with the companions of the directory that it comes from. */
export async function writeTokenizerFiles(
  directory: string,
  { json, configJson }: TokenizerTexts,
  from?: string,
): Promise<void> {
  await writeFileAtomic(path.join(directory, 'tokenizer.json'), json);
  await writeFileAtomic(path.join(directory, 'tokenizer_config.json'), configJson);
  const found = from === undefined ? [] : await readdir(from);
  for (const name of companions.filter((companion) => found.includes(companion))) {
    await writeFileAtomic(path.join(directory, name), await readText(from ?? '', name));
  }
}

/** Copies the tokenizer of a run, companions included. */
export async function copyTokenizerFiles(from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) await copyFile(path.join(from, name), path.join(to, name));
}

async function readText(directory: string, name: string): Promise<string> {
  const file = path.join(directory, name);
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause;
    throw new Error(
      `${file}: there is no such file; a tokenizer has tokenizer.json and tokenizer_config.json`,
      {
        cause,
      },
    );
  }
}
