/**
 * A tokenizer from the files of a model: BPE, byte-level (Llama 3, Qwen, SmolLM, GPT-2) or of SentencePiece's kind
 * (Llama 2, Mistral, TinyLlama). Ids and texts equal those of transformers (`golden/tokenizer/`), or the file is
 * refused with the field named: a component that is not known is never left out.
 *
 * `decode(encode(text)) === text` holds for well-formed text without added tokens that take white space, if
 * - byte-level: the vocabulary has the text's bytes, and the normaliser leaves the text as it is (Qwen: NFC);
 * - SentencePiece: the vocabulary has the bytes' tokens, the text does not hold U+2581, and it is one stretch: where
 *   spaces are put before a text, another one follows every special token.
 */
import { z } from 'zod';
import { createAddedTokenFinder } from './added-token-finder.ts';
import { BytePairEncoder } from './byte-pair-encoder.ts';
import { createDecoder, type Decoder, strictUtf8 } from './decoder.ts';
import { createNormalizer } from './normalizer.ts';
import { createPreTokenizer } from './pre-tokenizer.ts';
import type { Tokenizer } from './tokenizer.ts';
import { parseJson, parseTokenizerFile, type TokenizerFile, tokenizerConfigName } from './tokenizer-file.ts';

/**
 * A tokenizer from the texts of `tokenizer.json` and `tokenizer_config.json`. Throws an Error that names the file
 * and the field if it is broken, or asks for what is not computed.
 */
export function loadTokenizer(json: string, configJson: string): Tokenizer {
  const file = parseTokenizerFile(json);
  const config = z.looseObject({}).safeParse(parseJson(configJson, tokenizerConfigName));
  if (!config.success) throw new Error(`${tokenizerConfigName} is not a JSON object`);

  const decoder = createDecoder(file.decoder);
  const tokenOfId: string[] = [];
  for (const [entry, id] of file.model.vocab) tokenOfId[id] = entry;
  for (const { content, id } of file.addedTokens) tokenOfId[id] = content;
  const bytesOfId: (Uint8Array | undefined)[] = [];

  return {
    vocabularySize: tokenOfId.length,
    json,
    configJson,
    encode: createEncoder(file),
    decode: (ids) => {
      const tokens: string[] = [];
      for (let i = 0; i < ids.length; i += 1) {
        // Ids that name no token (padding rows of an embedding) decode to nothing, as in transformers.
        const token = tokenOfId[ids[i] ?? -1];
        if (token !== undefined) tokens.push(token);
      }
      return decoder.decode(tokens);
    },
    idOf: createLookup(file, decoder),
    bytesOf: (id) => {
      const token = tokenOfId[id];
      if (token === undefined) return undefined;
      bytesOfId[id] ??= decoder.bytesOf(token);
      return bytesOfId[id];
    },
  };
}

function createEncoder(file: TokenizerFile): (text: string) => Int32Array {
  const normalize = createNormalizer(file.normalizer);
  const { split, spell } = createPreTokenizer(file.preTokenizer);
  const bpe = new BytePairEncoder(file.model, spell);
  const findRaw = createAddedTokenFinder(
    file.addedTokens.filter((token) => !token.normalized),
    (token) => token.content,
  );
  const findNormalised = createAddedTokenFinder(
    file.addedTokens.filter((token) => token.normalized),
    (token) => normalize(token.content),
  );
  return (text) => {
    const ids: number[] = [];
    for (const outer of findRaw(text)) {
      if (outer.id !== undefined) {
        ids.push(outer.id);
        continue;
      }
      const normalised = normalize(text.slice(outer.start, outer.end));
      for (const inner of findNormalised(normalised)) {
        if (inner.id !== undefined) {
          ids.push(inner.id);
          continue;
        }
        const isStart = outer.start === 0 && inner.start === 0;
        for (const word of split(normalised.slice(inner.start, inner.end), isStart)) bpe.encode(word, ids);
      }
    }
    return Int32Array.from(ids);
  };
}

/**
 * Ids by text, listed when first asked. An added token wins over an entry of the model with the same text, as it does
 * in encoding.
 */
function createLookup(file: TokenizerFile, decoder: Decoder): (text: string) => number | undefined {
  let idOfText: Map<string, number> | undefined;
  const list = (): Map<string, number> => {
    const ids = new Map<string, number>();
    for (const [entry, id] of file.model.vocab) {
      const text = strictUtf8(decoder.bytesOf(entry));
      if (text !== undefined && !ids.has(text)) ids.set(text, id);
    }
    for (const token of file.addedTokens) ids.set(token.content, token.id);
    return ids;
  };
  return (text) => {
    idOfText ??= list();
    return idOfText.get(text);
  };
}
