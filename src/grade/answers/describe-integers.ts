/**
 * Descriptions of sets of integers in words, as tokens: "all odd integers", "n is a power of 2", "all multiples of 14,
 * excluding 0", "n ≡ 3 (mod 4)". Undefined for what is no such description.
 */
import type { Answer, Piece } from './answer.ts';
import { rationalValue } from './compare-expressions.ts';
import { type Expression, lettersOf } from './expression.ts';
import { type Domain, type IntegerPart, type IntegerSet, residueClass } from './integer-sets.ts';
import { NormalForms } from './normal-form.ts';
import { parseExpression } from './parse-expression.ts';
import { constantOf } from './polynomial.ts';
import { isInteger } from './rational.ts';
import type { Reading } from './reading.ts';
import { EVERYTHING } from './regions.ts';
import { SyntaxFault } from './token-cursor.ts';
import { indicesAtTop, insideBrackets, isCommand, isSymbol, isWordToken, splitAtTop } from './token-lists.ts';
import type { Token } from './tokens.ts';

const nothing =
  /^(?:there (?:are|is) )?(?:no|none|not)(?: such| positive| integer| real| natural| solutions?| numbers?| integers?| values?| pairs?| functions?| polynomials?| possible| exists?| sets?| answers?| letter)*$/;
const doesNotExist = /^(?:it |they )?do(?:es)? not exist$|^(?:the )?empty set$/;
const articles = new Set(
  'all the a an any every each numbers number that which exactly values value set such are is be must'.split(
    ' ',
  ),
);

/** The answers that say there is nothing, in the words of `text`. */
export function isNothing(text: string): boolean {
  return nothing.test(text) || doesNotExist.test(text);
}

export function describedSet(tokens: readonly Token[], reading: Reading): Answer | undefined {
  const congruence = congruenceOf(tokens, reading);
  if (congruence !== undefined) return { kind: 'integers', set: { parts: [congruence], excluded: [] } };
  const cut = indicesAtTop(
    tokens,
    (token, index) => index > 0 && isWordToken(token, 'excluding', 'except', 'other', 'excluded'),
  )[0];
  const main = tokens.slice(0, cut).filter((token) => !isSymbol(token, ','));
  if (!main.some(({ kind }) => kind === 'word') && !isNumberSet(main)) return undefined;
  const found = partOf(main, reading);
  if (found === undefined) return undefined;
  if (cut === undefined) return found;
  const excluded = splitAtTop(
    tokens
      .slice(cut)
      .filter((token) => !isWordToken(token, 'excluding', 'except', 'other', 'than', 'for', 'excluded')),
    (token) => isSymbol(token, ',') || isWordToken(token, 'and'),
  ).map((part) => integerOf(part.tokens, reading));
  if (found.kind !== 'integers' || excluded.some((value) => value === undefined)) return undefined;
  return {
    kind: 'integers',
    set: { parts: found.set.parts, excluded: excluded.filter((value) => value !== undefined) },
  };
}

function isNumberSet(tokens: readonly Token[]): boolean {
  return tokens.length > 0 && tokens[0]?.kind === 'command' && tokens[0].text.startsWith('set ');
}

function partOf(tokens: readonly Token[], reading: Reading): Answer | undefined {
  if (isNumberSet(tokens)) return namedSet(tokens);
  // Any one letter, bare, is the number that is meant.
  const form = tokens.findIndex((token) => isWordToken(token, 'form'));
  if (form >= 0) return setOfForm(tokens.slice(0, form), tokens.slice(form + 1), reading);
  const letters = new Set(tokens.flatMap(({ kind, text }) => (kind === 'letter' ? [text] : [])));
  if (letters.size > 1) return undefined;
  const numeral = tokens.findIndex(({ kind }) => kind === 'number');
  const number = numeral < 0 ? undefined : integerOf(tokens.slice(numeral), reading);
  if (numeral >= 0 && number === undefined) return undefined;
  const words = tokens
    .slice(0, numeral < 0 ? undefined : numeral)
    .flatMap(({ kind, text }) => (kind === 'letter' ? [] : kind === 'word' ? [text] : ['?']))
    .filter((word) => !articles.has(word));
  return fromWords(words.join(' '), number);
}

function fromWords(text: string, number: bigint | undefined): Answer | undefined {
  const phrase = text
    .replace(/\bnon negative\b|\bnon - negative\b/g, 'nonnegative')
    .replace(/\b(integer|prime|power|multiple|square|cube|real|natural|rational)s\b/g, '$1')
    .replace(/^(.*) (?:integer|of integer)$/, '$1 integer')
    .trim();
  const [, sign = '', rest = ''] = /^(positive |nonnegative |natural )?(.*)$/.exec(phrase) ?? [];
  const domain: Domain = sign === 'positive ' ? 1n : sign === 'nonnegative ' ? 0n : 'open';
  const one = (part: IntegerPart): Answer => ({ kind: 'integers', set: { parts: [part], excluded: [] } });
  if (number !== undefined) {
    if (number < 2n) return undefined;
    if (/^power of$/.test(rest)) return one({ kind: 'powers', base: number, from: 'open' });
    if (/^(?:integer )?(?:multiple of|divisible by)$/.test(rest))
      return one(residueClass(number, 0n, domain));
    return undefined;
  }
  switch (rest) {
    case 'odd':
    case 'odd integer':
      return one(residueClass(2n, 1n, domain));
    case 'even':
    case 'even integer':
      return one(residueClass(2n, 0n, domain));
    case 'prime':
      return one({ kind: 'primes', odd: false });
    case 'odd prime':
      return one({ kind: 'primes', odd: true });
    case 'composite':
    case 'composite integer':
      return one({ kind: 'composites' });
    case 'perfect square':
    case 'square':
      return sign === '' ? one({ kind: 'nth-powers', exponent: 2n }) : undefined;
    case 'perfect cube':
      return sign === '' ? one({ kind: 'nth-powers', exponent: 3n }) : undefined;
    case 'integer':
      return one(residueClass(1n, 0n, sign === '' ? 'all' : domain));
    case 'real':
      return sign === '' ? { kind: 'region', pieces: [EVERYTHING] } : undefined;
    default:
      return undefined;
  }
}

