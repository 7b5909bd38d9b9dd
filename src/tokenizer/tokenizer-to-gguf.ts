/**
 * A tokenizer in the metadata of a GGUF file. llama.cpp makes the same tokens of the same text, or an Error names the
 * field that it has no word for: another split, flags of added tokens, merges that no scores stand for. It does
 * without NFC for every model, so text that is not in that form differs there.
 */
import { z } from 'zod';
import { ggufPreTokenizers } from './gguf-pre-tokenizers.ts';
import { splitsOf } from './gguf-splits.ts';
import { ggufTokenType, specialTokenKeys } from './gguf-tokenizer.ts';
import type { GgufToken } from './gguf-tokenizer-json.ts';
import { scoresOfMerges } from './sentencepiece-merges.ts';
import {
  type Component,
  type Merge,
  parseJson,
  parseTokenizerFile,
  type TokenizerFile,
  tokenizerConfigName,
  tokenizerFileName,
} from './tokenizer-file.ts';

/** A value of GGUF metadata: STRING, UINT32, BOOL, or an ARRAY of STRING, INT32 or FLOAT32. */
export type GgufMetadataValue = string | number | boolean | readonly string[] | Int32Array | Float32Array;

const tokenText = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();
const configSchema = z.looseObject({
  bos_token: tokenText,
  eos_token: tokenText,
  unk_token: tokenText,
  pad_token: tokenText,
  add_bos_token: z.boolean().nullish(),
  add_eos_token: z.boolean().nullish(),
  chat_template: z
    .union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))])
    .nullish(),
});

/**
 * The `tokenizer.*` keys of a GGUF file for the texts of `tokenizer.json` and `tokenizer_config.json`:
 *
 * | key | GGUF type |
 * |---|---|
 * | `tokenizer.ggml.model`, `.pre`, `tokenizer.chat_template`, `tokenizer.chat_template.NAME` | STRING |
 * | `tokenizer.ggml.tokens`, `.merges`, `tokenizer.chat_templates` | ARRAY of STRING |
 * | `tokenizer.ggml.token_type` | ARRAY of INT32 |
 * | `tokenizer.ggml.scores` | ARRAY of FLOAT32 |
 * | `tokenizer.ggml.{bos,eos,unknown,padding}_token_id` | UINT32 |
 * | `tokenizer.ggml.add_bos_token`, `.add_eos_token`, `.add_space_prefix` | BOOL |
 *
 * `vocabularySize`, the rows of the model's embedding, fills the tokens up with unused ones: llama.cpp insists on as
 * many tokens as rows. Throws an Error that names the field where llama.cpp would make other tokens.
 */
export function tokenizerToGguf(
  json: string,
  configJson: string,
  { vocabularySize }: { readonly vocabularySize?: number } = {},
): ReadonlyMap<string, GgufMetadataValue> {
  const file = parseTokenizerFile(json);
  const parsedConfig = configSchema.safeParse(parseJson(configJson, tokenizerConfigName));
  if (!parsedConfig.success) {
    throw new Error(`${tokenizerConfigName}: ${z.prettifyError(parsedConfig.error)}`);
  }
  const config = parsedConfig.data;
  const isByteLevel = usesByteLevel(file);
  const tokens = ggufTokens(file, isByteLevel, vocabularySize);
  const metadata = new Map<string, GgufMetadataValue>([
    ['tokenizer.ggml.model', isByteLevel ? 'gpt2' : 'llama'],
    ['tokenizer.ggml.pre', isByteLevel ? preTokenizerName(file) : 'default'],
    ['tokenizer.ggml.tokens', tokens.map(({ text }) => text)],
    ['tokenizer.ggml.token_type', Int32Array.from(tokens, ({ type }) => type)],
  ]);
  if (isByteLevel) {
    metadata.set('tokenizer.ggml.merges', file.model.merges.map(mergeText));
    metadata.set('tokenizer.ggml.add_space_prefix', false);
  } else {
    metadata.set('tokenizer.ggml.add_space_prefix', addsSpacePrefix(file));
    metadata.set('tokenizer.ggml.scores', sentencePieceScores(file, tokens));
  }
  const idOf = new Map(tokens.map(({ id, text }) => [text, id]));
  for (const [name, key] of specialTokenKeys) {
    const content = contentOf(config[name]);
    const id = content === undefined ? undefined : idOf.get(content);
    if (content !== undefined && id === undefined) {
      throw new Error(
        `${tokenizerConfigName}: ${name} ${JSON.stringify(content)} is no token of ${tokenizerFileName}`,
      );
    }
    if (id !== undefined) metadata.set(key, id);
  }
  const ends = endsOf(file.postProcessor);
  for (const [token, flag, end] of [
    ['bos_token', 'add_bos_token', ends?.before],
    ['eos_token', 'add_eos_token', ends?.after],
  ] as const) {
    if (end !== undefined && end !== contentOf(config[token])) {
      throw new Error(
        `${tokenizerFileName}: post_processor adds ${JSON.stringify(end)}, which is not the ${token} of ${tokenizerConfigName}`,
      );
    }
    metadata.set(`tokenizer.ggml.${flag}`, ends === undefined ? config[flag] === true : end !== undefined);
  }
  setChatTemplates(metadata, config.chat_template);
  return metadata;
}

