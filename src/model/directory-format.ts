/**
 * The tokenizer and the chat format of a model directory in the Hugging Face layout, or of a directory that holds a
 * tokenizer alone. Throws an Error that names the file that is missing or broken.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { isRecord, parseJson } from '../engine/json-file.ts';
import { createChatFormat } from '../tokenizer/chat-format.ts';
import { loadTokenizer } from '../tokenizer/load-tokenizer.ts';
import type { ChatFormat } from '../tokenizer/tokenizer.ts';

export interface TokenizerTexts {
  /** Of tokenizer.json. */
  readonly json: string;
  /** Of tokenizer_config.json, with the chat template. */
  readonly configJson: string;
}

/** Replies also end at the tokens that the model's generation_config.json names, where it came with one. */
export async function loadDirectoryFormat(directory: string): Promise<ChatFormat> {
  const { json, configJson } = await readTokenizerDirectory(directory);
  const format = createChatFormat(loadTokenizer(json, configJson));
  const ends = await generationEnds(directory, format.tokenizer.vocabularySize);
  return { ...format, stopTokenIds: [...new Set([...format.stopTokenIds, ...ends])] };
}

/**
 * A template that has a file of its own (chat_template.jinja) goes into the configuration and wins over one that is
 * there, as in transformers.
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

const generationConfigSchema = z.looseObject({
  eos_token_id: z.union([z.int(), z.array(z.int())]).nullish(),
});

async function generationEnds(directory: string, vocabularySize: number): Promise<readonly number[]> {
  const file = path.join(directory, 'generation_config.json');
  if (!existsSync(file)) return [];
  const parsed = generationConfigSchema.safeParse(parseJson(await readFile(file), file));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  const ends = [parsed.data.eos_token_id ?? []].flat();
  const stranger = ends.find((id) => id < 0 || id >= vocabularySize);
  if (stranger === undefined) return ends;
  throw new Error(
    `${file}: eos_token_id ${stranger} is no token of the tokenizer beside it, which has ${vocabularySize}`,
  );
}

async function readText(directory: string, name: string): Promise<string> {
  const file = path.join(directory, name);
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause;
    throw new Error(
      `${file}: there is no such file; a tokenizer has tokenizer.json and tokenizer_config.json`,
      { cause },
    );
  }
}