/** ℝ, ℤ, ℕ and ℤ⁺. */
function namedSet(tokens: readonly Token[]): Answer | undefined {
  const [set, ...rest] = tokens;
  if (set?.kind !== 'command' || !set.text.startsWith('set ')) return undefined;
  const script = rest
    .map(({ text }) => text)
    .join('')
    .replace(/[{}]/g, '');
  const integers = (domain: Domain): Answer => ({
    kind: 'integers',
    set: { parts: [residueClass(1n, 0n, domain)], excluded: [] },
  });
  const zero: Expression = { kind: 'number', value: { numerator: 0n, denominator: 1n } };
  const from = (lowClosed: boolean): Piece => ({ low: zero, lowClosed, high: undefined, highClosed: false });
  switch (`${set.text.slice(4)}${script}`) {
    case 'R':
      return { kind: 'region', pieces: [EVERYTHING] };
    case 'R^+':
    case 'R_+':
    case 'R_>0':
      return { kind: 'region', pieces: [from(false)] };
    case 'R_ge0':
      return { kind: 'region', pieces: [from(true)] };
    case 'Z':
      return integers('all');
    case 'Z^+':
    case 'Z_+':
    case 'Z_>0':
    case 'N^+':
    case 'N_ge1':
    case 'Z_ge1':
    case 'N^*':
      return integers(1n);
    case 'Z_ge0':
    case 'N_0':
      return integers(0n);
    case 'N':
      return integers('open');
    default:
      return undefined;
  }
}

/** Numbers "of the form 4k + 3". */
function setOfForm(before: readonly Token[], form: readonly Token[], reading: Reading): Answer | undefined {
  const words = before.filter(({ kind }) => kind === 'word').map(({ text }) => text);
  const known = new Set([
    'all',
    'numbers',
    'number',
    'integers',
    'integer',
    'of',
    'the',
    'positive',
    'is',
    'any',
  ]);
  if (!words.every((word) => known.has(word))) return undefined;
  const domain: Domain = words.includes('positive') ? 1n : 'open';
  const set = setOfExpression(parseExpression(form, reading), domain);
  return set === undefined ? undefined : { kind: 'integers', set };
}

/** What a k + b or a^k run through with k over the integers; undefined for other expressions. */
export function setOfExpression(
  expression: Expression,
  domain: Domain = 'open',
  ofAllIntegers = false,
): IntegerSet | undefined {
  const letters = [...lettersOf(expression)];
  const [letter] = letters;
  if (letters.length !== 1 || letter === undefined) return undefined;
  if (expression.kind === 'power' && expression.exponent.kind === 'letter') {
    const { base } = expression;
    if (base.kind !== 'number' || !isInteger(base.value) || base.value.numerator < 2n) return undefined;
    return { parts: [{ kind: 'powers', base: base.value.numerator, from: domain }], excluded: [] };
  }
  const { numerator, denominator } = new NormalForms([expression]).of(expression);
  if (constantOf(denominator) === undefined || numerator.size > 2) return undefined;
  let [modulus, residue] = [0n, 0n];
  for (const [key, { coefficient }] of numerator) {
    if (!isInteger(coefficient)) return undefined;
    if (key === '') residue = coefficient.numerator;
    else if (key === `'${letter}^1`) modulus = coefficient.numerator;
    else return undefined;
  }
  const size = modulus < 0n ? -modulus : modulus;
  // 4k + 7 leaves out 3 where k is a natural number: only remainders stand for all of their class.
  if (modulus === 0n || (!ofAllIntegers && (residue >= size || residue <= -size))) return undefined;
  return { parts: [residueClass(modulus, residue, domain)], excluded: [] };
}

/** n ≡ r (mod m), with one letter on the left. */
function congruenceOf(tokens: readonly Token[], reading: Reading): IntegerPart | undefined {
  const at = tokens.findIndex((token) => isCommand(token, 'equiv'));
  if (at !== 1 || tokens[0]?.kind !== 'letter') return undefined;
  const rest = tokens.slice(at + 1);
  const mod = rest.findIndex(
    (token) => isCommand(token, 'pmod', 'bmod', 'mod', 'pod') || isWordToken(token, 'mod'),
  );
  if (mod < 1) return undefined;
  const before = rest.slice(0, mod).filter((token) => !isSymbol(token, '('));
  let after: readonly Token[] = rest.slice(mod + 1);
  after = insideBrackets(after) ?? after;
  if (isSymbol(after.at(-1), ')') && !after.some((token) => isSymbol(token, '('))) after = after.slice(0, -1);
  const [residue, modulus] = [integerOf(before, reading), integerOf(after, reading)];
  return residue === undefined || modulus === undefined || modulus < 2n
    ? undefined
    : residueClass(modulus, residue);
}

export function integerOf(tokens: readonly Token[], reading: Reading): bigint | undefined {
  if (tokens.length === 0 || tokens.some(({ kind }) => kind === 'word' || kind === 'letter'))
    return undefined;
  try {
    const value = rationalValue(parseExpression(tokens, reading));
    return value !== undefined && isInteger(value) ? value.numerator : undefined;
  } catch (error) {
    if (error instanceof SyntaxFault) return undefined;
    throw error;
  }
}
