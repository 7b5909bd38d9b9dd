/**
 * Reads the chunks that carry nothing but a piece of text without parsing them: between two such chunks of one reply
 * only the text differs. A chunk that was parsed shows where its text stands; one that has the same bytes before and
 * after it, and between them one JSON string, must parse to the same chunk with that text. It is read from the bytes of
 * its event, of which only the text is cut out. This is only an optimisation: whatever does not fit is parsed.
 */
import { isRecord } from './failure.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Where a piece of text stands in a delta, or in the choice itself for completions. */
export type TextField = 'content' | 'text' | 'reasoning' | 'reasoning_content' | 'thinking';

const textFields: readonly TextField[] = ['content', 'text', 'reasoning', 'reasoning_content', 'thinking'];

/** Some servers put something new into every chunk; after so many patterns that fitted nothing, none is looked for. */
const PATIENCE = 8;
const PROBE = 'probe';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const QUOTE = 34;
const BACKSLASH = 92;
const field = Buffer.from('data:');
const none = Buffer.alloc(0);

export class ChunkPattern {
  /** The bytes of a chunk before its text, with the opening quote, and after it, with the closing one. */
  #before: Buffer = none;
  #after: Buffer = none;
  #field: TextField | undefined;
  #misses = 0;
  #text = '';

  /** The field of the piece that `match` found. */
  get field(): TextField {
    return this.#field ?? 'content';
  }

  /** The piece that `match` found. */
  get text(): string {
    return this.#text;
  }

  /**
   * Reads one whole event, with its empty line, whose data is a chunk that fits. Gives where the next one begins, or
   * `start`: then the event must be parsed.
   */
  match(bytes: Buffer, start: number): number {
    if (this.#field === undefined || !hasAt(bytes, start, field)) return start;
    const valueStart = start + field.length;
    const chunkStart = bytes[valueStart] === SPACE ? valueStart + 1 : valueStart;
    if (!hasAt(bytes, chunkStart, this.#before)) return start;
    const textStart = chunkStart + this.#before.length;
    let textEnd = textStart;
    let hasEscape = false;
    for (; ; textEnd += 1) {
      const byte = textEnd < bytes.length ? bytes[textEnd] : undefined;
      // A quote ends it, and a control character is no JSON.
      if (byte === QUOTE) break;
      if (byte === BACKSLASH) {
        hasEscape = true;
        textEnd += 1;
      } else if (byte === undefined || byte < SPACE) return start;
    }
    if (!hasAt(bytes, textEnd, this.#after)) return start;
    const end = afterEmptyLine(bytes, textEnd + this.#after.length);
    if (end === -1) return start;
    const text = bytes.toString('utf8', textStart, textEnd);
    const read = hasEscape ? unescaped(text) : text;
    if (read === undefined) return start;
    this.#text = read;
    this.#misses = 0;
    return end;
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
    this.#before = Buffer.from(before);
    this.#after = Buffer.from(after);
    this.#field = found.field;
  }
}

function hasAt(bytes: Buffer, start: number, expected: Buffer): boolean {
  const end = start + expected.length;
  return end <= bytes.length && bytes.compare(expected, 0, expected.length, start, end) === 0;
}

/** Where the bytes go on behind an end of a line and an empty line, or −1. */
function afterEmptyLine(bytes: Buffer, start: number): number {
  let at = start;
  for (let line = 0; line < 2; line += 1) {
    if (at < bytes.length && bytes[at] === CARRIAGE_RETURN) at += 1;
    if (at >= bytes.length || bytes[at] !== LINE_FEED) return -1;
    at += 1;
  }
  return at;
}

/** What stands between the quotes of a JSON string; undefined where it is none. */
function unescaped(text: string): string | undefined {
  try {
    return JSON.parse(`"${text}"`);
  } catch {
    return undefined;
  }
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