const templateSchema = z.looseObject({
  single: z.array(z.looseObject({ SpecialToken: z.looseObject({ id: z.string() }).optional() })).min(1),
});

function contentOf(token: z.infer<typeof tokenText>): string | undefined {
  return typeof token === 'string' ? token : token?.content;
}

function usesByteLevel({ decoder }: TokenizerFile): boolean {
  const decoders = Array.isArray(decoder?.decoders) ? decoder.decoders : [decoder];
  return decoders.some((part) => part?.type === 'ByteLevel');
}

function ggufTokens(
  file: TokenizerFile,
  isByteLevel: boolean,
  vocabularySize: number | undefined,
): GgufToken[] {
  const { vocab, unkToken } = file.model;
  const tokens: GgufToken[] = [];
  for (const [text, id] of vocab) {
    const isByte = !isByteLevel && /^<0x[0-9A-F]{2}>$/.test(text);
    tokens[id] = { id, text, type: isByte ? ggufTokenType.byte : ggufTokenType.normal };
  }
  for (const [i, token] of file.addedTokens.entries()) {
    const where = `${tokenizerFileName}: added_tokens[${i}]`;
    for (const flag of ['lstrip', 'rstrip', 'singleWord'] as const) {
      if (token[flag]) throw new Error(`${where}: ${flag} is true, which GGUF has no word for`);
    }
    if (token.normalized && file.normalizer !== null && file.normalizer.type !== 'NFC') {
      throw new Error(`${where}: normalized is true, which GGUF has no word for`);
    }
    const type =
      token.content === unkToken && !isByteLevel
        ? ggufTokenType.unknown
        : token.special
          ? ggufTokenType.control
          : ggufTokenType.userDefined;
    tokens[token.id] = { id: token.id, text: token.content, type };
  }
  if (vocabularySize !== undefined && vocabularySize < tokens.length) {
    throw new Error(
      `${tokenizerFileName} has ${tokens.length} tokens, the model's embedding ${vocabularySize} rows`,
    );
  }
  for (let id = tokens.length; id < (vocabularySize ?? 0); id += 1) {
    tokens.push({ id, text: `[PAD${id}]`, type: ggufTokenType.unused });
  }
  return tokens;
}

function preTokenizerName(file: TokenizerFile): string {
  const nfc = file.normalizer?.type === 'NFC';
  if (file.normalizer !== null && !nfc) {
    throw new Error(
      `${tokenizerFileName}: normalizer is ${file.normalizer.type}, which GGUF has no word for`,
    );
  }
  const splits = splitsOf(file.preTokenizer, tokenizerFileName);
  const equal = ggufPreTokenizers.filter(
    (known) => known.splits.length === splits.length && known.splits.every((split, i) => split === splits[i]),
  );
  if (equal.length === 0) {
    throw new Error(
      `${tokenizerFileName}: pre_tokenizer splits as no tokenizer.ggml.pre does: ${splits.join(' then ')}`,
    );
  }
  const { ignoreMerges } = file.model;
  const usable = equal.filter((known) => (known.ignoreMerges ?? false) === ignoreMerges);
  const found = usable.find((known) => (known.nfc ?? false) === nfc) ?? usable[0];
  if (found?.names[0] !== undefined) return found.names[0];
  throw new Error(
    `${tokenizerFileName}: model.ignore_merges is ${ignoreMerges}, which no tokenizer.ggml.pre of this split is`,
  );
}

