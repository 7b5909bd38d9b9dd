/**
 * A prompt as a Markdown file: front matter that says what it is for, what goes in and what must come out, then the
 * words, with `{{input}}` where an input goes. Words that belong to an optional input stand between `{{#input}}` and
 * `{{/input}}`, words for its absence between `{{^input}}` and `{{/input}}`. Nothing is filled in by luck: an input that
 * the file does not use, or a place that is no input, is an error when the file is read. FENCED-CANDIDATE: how an input is
 * fenced is part of the file and checked against what the caller means to give. The version of a prompt is the SHA-256
 * of its file.
 */
import { createHash } from 'node:crypto';
import { parse } from 'yaml';
import { z } from 'zod';
import { fence, fenceMark } from './fence.ts';
import { checkSections, withSections } from './prompt-sections.ts';

/**
 * `text` goes in as it is and comes from QED or from whoever asks; `fenced` was written by others; `judged` also
 * loses everything that looks like a verdict. A `list` is numbered from 1. What is `optional` may be undefined.
 */
const inputKinds = [
  ...(['text', 'fenced', 'judged', 'fenced list', 'judged list'] as const),
  ...(['optional text', 'optional fenced'] as const),
] as const;
export type InputKind = (typeof inputKinds)[number];

/** What a reply must hold. */
const outputs = [
  'proof',
  'solution',
  'report',
  'points',
  'halves',
  'choice',
  'keep-list',
  'yes-no',
  'summary',
  'message',
  'tagged points',
  'tagged verdict',
  'tagged scheme',
  'tagged review',
  'part',
] as const;
export type Output = (typeof outputs)[number];

const frontMatterSchema = z.strictObject({
  purpose: z.string().min(1),
  inputs: z.record(z.string().regex(/^[a-z]+$/), z.enum(inputKinds)).default({}),
  output: z.enum(outputs),
});

export interface PromptFile {
  readonly name: string;
  readonly purpose: string;
  readonly inputs: Readonly<Record<string, InputKind>>;
  readonly output: Output;
  /** SHA-256 of the file, with line ends as on Unix. */
  readonly version: string;
  readonly body: string;
}

/** Reads a file's text. Throws an Error that names the prompt and what is wrong with it. */
export function parsePrompt(name: string, file: string): PromptFile {
  const text = file.replaceAll('\r\n', '\n').replace(/^\uFEFF/, '');
  const fault = (what: string): Error => new Error(`prompt ${name}: ${what}`);
  const parts = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text);
  if (parts === null) throw fault('it does not begin with front matter between two lines of ---');
  const parsed = frontMatterSchema.safeParse(parse(parts[1] ?? ''));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw fault(`front matter, ${issue?.path.join('.') || 'top level'}: ${issue?.message ?? 'not valid'}`);
  }
  const { purpose, inputs, output } = parsed.data;
  const body = (parts[2] ?? '').trim();
  const used = new Set([...body.matchAll(/\{\{([a-z]+)\}\}/g)].map(([, place = '']) => place));
  if (/\{\{|\}\}/.test(body.replaceAll(/\{\{[#^/]?[a-z]+\}\}/g, '')))
    throw fault('a doubled brace is no place of an input');
  const optional = Object.keys(inputs).filter((name) => inputs[name]?.startsWith('optional '));
  const wrongSection = checkSections(body, optional);
  if (wrongSection !== undefined) throw fault(wrongSection);
  const isFenced = Object.values(inputs).some((kind) => !kind.endsWith('text'));
  const known = new Set([...Object.keys(inputs), ...(isFenced ? ['mark'] : [])]);
  for (const place of used) if (!known.has(place)) throw fault(`{{${place}}} is not among its inputs`);
  for (const input of known) if (!used.has(input)) throw fault(`it does not use {{${input}}}`);
  if ('mark' in inputs) throw fault('mark is the fence’s own; an input cannot have this name');
  const version = createHash('sha256').update(text).digest('hex');
  return { name, purpose, inputs, output, version, body };
}

/** Values for the inputs: a text, texts for a list, perhaps nothing for what is optional. */
export type PromptValues<I extends Readonly<Record<string, InputKind>>> = {
  readonly [K in keyof I]: I[K] extends `${string} list`
    ? readonly string[]
    : I[K] extends `optional ${string}`
      ? string | undefined
      : string;
};

/**
 * The function that fills a prompt in. Throws when the file's inputs or output are not those that the caller means to
 * give and read. Filling in happens in one pass: a value that contains `{{problem}}` keeps it.
 */
export function bindPrompt<const I extends Readonly<Record<string, InputKind>>>(
  prompt: PromptFile,
  inputs: I,
  output: Output,
): (values: PromptValues<I>) => string {
  const inWords = (kinds: Readonly<Record<string, InputKind>>): string =>
    Object.entries(kinds)
      .map(([name, kind]) => `${name} (${kind})`)
      .sort()
      .join(', ') || 'nothing';
  if (inWords(prompt.inputs) !== inWords(inputs)) {
    throw new Error(
      `prompt ${prompt.name}: its inputs are ${inWords(prompt.inputs)}; they must be ${inWords(inputs)}`,
    );
  }
  if (prompt.output !== output) {
    throw new Error(`prompt ${prompt.name}: its output is ${prompt.output}; it must be ${output}`);
  }
  const seeding = Object.keys(inputs).filter((name) => !inputs[name]?.startsWith('judged'));
  return (values) => {
    const given = values as Readonly<Record<string, string | readonly string[] | undefined>>;
    const textsOf = (names: readonly string[]): string[] => names.flatMap((name) => given[name] ?? []);
    const mark = fenceMark(textsOf(Object.keys(given)), textsOf(seeding));
    const filled = new Map<string, string>([['mark', mark]]);
    for (const [name, kind] of Object.entries(inputs))
      filled.set(name, written(name, kind, given[name] ?? '', mark));
    const body = withSections(prompt.body, (name) => given[name] !== undefined);
    return body.replaceAll(/\{\{([a-z]+)\}\}/g, (_, place: string) => filled.get(place) ?? '');
  };
}

function written(name: string, kind: InputKind, value: string | readonly string[], mark: string): string {
  if (typeof value === 'string')
    return kind.endsWith('text') ? value : fence(name, value, mark, kind === 'judged');
  const singular = name.replace(/s$/, '');
  const texts = value.map((text, index) =>
    fence(`${singular}-${index + 1}`, text, mark, kind === 'judged list'),
  );
  return texts.length === 0 ? '(none)' : texts.join('\n\n');
}
