/**
 * Reads `families.json`, what Hugging Face's tokenizers made of small tokenizers of every kind (`make-families.py`),
 * and puts the files of the kinds together.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const ids = z.array(z.int());

const schema = z.object({
  versions: z.record(z.string(), z.string()),
  texts: z.array(z.string()),
  models: z.record(
    z.string(),
    z.object({
      vocab: z.record(z.string(), z.int()),
      merges: z.array(z.tuple([z.string(), z.string()])),
    }),
  ),
  kinds: z.array(
    z.object({
      name: z.string(),
      model: z.string(),
      file: z.record(z.string(), z.unknown()),
      settings: z.record(z.string(), z.unknown()),
      without: z.array(z.string()).default([]),
      mergesAsTexts: z.boolean().default(false),
      /** In the file null where they are those of the first kind of the same model. */
      ids: z.array(ids.nullable()),
      /** null where it is the text itself. */
      decoded: z.array(z.string().nullable()),
      fragments: z.array(z.object({ ids, decoded: z.string() })),
    }),
  ),
  splits: z.array(z.object({ names: z.array(z.string()), lengths: z.array(ids) })),
});

type Stored = z.infer<typeof schema>;
export type TokenizerKind = Omit<Stored['kinds'][number], 'ids'> & {
  readonly ids: readonly (readonly number[])[];
};
export type TokenizerFamilies = Omit<Stored, 'kinds'> & { readonly kinds: readonly TokenizerKind[] };

export function readFamilies(): TokenizerFamilies {
  const stored = schema.parse(JSON.parse(readFileSync(new URL('families.json', import.meta.url), 'utf8')));
  const firstOf = (model: string) => stored.kinds.find((kind) => kind.model === model);
  const kinds = stored.kinds.map((kind) => ({
    ...kind,
    ids: kind.ids.map((row, i) => row ?? firstOf(kind.model)?.ids[i] ?? []),
  }));
  return { ...stored, kinds };
}

/** Text of the `tokenizer.json` of a kind. */
export function jsonOfKind(families: TokenizerFamilies, kind: TokenizerKind): string {
  const model = families.models[kind.model];
  if (model === undefined) throw new Error(`families.json has no model ${kind.model}`);
  const isGone = (token: string): boolean => kind.without.some((character) => token.includes(character));
  const vocab = Object.entries(model.vocab).map(([token, id]) => [
    isGone(token) ? `<gone ${id}>` : token,
    id,
  ]);
  const merges = model.merges.filter((pair) => !isGone(pair.join('')));
  return JSON.stringify({
    ...kind.file,
    model: {
      type: 'BPE',
      ...kind.settings,
      vocab: Object.fromEntries(vocab),
      merges: kind.mergesAsTexts ? merges.map((pair) => pair.join(' ')) : merges,
    },
  });
}