/** With a space between them; a space inside an entry cannot be told from it. */
function mergeText([left, right]: Merge): string {
  if (right.includes(' ') || left.indexOf(' ', 1) >= 0 || left === ' ') {
    throw new Error(
      `${tokenizerFileName}: model.merges has an entry with a space in it, which GGUF cannot say`,
    );
  }
  return `${left} ${right}`;
}

function sentencePieceScores(file: TokenizerFile, tokens: readonly GgufToken[]): Float32Array {
  if (!file.model.byteFallback || file.model.ignoreMerges) {
    throw new Error(
      `${tokenizerFileName}: model has no byte_fallback, or ignore_merges, which GGUF cannot say`,
    );
  }
  const pieces = tokens.filter(({ type }) => type === ggufTokenType.normal);
  const found = scoresOfMerges(
    pieces.map(({ text }) => text),
    file.model.merges,
  );
  if (found === undefined) {
    throw new Error(`${tokenizerFileName}: model.merges are not those of a SentencePiece model with scores`);
  }
  const scores = new Float32Array(tokens.length);
  for (const [i, { id }] of pieces.entries()) scores[id] = found[i] ?? 0;
  return scores;
}

/** Whether a space comes before the text; other ways of dealing with spaces are an Error. */
function addsSpacePrefix({ normalizer, preTokenizer }: TokenizerFile): boolean {
  const isReplace = (part: unknown): boolean =>
    sameJson(part, { type: 'Replace', pattern: { String: ' ' }, content: '▁' });
  const steps =
    normalizer?.type === 'Sequence' ? normalizer.normalizers : normalizer === null ? [] : [normalizer];
  if (Array.isArray(steps) && preTokenizer === null) {
    const [first, second] = steps;
    if (steps.length === 1 && isReplace(first)) return false;
    if (steps.length === 2 && sameJson(first, { type: 'Prepend', prepend: '▁' }) && isReplace(second))
      return true;
  }
  const never = preTokenizer?.type === 'Metaspace' && preTokenizer.prepend_scheme === 'never';
  if (never && normalizer === null && preTokenizer.split === false && preTokenizer.replacement === '▁')
    return false;
  throw new Error(
    `${tokenizerFileName}: normalizer ${normalizer?.type ?? 'null'} with pre_tokenizer ${preTokenizer?.type ?? 'null'} treats spaces otherwise than llama.cpp`,
  );
}

function sameJson(a: unknown, b: Readonly<Record<string, unknown>>): boolean {
  if (typeof a !== 'object' || a === null) return false;
  const sorted = (value: object): string =>
    JSON.stringify(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)));
  return sorted(a) === sorted(b);
}

/** What a post-processor puts before and after a text; undefined where it says nothing. */
function endsOf(
  postProcessor: Component | null,
): { readonly before: string | undefined; readonly after: string | undefined } | undefined {
  const parts = postProcessor?.type === 'Sequence' ? postProcessor.processors : [postProcessor];
  const template: unknown = Array.isArray(parts)
    ? parts.find((part) => part?.type === 'TemplateProcessing')
    : undefined;
  const parsed = templateSchema.safeParse(template);
  if (!parsed.success) return undefined;
  const { single } = parsed.data;
  return { before: single[0]?.SpecialToken?.id, after: single.at(-1)?.SpecialToken?.id };
}

function setChatTemplates(
  metadata: Map<string, GgufMetadataValue>,
  templates: z.infer<typeof configSchema>['chat_template'],
): void {
  if (typeof templates === 'string') metadata.set('tokenizer.chat_template', templates);
  if (!Array.isArray(templates)) return;
  const named = templates.filter(({ name }) => name !== 'default');
  for (const { name, template } of templates) {
    metadata.set(
      name === 'default' ? 'tokenizer.chat_template' : `tokenizer.chat_template.${name}`,
      template,
    );
  }
  if (named.length > 0)
    metadata.set(
      'tokenizer.chat_templates',
      named.map(({ name }) => name),
    );
}
