/**
 * The parts of a `tokenizer.json` of the BPE kind, checked: every merge joins two entries to a third, ids are
 * contiguous and no two share one, added tokens have the ids that transformers would give them. What is wrong is
 * an Error that names the file and the field.
 */
import { z } from 'zod';

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Matched only between characters that are no part of a word. */
  readonly singleWord: boolean;
  /** Takes the white space before it into the token. */
  readonly lstrip: boolean;
  /** Takes the white space after it into the token. */
  readonly rstrip: boolean;
  /** Looked for in the normalised text, itself normalised. */
  readonly normalized: boolean;
  /** Control, not text. */
  readonly special: boolean;
}

/** A normaliser, pre-tokeniser, post-processor or decoder as it stands in the file. */
export type Component = Readonly<Record<string, unknown>> & { readonly type: string };

export type Merge = readonly [left: string, right: string];

export interface BpeModel {
  readonly vocab: ReadonlyMap<string, number>;
  /** Most important first. */
  readonly merges: readonly Merge[];
  readonly unkToken: string | undefined;
  readonly fuseUnk: boolean;
  readonly byteFallback: boolean;
  readonly ignoreMerges: boolean;
}

export interface TokenizerFile {
  readonly addedTokens: readonly AddedToken[];
  readonly normalizer: Component | null;
  readonly preTokenizer: Component | null;
  readonly postProcessor: Component | null;
  readonly decoder: Component | null;
  readonly model: BpeModel;
}

export const tokenizerFileName = 'tokenizer.json';
export const tokenizerConfigName = 'tokenizer_config.json';

const component = z
  .looseObject({ type: z.string() })
  .nullish()
  .transform((value): Component | null => value ?? null);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

const addedToken = z.looseObject({
  id: z.int().nonnegative(),
  content: z.string().min(1),
  single_word: flag,
  lstrip: flag,
  rstrip: flag,
  normalized: z.boolean().nullish(),
  special: flag,
});

/** Not z.record, which drops the entry `__proto__`; real vocabularies have it. */
const vocabulary = z.custom<Readonly<Record<string, number>>>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((id) => Number.isInteger(id) && id >= 0),
  'an object from entries to ids is needed',
);

/** Checked below, one by one: a schema per merge takes a second on real files. */
const mergeList = z.custom<readonly unknown[]>(Array.isArray, 'a list of merges is needed');

const empty = z.literal('', 'only an empty one is computed').nullish();

const fileSchema = z.looseObject({
  added_tokens: z.array(addedToken).nullish(),
  normalizer: component,
  pre_tokenizer: component,
  post_processor: component,
  decoder: component,
  model: z.looseObject({
    type: z.literal('BPE'),
    vocab: vocabulary,
    merges: mergeList,
    unk_token: z.string().nullish(),
    fuse_unk: flag,
    byte_fallback: flag,
    ignore_merges: flag,
    dropout: z.literal(0, 'only tokenisers without dropout are computed').nullish(),
    continuing_subword_prefix: empty,
    end_of_word_suffix: empty,
  }),
});

/** Reads and checks the text of a `tokenizer.json`. `name` is what errors call the file. */
export function parseTokenizerFile(json: string, name: string = tokenizerFileName): TokenizerFile {
  const parsed = fileSchema.safeParse(parseJson(json, name));
  if (!parsed.success) throw new Error(`${name}: ${z.prettifyError(parsed.error)}`);
  const file = parsed.data;
  const vocab = new Map(Object.entries(file.model.vocab));
  const addedTokens = (file.added_tokens ?? []).map(
    (token): AddedToken => ({
      id: token.id,
      content: token.content,
      singleWord: token.single_word,
      lstrip: token.lstrip,
      rstrip: token.rstrip,
      normalized: token.normalized ?? !token.special,
      special: token.special,
    }),
  );
  checkIds(vocab, addedTokens, name);
  const unkToken = file.model.unk_token ?? undefined;
  if (unkToken !== undefined && !vocab.has(unkToken) && file.model.byte_fallback) {
    throw new Error(`${name}: model.unk_token ${JSON.stringify(unkToken)} is not in model.vocab`);
  }
  return {
    addedTokens,
    normalizer: file.normalizer,
    preTokenizer: file.pre_tokenizer,
    postProcessor: file.post_processor,
    decoder: file.decoder,
    model: {
      vocab,
      merges: file.model.merges.map((merge, i) => parseMerge(merge, i, vocab, name)),
      unkToken,
      fuseUnk: file.model.fuse_unk,
      byteFallback: file.model.byte_fallback,
      ignoreMerges: file.model.ignore_merges,
    },
  };
}

/** The JSON of a text, or an Error that names the file. */
export function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${name} is not JSON: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/** As pairs, or in the older form as one text with a space in it. */
function parseMerge(merge: unknown, i: number, vocab: ReadonlyMap<string, number>, name: string): Merge {
  const parts: readonly unknown[] =
    typeof merge === 'string' ? merge.split(' ') : Array.isArray(merge) ? merge : [];
  const [left, right] = parts;
  if (parts.length !== 2 || typeof left !== 'string' || typeof right !== 'string') {
    throw new Error(`${name}: model.merges[${i}] is not a pair of entries: ${excerpt(merge)}`);
  }
  for (const entry of [left, right, left + right]) {
    if (!vocab.has(entry)) {
      throw new Error(`${name}: model.merges[${i}] names ${excerpt(entry)}, which is not in model.vocab`);
    }
  }
  return [left, right];
}

function checkIds(
  vocab: ReadonlyMap<string, number>,
  addedTokens: readonly AddedToken[],
  name: string,
): void {
  const nameOfId = new Map<number, string>();
  let greatest = -1;
  for (const [entry, id] of vocab) {
    const other = nameOfId.get(id);
    if (other !== undefined) {
      throw new Error(`${name}: model.vocab: ${excerpt(other)} and ${excerpt(entry)} both have id ${id}`);
    }
    nameOfId.set(id, entry);
    greatest = Math.max(greatest, id);
  }
  // As in Hugging Face's library: an entry of the vocabulary keeps its id, others follow it in order.
  let next = vocab.size;
  const seen = new Set<string>();
  for (const [i, { content, id }] of addedTokens.entries()) {
    const where = `${name}: added_tokens[${i}] ${excerpt(content)}`;
    if (seen.has(content)) throw new Error(`${where} is there twice`);
    seen.add(content);
    const expected = vocab.get(content) ?? next;
    if (id !== expected) {
      throw new Error(`${where} has id ${id}; transformers would give it ${expected}`);
    }
    if (!vocab.has(content)) {
      const other = nameOfId.get(id);
      if (other !== undefined) throw new Error(`${where} has id ${id}, as has ${excerpt(other)}`);
      nameOfId.set(id, content);
      greatest = Math.max(greatest, id);
      next = id + 1;
    }
  }
  if (greatest + 1 === nameOfId.size) return;
  const hole = Array.from({ length: nameOfId.size }, (_, id) => id).find((id) => !nameOfId.has(id));
  throw new Error(`${name}: model.vocab: no entry has id ${hole}, though ids go up to ${greatest}`);
}

function excerpt(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : typeof value;
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
