/**
 * Reads `tokenizer.json` of a byte-level BPE model (Qwen, Llama 3, GPT-2 families). Ids equal those of
 * transformers (`golden/tokenizer/`); `decode(encode(text)) === text` for every well-formed text in the form that
 * the file's normaliser leaves (NFC for Qwen).
 *
 * Encoding is @huggingface/tokenizers'. Decoding is ours: the library looks every id up in the list of added
 * tokens, which is quadratic here, and by default tidies spaces before punctuation away, which loses text.
 */
import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { fromByteCharacters } from './byte-alphabet.ts';
import type { Tokenizer } from './tokenizer.ts';

const componentSchema = z.looseObject({ type: z.string() });

/** Not z.record, which drops the entry `__proto__`; real vocabularies have it. */
const vocabularySchema = z.custom<Readonly<Record<string, number>>>(
  (value) => typeof value === 'object' && value !== null && Object.values(value).every(Number.isInteger),
  'an object from entries to ids is needed',
);

const fileSchema = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: z.int().nonnegative(), content: z.string().min(1) })).default([]),
  normalizer: componentSchema.nullable(),
  pre_tokenizer: componentSchema.nullable(),
  post_processor: componentSchema.nullable(),
  decoder: componentSchema.extend({ decoders: z.array(componentSchema).optional() }),
  model: z.looseObject({ type: z.literal('BPE'), vocab: vocabularySchema }),
});

/**
 * A tokenizer from the texts of `tokenizer.json` and `tokenizer_config.json`. Throws an Error that names the
 * file and the field if it is not byte-level BPE.
 */
export function loadTokenizer(json: string, configJson: string): Tokenizer {
  const raw = parseJson(json, 'tokenizer.json');
  const config = z.looseObject({}).parse(parseJson(configJson, 'tokenizer_config.json'));
  const parsed = fileSchema.safeParse(raw);
  if (!parsed.success) throw new Error(`tokenizer.json: ${z.prettifyError(parsed.error)}`);
  const file = parsed.data;
  if (![file.decoder, ...(file.decoder.decoders ?? [])].some(({ type }) => type === 'ByteLevel')) {
    throw new Error(`tokenizer.json: decoder.type is ${file.decoder.type}, only byte-level BPE is supported`);
  }

  const bytesOfId = decodingTable(file);
  const idOfText = new Map<string, number>();
  for (const [id, bytes] of bytesOfId) {
    const text = strictUtf8(bytes);
    if (text !== undefined && !idOfText.has(text)) idOfText.set(text, id);
  }
  // An added token wins over an entry of the model with the same text, as it does when text is encoded.
  for (const token of file.added_tokens) idOfText.set(token.content, token.id);

  const library = new LibraryTokenizer(file, config);
  let vocabularySize = 0;
  for (const id of bytesOfId.keys()) vocabularySize = Math.max(vocabularySize, id + 1);

  return {
    vocabularySize,
    json,
    configJson,
    encode: (text) => Int32Array.from(library.encode(text, { add_special_tokens: false }).ids),
    decode: (ids) => decodeBytes(ids, bytesOfId),
    idOf: (token) => idOfText.get(token),
    bytesOf: (id) => bytesOfId.get(id),
  };
}

/** The UTF-8 bytes that each id stands for. */
function decodingTable(file: z.infer<typeof fileSchema>): Map<number, Uint8Array> {
  const utf8 = new TextEncoder();
  const bytesOfId = new Map<number, Uint8Array>();
  for (const [entry, id] of Object.entries(file.model.vocab)) {
    const bytes = fromByteCharacters(entry);
    bytesOfId.set(id, bytes ?? utf8.encode(entry));
  }
  for (const token of file.added_tokens) bytesOfId.set(token.id, utf8.encode(token.content));
  return bytesOfId;
}

/** Ids that name no token (padding rows of an embedding) decode to nothing, as in transformers. */
function decodeBytes(ids: ArrayLike<number>, bytesOfId: ReadonlyMap<number, Uint8Array>): string {
  const parts: Uint8Array[] = [];
  for (let i = 0; i < ids.length; i += 1) {
    const bytes = bytesOfId.get(ids[i] ?? -1);
    if (bytes !== undefined) parts.push(bytes);
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(parts));
}

function strictUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${name} is not JSON: ${String(cause)}`, { cause });
  }
}
