/**
 * Writes the tokenizers that the golden files are about, so that `make.py` can load them with transformers:
 * `<folder>/lab` is the lab's, `<folder>/trained` is a small one learnt from the texts of `cases.json`.
 *
 *   node golden/tokenizer/export.ts <folder>
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { labTokenizer } from '../../src/lab/lab-tokenizer.ts';
import { qwenTokenizerConfigJson } from '../../src/tokenizer/qwen-tokenizer-json.ts';
import { trainByteLevelBpe } from '../../src/tokenizer/train-bpe.ts';
import { readCases, trainedVocabularySize } from './read.ts';

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: node golden/tokenizer/export.ts <folder>');
const trained = {
  json: trainByteLevelBpe(readCases().texts, { vocabularySize: trainedVocabularySize }),
  configJson: qwenTokenizerConfigJson({ contextLength: 1024 }),
};
for (const [name, { json, configJson }] of Object.entries({ lab: labTokenizer(), trained })) {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'tokenizer.json'), json);
  writeFileSync(join(folder, name, 'tokenizer_config.json'), configJson);
}
