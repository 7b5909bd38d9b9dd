/** One item of an answer: a value, a tuple, a set, a region, a relation, with its name where it has one. */
import { type Answer, type Name, NONE, NotUnderstood } from './answer.ts';
import { combineItems } from './combine-items.ts';
import { compareExpressions } from './compare-expressions.ts';
import { isRelational, relationsOf } from './conditions.ts';
import { describedSet } from './describe-integers.ts';
import { type Expression, lettersOf, number, opposite, rewrite, someIn } from './expression.ts';
import { parseExpression } from './parse-expression.ts';
import { parseRegion, regionOfRelations } from './parse-region.ts';
import type { Reading } from './reading.ts';
import { indicesAtTop, insideBrackets, isCommand, isSymbol, splitAtTop, textOf } from './token-lists.ts';
import type { Token } from './tokens.ts';
import { numerals, units } from './vocabulary.ts';

/** Throws a SyntaxFault or NotUnderstood for what is none of these. */
export function parseItem(tokens: readonly Token[], reading: Reading): Answer {
  if (tokens.length === 0) throw new NotUnderstood('an empty item');
  const described = describedSet(tokens, reading);
  if (described !== undefined) return described;
  const approximate = indicesAtTop(tokens, (token) => isCommand(token, 'approx', 'sim', 'doteq'))[0];
  if (approximate === 0)
    return { kind: 'value', value: parseExpression(tokens.slice(1), reading), approximate: true };
  if (approximate !== undefined) return withExactPart(tokens, approximate, reading);
  const member = indicesAtTop(tokens, (token) => isCommand(token, 'in'))[0];
  if (member !== undefined) {
    const name = nameOf(tokens.slice(0, member));
    if (name === undefined) throw new NotUnderstood('an element that is no letter');
    return { kind: 'named', name, answer: parseItem(tokens.slice(member + 1), reading) };
  }
  const operators = indicesAtTop(tokens, (token) => isRelational(token) || isCommand(token, 'equiv'));
  if (operators.length > 0) return parseRelation(tokens, operators, reading);
  return parseUnrelated(tokens, reading);
}

/** √2 ≈ 1.414 is √2; x ≈ 1.4 is known to a digit only. */
function withExactPart(tokens: readonly Token[], at: number, reading: Reading): Answer {
  const before = tokens.slice(0, at);
  const name = nameOf(before);
  if (name === undefined) return parseItem(before, reading);
  const value = parseExpression(tokens.slice(at + 1), reading);
  return { kind: 'named', name, answer: { kind: 'value', value, approximate: true } };
}

function parseRelation(tokens: readonly Token[], operators: readonly number[], reading: Reading): Answer {
  const areEqualities = operators.every((at) => isSymbol(tokens[at], '=') || isCommand(tokens[at], 'equiv'));
  if (!areEqualities) {
    if (operators.some((at) => isSymbol(tokens[at], '='))) throw new NotUnderstood('a mixed chain');
    const found = regionOfRelations(relationsOf(tokens, operators, reading));
    if (found === undefined) throw new NotUnderstood('a relation between letters');
    const region = { kind: 'region', pieces: found.pieces } as const;
    return { kind: 'named', name: { kind: 'letter', letter: found.letter }, answer: region };
  }
  // x := 5 has a colon before its sign.
  const sides = splitAtTop(tokens, (token) => isSymbol(token, '=') || isCommand(token, 'equiv')).map((part) =>
    part.tokens.filter((token, index, all) => !(isSymbol(token, ':') && index === all.length - 1)),
  );
  const [first = [], ...others] = sides;
  const last = others.at(-1);
  if (last === undefined) throw new NotUnderstood('a relation without its other side');
  const name = nameOf(first);
  const names = [first, ...others.slice(0, -1)].map(nameOf);
  // a = b = c = 1: three names, one value.
  if (others.length > 1 && names.every((one) => one?.kind === 'letter')) {
    const value = parseUnrelated(last, reading);
    const items = names.flatMap((one): Answer[] =>
      one === undefined ? [] : [{ kind: 'named', name: one, answer: value }],
    );
    return { kind: 'collection', items, braces: false };
  }
  if (name !== undefined) return { kind: 'named', name, answer: chained(others, reading) };
  const [left, right] = [parseExpression(first, reading), parseExpression(last, reading)];
  if (lettersOf(left).size === 0 && lettersOf(right).size > 0 && others.length === 1) {
    const behind = nameOf(last);
    if (behind !== undefined) return { kind: 'named', name: behind, answer: parseUnrelated(first, reading) };
  }
  if (lettersOf(left).size === 0 && lettersOf(right).size === 0) return chained(sides, reading);
  if (others.length > 1 || hasOpenSign(left) || hasOpenSign(right))
    throw new NotUnderstood('a chain of equations');
  return { kind: 'equation', left, right };
}

