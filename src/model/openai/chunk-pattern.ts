/**
 * Reads the chunks that carry nothing but a piece of text without parsing them: between two such chunks of one reply
 * only the text differs. A chunk that was parsed shows where its text stands; one that has the same characters before
 * and after it, and between them a JSON string with no escape, must parse to the same chunk with that text. This is only
 * an optimisation (it halves the time of a chunk): whatever does not fit is parsed.
 */
import { isRecord } from './failure.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Where a piece of text stands in a delta, or in the choice itself for completions. */
export type TextField = 'content' | 'text' | 'reasoning' | 'reasoning_content' | 'thinking';

const textFields: readonly TextField[] = ['content', 'text', 'reasoning', 'reasoning_content', 'thinking'];

/** Some servers put something new into every chunk; after so many patterns that fitted nothing, none is looked for. */
const PATIENCE = 8;
const PROBE = 'probe';

/** A JSON string without escapes: a quote ends it, and a control character is no JSON. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const plain = /^[^"\\\u0000-\u001f]*$/;

export class ChunkPattern {
  #before = '';
  #after = '';
  #field: TextField | undefined;
  #misses = 0;

  /** The field of the piece that `match` gave. */
  get field(): TextField {
    return this.#field ?? 'content';
  }

  /** The text of a chunk that fits, or undefined: then it must be parsed. */
  match(data: string): string | undefined {
    if (this.#field === undefined) return undefined;
    const start = this.#before.length;
    const end = data.length - this.#after.length;
    // Comparing slices is three times as fast as `startsWith` and `endsWith`.
    if (end < start || data.slice(0, start) !== this.#before || data.slice(end) !== this.#after)
      return undefined;
    const text = data.slice(start, end);
    if (!plain.test(text)) return undefined;
    this.#misses = 0;
    return text;
  }

  /** A chunk that did not fit, with what it parsed to. */
  learn(data: string, chunk: unknown): void {
    if (this.#misses >= PATIENCE) return;
    const found = onlyText(chunk);
    if (found === undefined) return;
    this.#misses += 1;
    const literal = JSON.stringify(found.text);
    const at = data.indexOf(literal, data.indexOf(`"${found.field}"`) + found.field.length + 2);
    if (at === -1) return;
    const before = data.slice(0, at + 1);
    const after = data.slice(at + literal.length - 1);
    const probed = onlyText(JSON.parse(before + PROBE + after));
    if (probed?.field !== found.field || probed.text !== PROBE) return;
    this.#before = flat(before);
    this.#after = flat(after);
    this.#field = found.field;
  }
}

/** The same text in memory of its own: comparing with a slice of a longer one is slow, and keeps that one alive. */
function flat(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}

/** The one piece of text of a chunk that says nothing else, or undefined. */
function onlyText(chunk: unknown): { readonly field: TextField; readonly text: string } | undefined {
  if (!isRecord(chunk) || chunk.object === 'error' || !Array.isArray(chunk.choices)) return undefined;
  const [choice, second] = chunk.choices;
  if (second !== undefined || !isRecord(choice) || (choice.index ?? 0) !== 0) return undefined;
  const hasMore =
    saysSomething(chunk, ['error', 'usage', 'prompt_token_ids']) ||
    saysSomething(choice, ['error', 'finish_reason', 'logprobs', 'token_ids', 'prompt_token_ids']);
  const delta = choice.delta ?? choice;
  if (hasMore || !isRecord(delta) || saysSomething(delta, ['refusal', 'reasoning_details'])) return undefined;
  const [field, another] = textFields.filter((name) => saysSomething(delta, [name]));
  if (field === undefined || another !== undefined) return undefined;
  const text = delta[field];
  return typeof text === 'string' ? { field, text } : undefined;
}

function saysSomething(fields: Fields, names: readonly string[]): boolean {
  return names.some((name) => fields[name] !== undefined && fields[name] !== null && fields[name] !== '');
}
