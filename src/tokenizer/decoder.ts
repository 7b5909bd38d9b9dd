/**
 * The decoder of a `tokenizer.json`: ids to text as transformers decodes them with special tokens kept and spaces
 * left alone. Byte-level tokens are joined as bytes, and what is no UTF-8 becomes U+FFFD; SentencePiece's byte tokens
 * are joined in their runs, and a run that is no UTF-8 becomes as many U+FFFD as it has bytes.
 */
import { z } from 'zod';
import { fromByteCharacters } from './byte-alphabet.ts';
import { flattened, patternOf, setting, unknownType } from './components.ts';
import { type Component, tokenizerFileName } from './tokenizer-file.ts';

export interface Decoder {
  /** Text of tokens, given as they are spelt in the vocabulary. */
  readonly decode: (tokens: readonly string[]) => string;
  /** The bytes that a token stands for inside a text. */
  readonly bytesOf: (token: string) => Uint8Array;
}

type Step = (tokens: readonly string[]) => readonly string[];

const utf8 = new TextEncoder();

/** Throws an Error that names the component if it is not known. */
export function createDecoder(component: Component | null): Decoder {
  const components = flattened(component, 'decoders', 'decoder');
  const [first] = components;
  if (first === undefined) throw new Error(`${tokenizerFileName}: decoder is missing`);
  if (components.length === 1 && first.type === 'ByteLevel') return byteLevel;
  const steps = components.map(createStep);
  // Steps that look at one token at a time and take nothing off the ends of a text.
  const inside = components.filter(({ type }) => type === 'Replace').map(createStep);
  const marks = components.filter(({ type }) => type === 'Metaspace').map(metaspaceMark);
  const hasBytes = components.some(({ type }) => type === 'ByteFallback');
  return {
    decode: (tokens) => steps.reduce((parts, step) => step(parts), tokens).join(''),
    bytesOf: (token) => {
      const byte = hasBytes ? byteOf(token) : undefined;
      if (byte !== undefined) return Uint8Array.of(byte);
      const [text = ''] = inside.reduce((parts, step) => step(parts), [token] as readonly string[]);
      return utf8.encode(marks.reduce((spaced, mark) => spaced.replaceAll(mark, ' '), text));
    },
  };
}

const byteLevel: Decoder = {
  decode: (tokens) => {
    const bytes = Buffer.concat(tokens.map(byteLevelBytes));
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  },
  bytesOf: byteLevelBytes,
};

/** A token that is not spelt in the byte alphabet stands for its own text. */
function byteLevelBytes(token: string): Uint8Array {
  return fromByteCharacters(token) ?? utf8.encode(token);
}

function createStep(component: Component): Step {
  const where = 'decoder';
  switch (component.type) {
    case 'ByteLevel':
      return (tokens) => [byteLevel.decode(tokens)];
    case 'Replace': {
      const pattern = patternOf(component, where);
      const content = setting(component, 'content', z.string(), where);
      return (tokens) => tokens.map((token) => token.replace(pattern, () => content));
    }
    case 'ByteFallback':
      return joinBytes;
    case 'Fuse':
      return (tokens) => [tokens.join('')];
    case 'Strip':
      return strip(component, where);
    case 'Metaspace': {
      const mark = metaspaceMark(component);
      const dropsFirst = component.prepend_scheme !== 'never' && component.add_prefix_space !== false;
      return (tokens) => tokens.map((token, i) => token.replaceAll(mark, i === 0 && dropsFirst ? '' : ' '));
    }
    default:
      throw unknownType(where, component.type);
  }
}

function metaspaceMark(component: Component): string {
  return setting(component, 'replacement', z.string().min(1), 'decoder');
}

function strip(component: Component, where: string): Step {
  const content = setting(component, 'content', z.string(), where);
  const start = setting(component, 'start', z.int().nonnegative(), where);
  const stop = setting(component, 'stop', z.int().nonnegative(), where);
  return (tokens) =>
    tokens.map((token) => {
      const points = [...token];
      let [from, to] = [0, points.length];
      while (from < start && from < points.length && points[from] === content) from += 1;
      while (points.length - to < stop && to > from && points[to - 1] === content) to -= 1;
      return points.slice(from, to).join('');
    });
}

/** The byte that an entry like `<0x0A>` stands for. */
function byteOf(token: string): number | undefined {
  const digits = /^<0x([0-9A-Fa-f]{2})>$/.exec(token)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}

function joinBytes(tokens: readonly string[]): readonly string[] {
  const parts: string[] = [];
  let run: number[] = [];
  const flush = (): void => {
    if (run.length > 0) parts.push(strictUtf8(Uint8Array.from(run)) ?? '\ufffd'.repeat(run.length));
    run = [];
  };
  for (const token of tokens) {
    const byte = byteOf(token);
    if (byte !== undefined) {
      run.push(byte);
    } else {
      flush();
      parts.push(token);
    }
  }
  flush();
  return parts;
}

const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of bytes if they are UTF-8. */
export function strictUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined;
  }
}
