/**
 * A text for a final answer that only equal answers share, for votes and tables. Equal answers may have different keys
 * (√8 under two roots, say), so whoever needs all of them compares the keys' holders as well.
 */
import type { Answer } from './answer.ts';
import { rationalValue } from './compare-expressions.ts';
import { type Expression, renameLetters } from './expression.ts';
import { mapExpressions } from './letters-of-answer.ts';
import { LimitError } from './limits.ts';
import { NormalForms } from './normal-form.ts';
import { parseAnswer } from './parse-answer.ts';
import { constantOf, polynomialKey } from './polynomial.ts';
import { rationalText } from './rational.ts';
import { readingsOf } from './reading.ts';
import { joined } from './regions.ts';
import { textOf } from './token-lists.ts';
import { type Token, tokensOf } from './tokens.ts';

/** Undefined for an empty answer, and for one that is too large to be understood. */
export function answerKey(answer: string): string | undefined {
  try {
    const tokens = tokensOf(answer);
    return tokens.length === 0 ? undefined : (meaning(tokens) ?? `text ${textOf(tokens)}`);
  } catch (error) {
    if (error instanceof LimitError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Undefined where the notation can be read in more than one way. */
function meaning(tokens: readonly Token[]): string | undefined {
  const [reading, ...others] = readingsOf(tokens);
  if (reading === undefined || others.length > 0) return undefined;
  if (tokens.length > 1 && tokens.some(({ grouped }) => grouped === true)) return undefined;
  return keyOf(parseAnswer(tokens, reading));
}

function keyOf(answer: Answer): string | undefined {
  switch (answer.kind) {
    case 'value':
      // A degree sign is dropped by comparisons too.
      if (answer.approximate === true || (answer.unit !== undefined && answer.unit !== '°')) return undefined;
      return expressionKeyOf(answer.value);
    case 'tuple': {
      const items = answer.items.map(keyOf);
      if (items.includes(undefined)) return undefined;
      return answer.square ? `[${items.join(', ')}]` : `(${items.join(', ')})`;
    }
    case 'collection': {
      const items = answer.items.map(keyOf);
      if (items.includes(undefined)) return undefined;
      const unique = [...new Set(items)].sort();
      return unique.length === 1 && !answer.braces ? unique[0] : `{${unique.join('; ')}}`;
    }
    case 'region': {
      const pieces = joined(answer.pieces);
      const texts = pieces?.map(({ low, lowClosed, high, highClosed }) => {
        const [from, to] = [endKey(low), endKey(high)];
        return from === undefined || to === undefined
          ? undefined
          : `${lowClosed ? '[' : ']'}${from}, ${to}${highClosed ? ']' : '['}`;
      });
      return texts === undefined || texts.includes(undefined) ? undefined : `interval ${texts.join(' ')}`;
    }
    case 'named': {
      const { name } = answer;
      if (name.kind === 'tuple') return undefined;
      if (name.kind === 'letter' || name.kind === 'label') {
        const key = keyOf(answer.answer);
        return key === undefined ? undefined : `${name.kind === 'letter' ? name.letter : name.text}: ${key}`;
      }
      const names = new Map(name.arguments.map((letter, index) => [letter, `${index + 1}`] as const));
      const key = keyOf(mapExpressions(answer.answer, (value) => renameLetters(value, names)));
      return key === undefined ? undefined : `function of ${name.arguments.length}: ${key}`;
    }
    case 'words':
      return `words ${answer.text}`;
    default:
      return undefined;
  }
}

function endKey(end: Expression | undefined): string | undefined {
  if (end === undefined) return '∞';
  const value = rationalValue(end);
  return value === undefined ? undefined : rationalText(value);
}

function expressionKeyOf(expression: Expression): string | undefined {
  if (expression.kind === 'constant' && expression.name === 'infinity') return '∞';
  const { numerator, denominator } = new NormalForms([expression]).of(expression);
  const whole = constantOf(numerator);
  if (whole !== undefined && constantOf(denominator) !== undefined) return rationalText(whole);
  const key = polynomialKey(numerator);
  return constantOf(denominator) === undefined ? `(${key})/(${polynomialKey(denominator)})` : key;
}
