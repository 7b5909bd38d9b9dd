/**
 * The tokenizer of a run, as files: what the data stage copies from a directory, or writes, and what every checkpoint
 * holds, so that it can be served and exported by itself.
 */
import { copyFile, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '../journal/atomic-file.ts';
import type { TokenizerTexts } from '../model/directory-format.ts';

/** Read by other software beside the tokenizer, where a model has them. */
const companions = ['generation_config.json', 'special_tokens_map.json'];

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
    await writeFileAtomic(path.join(directory, name), await readFile(path.join(from ?? '', name), 'utf8'));
  }
}

/** Copies the tokenizer of a run, companions included. */
export async function copyTokenizerFiles(from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) await copyFile(path.join(from, name), path.join(to, name));
}