/** The last of several values that are said to be equal, if they are not known to differ. */
function chained(sides: readonly (readonly Token[])[], reading: Reading): Answer {
  const last = sides.at(-1) ?? [];
  const answer = parseUnrelated(last, reading);
  for (const side of sides.slice(0, -1)) {
    const other = parseUnrelated(side, reading);
    if (other.kind !== 'value' || answer.kind !== 'value') throw new NotUnderstood('a chain of other things');
    if (compareExpressions(other.value, answer.value).verdict !== 'equal')
      throw new NotUnderstood('a chain of values that are not equal');
  }
  return answer;
}

function parseUnrelated(tokens: readonly Token[], reading: Reading): Answer {
  const [first] = tokens;
  if (tokens.length === 1 && first?.kind === 'word') {
    const numeral = numerals.get(first.text);
    if (numeral !== undefined) return { kind: 'value', value: number(numeral) };
    if (first.text === 'infinity' || first.text === 'infinite')
      return { kind: 'value', value: { kind: 'constant', name: 'infinity' } };
  }
  if (tokens.length === 1 && isCommand(first, 'emptyset')) return NONE;
  const described = describedSet(tokens, reading);
  if (described !== undefined) return described;
  const region = tokens.some((token) => isSymbol(token, '(', '[', '\\{'))
    ? regionOrUndefined(tokens, reading)
    : undefined;
  if (region !== undefined) return region;
  const inner = insideBrackets(tokens);
  if (inner !== undefined && isSymbol(first, '\\{') && isSymbol(tokens.at(-1), '\\}'))
    return setOf(inner, reading);
  if (inner !== undefined && isSymbol(first, '(', '[') && inner.some((token) => isSymbol(token, ',', ';'))) {
    const parts = splitAtTop(inner, (token) => isSymbol(token, ',', ';'));
    if (parts.length > 1) {
      const items = parts.map((part) => parseUnrelated(part.tokens, reading));
      return { kind: 'tuple', items, square: isSymbol(first, '[') };
    }
  }
  return valueItem(tokens, reading);
}

/** A difference of brackets is no region; it is left to the expressions. */
function regionOrUndefined(tokens: readonly Token[], reading: Reading): Answer | undefined {
  const looksLikeOne = tokens.some((token) => isCommand(token, 'cup', 'setminus', 'infty', 'set R'));
  const isMixed = isSymbol(tokens[0], '(', '[') && isSymbol(tokens[0], '(') !== isSymbol(tokens.at(-1), ')');
  return looksLikeOne || isMixed ? parseRegion(tokens, reading) : undefined;
}

function setOf(inner: readonly Token[], reading: Reading): Answer {
  if (inner.length === 0) return NONE;
  const bar = indicesAtTop(inner, (token) => isSymbol(token, ':', '|'))[0];
  if (bar !== undefined) {
    const head = inner.slice(0, bar);
    const member = head.findIndex((token) => isCommand(token, 'in'));
    const letter = member < 0 ? head : head.slice(0, member);
    if (letter.length !== 1 || letter[0]?.kind !== 'letter') throw new NotUnderstood('a set of all that …');
    if (member >= 0 && !isCommand(head[member + 1], 'set R')) throw new NotUnderstood('a set within another');
    return parseItem(inner.slice(bar + 1), reading);
  }
  const items = splitAtTop(inner, (token) => isSymbol(token, ',', ';')).map((part) => ({
    answer: parseItem(part.tokens, reading),
    separator: ',',
  }));
  const all = combineItems(items);
  return all.kind === 'collection'
    ? { ...all, braces: true }
    : { kind: 'collection', items: [all], braces: true };
}

function valueItem(tokens: readonly Token[], reading: Reading): Answer {
  const words = tokens.findIndex(({ kind }) => kind === 'word');
  const unit = words > 0 ? tokens.slice(words) : [];
  if (words === 0 || unit.some(({ kind, text }) => kind !== 'word' || !units.has(text)))
    throw new NotUnderstood('words within a value');
  const content = tokens.slice(0, words < 0 ? undefined : words);
  const value = parseExpression(content, reading);
  const top = indicesAtTop(content, (token) => isSymbol(token, '°', '%'));
  const sign = top.map((at) => content[at]?.text).find((text) => text !== undefined);
  const named = unit.length > 0 ? unit.map(({ text }) => text).join(' ') : sign;
  const own = named === undefined ? {} : { unit: /^(?:degrees?|deg)$/.test(named) ? '°' : named };
  const values = signsChosen(value).map((one): Answer => ({ kind: 'value', value: one, ...own }));
  const [only] = values;
  return values.length === 1 && only !== undefined
    ? only
    : { kind: 'collection', items: values, braces: false };
}

