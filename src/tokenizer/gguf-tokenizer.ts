/**
 * The tokenizer of a GGUF file (`tokenizer.ggml.*`, as llama.cpp reads it) as `tokenizer.json` and
 * `tokenizer_config.json`, which transformers reads to the same tokens; or an Error that names the key. The one
 * addition is NFC for splits of the Qwen family: their own files have it, GGUF has no word for it. The way back is
 * `tokenizer-to-gguf.ts`.
 */
import { z } from 'zod';
import { type GgufPreTokenizer, ggufPreTokenizers } from './gguf-pre-tokenizers.ts';
import {
  byteLevelParts,
  type GgufToken,
  sentencePieceParts,
  templateProcessing,
} from './gguf-tokenizer-json.ts';
import { mergesOfScores } from './sentencepiece-merges.ts';

/** `tokenizer.ggml.token_type`: what a token is to llama.cpp. */
export const ggufTokenType = {
  normal: 1,
  unknown: 2,
  control: 3,
  userDefined: 4,
  unused: 5,
  byte: 6,
} as const;

/** The keys of the four special tokens in GGUF, and in `tokenizer_config.json`. */
export const specialTokenKeys = [
  ['bos_token', 'tokenizer.ggml.bos_token_id'],
  ['eos_token', 'tokenizer.ggml.eos_token_id'],
  ['unk_token', 'tokenizer.ggml.unknown_token_id'],
  ['pad_token', 'tokenizer.ggml.padding_token_id'],
] as const;

const numbers = z.custom<ArrayLike<number>>(
  (value) =>
    (Array.isArray(value) && value.every((entry) => typeof entry === 'number')) ||
    (ArrayBuffer.isView(value) && !(value instanceof DataView)),
  'an array of numbers is needed',
);
const strings = z.custom<readonly string[]>(
  (value) => Array.isArray(value) && value.every((entry) => typeof entry === 'string'),
  'an array of strings is needed',
);

const metadataSchema = z.object({
  'tokenizer.ggml.model': z.enum(['gpt2', 'llama']),
  'tokenizer.ggml.pre': z.string().optional(),
  'tokenizer.ggml.tokens': strings,
  'tokenizer.ggml.token_type': numbers.optional(),
  'tokenizer.ggml.scores': numbers.optional(),
  'tokenizer.ggml.merges': strings.optional(),
  'tokenizer.ggml.bos_token_id': z.int().nonnegative().optional(),
  'tokenizer.ggml.eos_token_id': z.int().nonnegative().optional(),
  'tokenizer.ggml.unknown_token_id': z.int().nonnegative().optional(),
  'tokenizer.ggml.padding_token_id': z.int().nonnegative().optional(),
  'tokenizer.ggml.add_bos_token': z.boolean().optional(),
  'tokenizer.ggml.add_eos_token': z.boolean().optional(),
  'tokenizer.ggml.add_space_prefix': z.boolean().optional(),
  'tokenizer.chat_template': z.string().optional(),
  'tokenizer.chat_templates': strings.optional(),
});

type Metadata = z.infer<typeof metadataSchema>;

/**
 * The texts of `tokenizer.json` and `tokenizer_config.json` for the metadata of a GGUF file, of which keys that
 * begin with `tokenizer.` are read. Byte-level BPE (`gpt2`) and SentencePiece's BPE (`llama`) are known, other
 * models and unknown `tokenizer.ggml.pre` are an Error that names the key. Unused tokens at the end, which only fill
 * the embedding, are left out.
 */
export function tokenizerFromGguf(metadata: ReadonlyMap<string, unknown>): {
  json: string;
  configJson: string;
} {
  const parsed = metadataSchema.safeParse(Object.fromEntries(metadata));
  if (!parsed.success) throw new Error(`GGUF metadata: ${z.prettifyError(parsed.error)}`);
  const meta = parsed.data;
  const tokens = tokensOf(meta);
  const isByteLevel = meta['tokenizer.ggml.model'] === 'gpt2';
  const named = isByteLevel ? preTokenizerNamed(meta['tokenizer.ggml.pre']) : undefined;
  const addsBos = meta['tokenizer.ggml.add_bos_token'] ?? named?.addsBos ?? !isByteLevel;
  const addsEos = meta['tokenizer.ggml.add_eos_token'] ?? false;
  const special = specialTokens(meta, tokens, isByteLevel);
  const merges = meta['tokenizer.ggml.merges']?.map(mergePair);

  const file = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: tokens.filter(isAdded).map((token) => ({
      id: token.id,
      content: token.text,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: token.type !== ggufTokenType.userDefined,
    })),
    ...(named === undefined
      ? sentencePieceParts({
          tokens,
          merges: merges ?? mergesOfScores(scoresOf(meta, tokens)),
          unknown: special.get('unk_token'),
          spacePrefix: meta['tokenizer.ggml.add_space_prefix'] ?? true,
        })
      : byteLevelParts({ tokens, merges: required(merges, 'tokenizer.ggml.merges'), named })),
  };
  const template = templateProcessing({
    before: addsBos ? special.get('bos_token') : undefined,
    after: addsEos ? special.get('eos_token') : undefined,
  });
  if (template !== undefined) file.post_processor = template;

  const config = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    ...Object.fromEntries(specialTokenKeys.map(([name]) => [name, special.get(name)?.text ?? null])),
    add_bos_token: addsBos,
    add_eos_token: addsEos,
    clean_up_tokenization_spaces: false,
    ...chatTemplates(meta, metadata),
  };
  return { json: `${JSON.stringify(file, null, 1)}\n`, configJson: `${JSON.stringify(config, null, 1)}\n` };
}

