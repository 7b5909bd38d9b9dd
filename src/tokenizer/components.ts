/**
 * What the components of a `tokenizer.json` have in common: sequences, patterns, settings that must be of a kind. A
 * component or setting that is not known is an Error that names the file and where it stands, never ignored.
 */
import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { withoutCaseGroups } from './case-groups.ts';
import { type Component, tokenizerFileName } from './tokenizer-file.ts';

/** Sequences stand inside sequences; deeper than this a file is broken or hostile. */
const greatestDepth = 16;

const componentSchema = z.looseObject({ type: z.string() });
const patternSchema = z.union([
  z.object({ String: z.string().min(1) }),
  z.object({ Regex: z.string().min(1) }),
]);

/** The components of a sequence, those of sequences within it in their place; `key` is where they are listed. */
export function flattened(component: Component | null, key: string, where: string, depth = 0): Component[] {
  if (component === null) return [];
  if (component.type !== 'Sequence') return [component];
  if (depth === greatestDepth)
    throw new Error(`${tokenizerFileName}: ${where}: sequences are nested too deeply`);
  const list = component[key];
  if (!Array.isArray(list)) throw new Error(`${tokenizerFileName}: ${where}.${key} is not a list`);
  return list.flatMap((entry: unknown, i) => {
    const at = `${where}.${key}[${i}]`;
    const parsed = componentSchema.safeParse(entry);
    if (!parsed.success) throw new Error(`${tokenizerFileName}: ${at} is not a component with a type`);
    return flattened(parsed.data, key, at, depth + 1);
  });
}

export function unknownType(where: string, type: string): Error {
  return new Error(`${tokenizerFileName}: ${where}.type is ${type}, which is not known`);
}

/** A setting of a component, checked by a schema. */
export function setting<Value>(
  component: Component,
  key: string,
  schema: z.ZodType<Value>,
  where: string,
): Value {
  const parsed = schema.safeParse(component[key]);
  if (parsed.success) return parsed.data;
  throw new Error(`${tokenizerFileName}: ${where}.${key}: ${parsed.error.issues[0]?.message ?? 'is wrong'}`);
}

/** The pattern of a component: a text as it stands, or a regular expression of Oniguruma. */
export function patternOf(component: Component, where: string): RegExp {
  const pattern = setting(component, 'pattern', patternSchema, where);
  return 'String' in pattern
    ? new RegExp(pattern.String.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'gu')
    : onigurumaPattern(pattern.Regex, where);
}

/** A regular expression of Oniguruma as JavaScript's, translated by @huggingface/tokenizers. */
export function onigurumaPattern(source: string, where: string): RegExp {
  try {
    const pattern = { Regex: withoutCaseGroups(source) };
    const split = { type: 'Split', pattern, behavior: 'Isolated', invert: false };
    // The library's declarations name only its tokenizer, so the translation is fetched out of one.
    const { pre_tokenizer } = new LibraryTokenizer({ ...emptyTokenizer, pre_tokenizer: split }, {});
    const translated: unknown = Reflect.get(Object(pre_tokenizer), 'pattern');
    if (translated instanceof RegExp) return translated;
    throw new Error('not translated');
  } catch (cause) {
    throw new Error(
      `${tokenizerFileName}: ${where}.pattern: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  }
}

const emptyTokenizer = {
  added_tokens: [],
  normalizer: null,
  post_processor: null,
  decoder: null,
  model: { type: 'BPE', vocab: {}, merges: [] },
};