/** Both values of an expression with ±. */
function signsChosen(expression: Expression): Expression[] {
  if (!hasOpenSign(expression)) return [expression];
  if (openSigns(expression, false) > 1 && openSigns(expression, true) === 0)
    throw new NotUnderstood('several signs that may be chosen together or each for itself');
  return [false, true].map((minus) =>
    rewrite(expression, (part) => {
      if (part.kind !== 'either-sign') return undefined;
      return minus === part.opposite ? part.argument : opposite(part.argument);
    }),
  );
}

/** How many ± an expression has, or how many ∓. */
function openSigns(expression: Expression, isOpposite: boolean): number {
  let count = 0;
  someIn(expression, (part) => {
    if (part.kind === 'either-sign' && part.opposite === isOpposite) count += 1;
    return false;
  });
  return count;
}

function hasOpenSign(expression: Expression): boolean {
  return someIn(expression, ({ kind }) => kind === 'either-sign');
}

/** What stands before a sign of equality, if it is a name and not a value. */
export function nameOf(tokens: readonly Token[]): Name | undefined {
  const [first, second] = tokens;
  if (first === undefined) return undefined;
  const texts = (part: readonly Token[]): string =>
    part
      .map(({ text }) => text)
      .join('')
      .replace(/[{}]/g, '');
  const isLabel =
    tokens.some((token) => token.kind === 'word' || isCommand(token, 'angle', 'triangle', 'measuredangle')) ||
    (tokens.length === 1 && first.kind === 'letter' && /^[A-Z]{2,}$/.test(first.text)) ||
    (isSymbol(first, '|') && isSymbol(tokens.at(-1), '|') && /^\|[A-Z]{2,}\|$/.test(texts(tokens)));
  if (isLabel) return { kind: 'label', text: textOf(tokens) };
  if (isSymbol(first, '(')) {
    const inner = insideBrackets(tokens);
    const names = inner === undefined ? [] : splitAtTop(inner, (token) => isSymbol(token, ',', ';'));
    const letters = names.map((part) => letterName(part.tokens));
    return letters.length > 1 && letters.every((letter) => letter !== undefined)
      ? { kind: 'tuple', letters: letters.filter((letter) => letter !== undefined) }
      : undefined;
  }
  if (first.kind !== 'letter') return undefined;
  if (isSymbol(second, '(') && isSymbol(tokens.at(-1), ')')) {
    const inner = insideBrackets(tokens.slice(1));
    if (inner === undefined) return undefined;
    const parts = splitAtTop(inner, (token) => isSymbol(token, ',', ';'));
    const letters = parts.map((part) => letterName(part.tokens)).filter((letter) => letter !== undefined);
    if (letters.length === parts.length) return { kind: 'function', letter: first.text, arguments: letters };
    const isConstant = parts.every((part) => part.tokens.every(({ kind }) => kind === 'number'));
    return isConstant ? { kind: 'label', text: textOf(tokens) } : undefined;
  }
  const subscript = isSymbol(second, '_')
    ? tokens.slice(2).filter((token) => !isSymbol(token, '{', '}'))
    : [];
  if (subscript.length > 0 && subscript.every(({ kind, text }) => kind === 'letter' && /^[a-z]$/.test(text)))
    return { kind: 'function', letter: first.text, arguments: subscript.map(({ text }) => text) };
  const letter = letterName(tokens);
  return letter === undefined ? undefined : { kind: 'letter', letter };
}

/** The name that a letter with its subscript has in expressions. */
function letterName(tokens: readonly Token[]): string | undefined {
  const [first, second] = tokens;
  if (first?.kind !== 'letter') return undefined;
  if (tokens.length === 1) return first.text;
  if (!isSymbol(second, '_')) return undefined;
  const rest = tokens.slice(2);
  const inner = rest.length === 1 ? rest : isSymbol(rest[0], '{') ? insideBrackets(rest) : undefined;
  return inner === undefined ? undefined : `${first.text}_${inner.map(({ text }) => text).join('')}`;
}
