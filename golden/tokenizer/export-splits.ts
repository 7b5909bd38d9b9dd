/**
 * Writes `gguf-splits.json`, the splits that `tokenizer.ggml.pre` stands for, so that `make-families.py` can cut texts
 * by them with Hugging Face's library.
 *
 *   node golden/tokenizer/export-splits.ts
 */
import { writeFileSync } from 'node:fs';
import { ggufPreTokenizers } from '../../src/tokenizer/gguf-pre-tokenizers.ts';

const splits = ggufPreTokenizers.map(({ names, splits }) => ({ names: [names[0]], splits }));
writeFileSync(new URL('gguf-splits.json', import.meta.url), `${JSON.stringify(splits)}\n`);