function tokensOf(meta: Metadata): GgufToken[] {
  const texts = meta['tokenizer.ggml.tokens'];
  const types = meta['tokenizer.ggml.token_type'];
  if (types !== undefined && types.length !== texts.length) {
    throw new Error(
      `GGUF metadata: tokenizer.ggml.token_type has ${types.length} entries, tokenizer.ggml.tokens ${texts.length}`,
    );
  }
  const idOf = new Map<string, number>();
  const tokens = texts.map((text, id): GgufToken => {
    // So llama.cpp calls a token without text.
    const name = text === '' ? `[EMPTY_${id}]` : text;
    const other = idOf.get(name);
    if (other !== undefined) {
      throw new Error(
        `GGUF metadata: tokenizer.ggml.tokens: ${JSON.stringify(name)} is there twice, as ${other} and ${id}`,
      );
    }
    idOf.set(name, id);
    return { id, text: name, type: types?.[id] ?? ggufTokenType.normal };
  });
  while (tokens.at(-1)?.type === ggufTokenType.unused) tokens.pop();
  return tokens;
}

function isAdded({ type }: GgufToken): boolean {
  return (
    type === ggufTokenType.unknown || type === ggufTokenType.control || type === ggufTokenType.userDefined
  );
}

function specialTokens(
  meta: Metadata,
  tokens: readonly GgufToken[],
  isByteLevel: boolean,
): Map<string, GgufToken> {
  // llama.cpp's own for SentencePiece; for byte-level BPE it has 11, which is no model's.
  const defaults: Readonly<Record<string, number>> = isByteLevel
    ? {}
    : { bos_token: 1, eos_token: 2, unk_token: 0 };
  const found = new Map<string, GgufToken>();
  for (const [name, key] of specialTokenKeys) {
    const id = meta[key] ?? defaults[name];
    if (id === undefined) continue;
    const token = tokens[id];
    if (token === undefined) {
      throw new Error(`GGUF metadata: ${key} is ${id}, of ${tokens.length} tokens`);
    }
    found.set(name, token);
  }
  return found;
}

function preTokenizerNamed(name = 'default'): GgufPreTokenizer {
  const found = ggufPreTokenizers.find(({ names }) => names.includes(name));
  if (found !== undefined) return found;
  throw new Error(`GGUF metadata: tokenizer.ggml.pre is ${JSON.stringify(name)}, a split that is not known`);
}

/** As llama.cpp takes it apart: at the first space that is not the first character. */
function mergePair(merge: string): [string, string] {
  const space = merge.indexOf(' ', 1);
  if (space < 0) {
    throw new Error(`GGUF metadata: tokenizer.ggml.merges: ${JSON.stringify(merge)} is no pair`);
  }
  return [merge.slice(0, space), merge.slice(space + 1)];
}

function scoresOf(meta: Metadata, tokens: readonly GgufToken[]): Map<string, number> {
  const scores = required(meta['tokenizer.ggml.scores'], 'tokenizer.ggml.scores');
  if (scores.length < tokens.length) {
    throw new Error(
      `GGUF metadata: tokenizer.ggml.scores has ${scores.length} entries for ${tokens.length} tokens`,
    );
  }
  const pieces = tokens.filter(({ type }) => type === ggufTokenType.normal);
  return new Map(pieces.map(({ id, text }) => [text, scores[id] ?? 0]));
}

function required<Value>(value: Value | undefined, key: string): Value {
  if (value === undefined) throw new Error(`GGUF metadata: ${key} is missing`);
  return value;
}

function chatTemplates(meta: Metadata, metadata: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const plain = meta['tokenizer.chat_template'];
  const named = (meta['tokenizer.chat_templates'] ?? []).flatMap((name) => {
    const template = metadata.get(`tokenizer.chat_template.${name}`);
    return typeof template === 'string' ? [{ name, template }] : [];
  });
  if (named.length === 0) return plain === undefined ? {} : { chat_template: plain };
  const all = plain === undefined ? named : [{ name: 'default', template: plain }, ...named];
  return { chat_template: all };
}
