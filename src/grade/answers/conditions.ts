/**
 * What follows an answer: "where c is a constant", "for all k ≥ 0", "c ≠ −1", "k ∈ ℤ". Conditions introduce letters,
 * which other answers may call by other names, and restrict them.
 */
import type { Condition, Relation } from './answer.ts';
import { someIn } from './expression.ts';
import { parseExpression } from './parse-expression.ts';
import type { Reading } from './reading.ts';
import { SyntaxFault } from './token-cursor.ts';
import { indicesAtTop, isCommand, isSymbol, splitAtTop, textOf } from './token-lists.ts';
import type { Token } from './tokens.ts';

const openers = new Set([
  'where',
  'for',
  'with',
  'when',
  'whenever',
  'if',
  'such',
  'that',
  'and',
  'let',
  'given',
  'which',
]);
const fillers = new Set([
  ...openers,
  ...`some all any every each is are a an the being number numbers fixed be can arbitrary real reals constant
  constants parameter parameters also holds hold`.split(/\s+/),
]);
const understood = new Set(
  'integer positive negative nonnegative natural rational nonzero odd even prime polynomial complex non zero'.split(
    ' ',
  ),
);
const setDomains: Readonly<Record<string, string>> = {
  ...{ R: '', Z: 'integer', N: 'natural', Q: 'rational', C: 'complex', 'Z^+': 'integer positive' },
  ...{ 'Z_>0': 'integer positive', Z_ge0: 'integer nonnegative', 'R^+': 'positive', 'R_>0': 'positive' },
  ...{ R_ge0: 'nonnegative', 'N^+': 'integer positive', N_0: 'integer nonnegative', 'R^*': 'nonzero' },
};

export function parseConditions(tokens: readonly Token[], reading: Reading): Condition[] {
  const isSeparator = (token: Token): boolean =>
    isSymbol(token, ',', ';') || (token.kind === 'word' && openers.has(token.text));
  const conditions: Condition[] = [];
  let letters: Token[] = [];
  for (const part of splitAtTop(tokens, isSeparator)) {
    const content = part.tokens.filter((token) => !(token.kind === 'word' && fillers.has(token.text)));
    // `a, b ∈ ℝ`, `a, b are integers`: bare letters wait for what is said of them.
    const isBare = content.every(({ kind }) => kind === 'letter');
    const saysNothing = part.tokens.length === content.length;
    if (isBare && saysNothing && content.length > 0) {
      letters.push(...content);
      continue;
    }
    conditions.push(...partConditions(part.tokens, content, letters, reading));
    letters = [];
  }
  if (letters.length > 0) conditions.push({ letters: letters.map(({ text }) => text), domain: '' });
  return conditions;
}

function partConditions(
  tokens: readonly Token[],
  content: readonly Token[],
  before: readonly Token[],
  reading: Reading,
): Condition[] {
  const notUnderstood = [{ letters: [], domain: `text: ${textOf([...before, ...tokens])}` }];
  const member = indicesAtTop(content, (token) => isCommand(token, 'in'))[0];
  if (member !== undefined) {
    const names = [...before, ...content.slice(0, member)].filter((token) => !isSymbol(token, ','));
    const set = content.slice(member + 1);
    const name = set
      .map(({ text }) => text.replace(/^set /, ''))
      .join('')
      .replace(/[{}]/g, '');
    const domain = set[0]?.text.startsWith('set ') ? setDomains[name] : undefined;
    if (domain === undefined || names.some(({ kind }) => kind !== 'letter')) return notUnderstood;
    return [{ letters: names.map(({ text }) => text), domain }];
  }
  const operators = indicesAtTop(content, isRelational);
  if (operators.length > 0) {
    if (before.length > 0 || content.some(({ kind }) => kind === 'word')) return notUnderstood;
    try {
      return relationsOf(content, operators, reading).map((relation) => ({
        letters: [],
        domain: '',
        relation,
      }));
    } catch (error) {
      if (error instanceof SyntaxFault) return notUnderstood;
      throw error;
    }
  }
  const words = content.flatMap(({ kind, text }) => (kind === 'word' ? [text.replace(/s$/, '')] : []));
  const rest = content.filter(({ kind }) => kind !== 'word');
  if (rest.some(({ kind }) => kind !== 'letter') || words.some((word) => !understood.has(word)))
    return notUnderstood;
  const domain = words.sort().join(' ').replace('negative non', 'nonnegative').replace('non zero', 'nonzero');
  return [{ letters: [...before, ...rest].map(({ text }) => text), domain }];
}

export function isRelational(token: Token): boolean {
  return isSymbol(token, '<', '>', '=') || isCommand(token, 'le', 'ge', 'ne');
}

/** The relations of a chain such as 0 < c ≤ 1, pointing upwards. Throws a SyntaxFault. */
export function relationsOf(
  tokens: readonly Token[],
  operators: readonly number[],
  reading: Reading,
): Relation[] {
  const sides = [...operators, tokens.length].map((at, index) => {
    const from = index === 0 ? 0 : (operators[index - 1] ?? 0) + 1;
    return parseExpression(tokens.slice(from, at), reading);
  });
  if (sides.some((side) => someIn(side, ({ kind }) => kind === 'either-sign')))
    throw new SyntaxFault('an open sign in a relation');
  return operators.flatMap((at, index): Relation[] => {
    const [left, right] = [sides[index], sides[index + 1]];
    const text = tokens[at]?.text;
    if (left === undefined || right === undefined) return [];
    switch (text) {
      case '<':
        return [{ operator: '<', left, right }];
      case 'le':
        return [{ operator: '<=', left, right }];
      case '>':
        return [{ operator: '<', left: right, right: left }];
      case 'ge':
        return [{ operator: '<=', left: right, right: left }];
      case 'ne':
        return [{ operator: '!=', left, right }];
      default:
        return [{ operator: '=', left, right }];
    }
  });
}
