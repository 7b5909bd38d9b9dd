/**
 * The normaliser of a `tokenizer.json`, as Hugging Face's library applies it: to each stretch of text between added
 * tokens that are looked for in the raw text.
 */
import { z } from 'zod';
import { characterOfByte } from './byte-alphabet.ts';
import { flattened, patternOf, setting, unknownType } from './components.ts';
import type { Component } from './tokenizer-file.ts';

export type Normalizer = (text: string) => string;

const flag = z.boolean().nullish();

/** Throws an Error that names the component if it is not known. */
export function createNormalizer(component: Component | null): Normalizer {
  const steps = flattened(component, 'normalizers', 'normalizer').map(createStep);
  return (text) => steps.reduce((normalised, step) => step(normalised), text);
}

function createStep(component: Component): Normalizer {
  const where = 'normalizer';
  switch (component.type) {
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD': {
      const form = component.type;
      return (text) => text.normalize(form);
    }
    case 'Lowercase':
      // One by one: `toLowerCase` of a whole text treats a final sigma otherwise.
      return (text) => Array.from(text, (character) => character.toLowerCase()).join('');
    case 'Prepend': {
      const prefix = setting(component, 'prepend', z.string(), where);
      return (text) => (text === '' ? '' : prefix + text);
    }
    case 'Replace': {
      const pattern = patternOf(component, where);
      const content = setting(component, 'content', z.string(), where);
      return (text) => text.replace(pattern, () => content);
    }
    case 'Strip': {
      const left = setting(component, 'strip_left', flag, where) ?? true;
      const right = setting(component, 'strip_right', flag, where) ?? true;
      return (text) => {
        let [from, to] = [0, text.length];
        while (left && from < to && isSpace(text.charAt(from))) from += 1;
        while (right && to > from && isSpace(text.charAt(to - 1))) to -= 1;
        return text.slice(from, to);
      };
    }
    case 'ByteLevel':
      return (text) => Array.from(utf8.encode(text), (byte) => characterOfByte[byte]).join('');
    default:
      throw unknownType(where, component.type);
  }
}

/** No character of white space is longer than one unit. */
function isSpace(unit: string): boolean {
  return /^\p{White_Space}$/u.test(unit);
}

const utf8 = new TextEncoder();
