/**
 * Reads a model's folder as a stranger would who has fetched it from the hub, and says what would not work there: the card's
 * head, JSON files, weights against the configuration, tokenizer, chat template. Nothing is asked of the hub.
 */
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { isRecord, parseJson } from '../engine/json-file.ts';
import { openModelDirectory } from '../engine/model-directory.ts';
import { loadDirectoryFormat } from '../model/directory-format.ts';
import { cardFaults, readCardHead } from './card-head.ts';
import { cardFile } from './model-folder.ts';
import { largestShard } from './weight-shards.ts';

/** One sentence each; none where all is well. */
export async function modelFolderFaults(folder: string, largest: number = largestShard): Promise<string[]> {
  const faults: string[] = [];
  const trial = async (what: () => Promise<string[]>): Promise<void> => {
    try {
      faults.push(...(await what()));
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error));
    }
  };
  await trial(async () => {
    const file = path.join(folder, cardFile);
    const head = readCardHead(await readFile(file, 'utf8'), cardFile);
    return cardFaults('model', head).map((fault) => `${cardFile}: ${fault}`);
  });
  await trial(async () => {
    const { source } = await openModelDirectory(folder);
    try {
      const sizes = [...source.tensors.values()].map(({ begin, end }) => end - begin);
      const most = Math.max(...sizes);
      const fits = source.path.endsWith('.index.json') || (await stat(source.path)).size <= largest + most;
      return fits ? [] : [`${path.basename(source.path)}: larger than the hub takes in one file`];
    } finally {
      await source.close();
    }
  });
  for (const name of ['generation_config.json', 'tokenizer_config.json', 'tokenizer.json'])
    await trial(async () => {
      const json = parseJson(await readFile(path.join(folder, name)), name);
      return isRecord(json) ? [] : [`${name}: not a JSON object`];
    });
  if (existsSync(path.join(folder, 'chat_template.jinja')))
    await trial(async () => {
      const format = await loadDirectoryFormat(folder);
      const prompt = format.renderPrompt([{ role: 'user', content: 'Prove that 1 + 1 = 2.' }]);
      return prompt.length > 0 ? [] : ['chat_template.jinja: renders a message as nothing'];
    });
  return faults;
}
