/**
 * The pre-tokeniser of a `tokenizer.json`: cuts a stretch of text into the words within which merges are made, as
 * Hugging Face's library does. @huggingface/tokenizers translates the regular expressions; cutting by them is ours,
 * because its components take digits for ASCII's, do not split at Metaspace's mark and know few of the behaviours.
 */
import { z } from 'zod';
import { characterOfByte } from './byte-alphabet.ts';
import { flattened, onigurumaPattern, patternOf, setting, unknownType } from './components.ts';
import { gpt2Split } from './gguf-pre-tokenizers.ts';
import type { Component } from './tokenizer-file.ts';

export interface PreTokenizer {
  /** Words of a stretch of text; `isStart` says that it stands at the beginning of the whole text. */
  readonly split: (text: string, isStart: boolean) => readonly string[];
  /** Gives a word in the characters of the vocabulary; put off until after words have been looked up. */
  readonly spell: (word: string) => string;
}

type Step = (word: string, isStart: boolean) => readonly string[];

const behaviors = ['Removed', 'Isolated', 'Contiguous', 'MergedWithPrevious', 'MergedWithNext'] as const;
type Behavior = (typeof behaviors)[number];

const flag = z.boolean().nullish();
const behaviorSchema = z.enum(behaviors);

/** Throws an Error that names the component if it is not known. */
export function createPreTokenizer(component: Component | null): PreTokenizer {
  const components = flattened(component, 'pretokenizers', 'pre_tokenizer');
  const lastIsByteLevel = components.at(-1)?.type === 'ByteLevel';
  const steps = components.map((part, i) => createStep(part, i === components.length - 1));
  return {
    split: (text, isStart) => {
      let words: readonly string[] = [text];
      for (const step of steps) {
        words =
          words.length === 1
            ? step(words[0] ?? '', isStart)
            : words.flatMap((word, i) => step(word, isStart && i === 0));
      }
      return words;
    },
    spell: lastIsByteLevel ? byteCharacters : (word) => word,
  };
}

function createStep(component: Component, isLast: boolean): Step {
  const where = 'pre_tokenizer';
  switch (component.type) {
    case 'ByteLevel': {
      const prefix = setting(component, 'add_prefix_space', flag, where) ?? true;
      const split = (setting(component, 'use_regex', flag, where) ?? true) ? gpt2Words() : undefined;
      return (word) => {
        const text = prefix && !word.startsWith(' ') ? ` ${word}` : word;
        const words = split === undefined ? [text] : split(text);
        return isLast ? words : words.map(byteCharacters);
      };
    }
    case 'Split':
      return splitter(
        patternOf(component, where),
        setting(component, 'behavior', behaviorSchema, where),
        setting(component, 'invert', flag, where) ?? false,
      );
    case 'Digits': {
      const alone = setting(component, 'individual_digits', flag, where) ?? false;
      return splitter(/\p{N}/gu, alone ? 'Isolated' : 'Contiguous');
    }
    case 'Punctuation':
      return splitter(
        /[\p{P}!-/:-@[-`{-~]/gu,
        setting(component, 'behavior', behaviorSchema.nullish(), where) ?? 'Isolated',
      );
    case 'WhitespaceSplit':
      return splitter(/\p{White_Space}/gu, 'Removed');
    case 'Metaspace':
      return metaspace(component, where);
    default:
      throw unknownType(where, component.type);
  }
}

function gpt2Words(): (text: string) => readonly string[] {
  return splitter(onigurumaPattern(gpt2Split, 'pre_tokenizer'), 'Isolated');
}

function metaspace(component: Component, where: string): Step {
  const mark = setting(component, 'replacement', z.string().min(1), where);
  const legacyPrefix = setting(component, 'add_prefix_space', flag, where) ?? true;
  const scheme =
    setting(component, 'prepend_scheme', z.enum(['always', 'first', 'never']).nullish(), where) ??
    (legacyPrefix ? 'always' : 'never');
  const split =
    (setting(component, 'split', flag, where) ?? true)
      ? splitter(new RegExp(mark, 'gu'), 'MergedWithNext')
      : undefined;
  return (word, isStart) => {
    const marked = word.replaceAll(' ', mark);
    const wantsPrefix = scheme === 'always' || (scheme === 'first' && isStart);
    const text = wantsPrefix && !marked.startsWith(mark) ? mark + marked : marked;
    return split === undefined ? [text] : split(text);
  };
}

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly isMatch: boolean;
}

/** Cuts by a pattern; what becomes of the matches is said by the behaviour. Empty pieces are left out. */
function splitter(pattern: RegExp, behavior: Behavior, invert = false): (text: string) => readonly string[] {
  return (text) => {
    const words: string[] = [];
    let start = 0;
    if (behavior === 'Isolated') {
      for (const match of text.matchAll(pattern)) {
        if (match.index > start) words.push(text.slice(start, match.index));
        start = match.index + match[0].length;
        if (match[0] !== '') words.push(match[0]);
      }
      if (start < text.length) words.push(text.slice(start));
      return words;
    }
    const pieces: Piece[] = [];
    const add = (end: number, isMatch: boolean): void => {
      if (end > start) pieces.push({ start, end, isMatch: isMatch !== invert });
      start = end;
    };
    for (const match of text.matchAll(pattern)) {
      add(match.index, false);
      add(match.index + match[0].length, true);
    }
    add(text.length, false);
    return joined(pieces, behavior).map((piece) => text.slice(piece.start, piece.end));
  };
}

function joined(pieces: readonly Piece[], behavior: Exclude<Behavior, 'Isolated'>): readonly Piece[] {
  if (behavior === 'Removed') return pieces.filter(({ isMatch }) => !isMatch);
  const result: Piece[] = [];
  let previous: boolean | undefined;
  for (const piece of behavior === 'MergedWithNext' ? pieces.toReversed() : pieces) {
    const neighbour = result.at(-1);
    const joins =
      behavior === 'Contiguous' ? piece.isMatch === previous : piece.isMatch && previous === false;
    if (joins && neighbour !== undefined) {
      result[result.length - 1] = {
        start: Math.min(piece.start, neighbour.start),
        end: Math.max(piece.end, neighbour.end),
        isMatch: piece.isMatch,
      };
    } else {
      result.push(piece);
    }
    previous = piece.isMatch;
  }
  return behavior === 'MergedWithNext' ? result.toReversed() : result;
}

const utf8 = new TextEncoder();

function byteCharacters(word: string): string {
  let spelt = '';
  for (const byte of utf8.encode(word)) spelt += characterOfByte[byte];
  return spelt;
}
