/** Intervals, unions and complements of them, and inequalities in one letter, as sets of real numbers. */
import type { Answer, Piece, Relation } from './answer.ts';
import { orderConstants } from './compare-expressions.ts';
import { type Expression, lettersOf, someIn } from './expression.ts';
import { parseExpression } from './parse-expression.ts';
import type { Reading } from './reading.ts';
import { complementOfPoints, EVERYTHING, intersection, point } from './regions.ts';
import { indicesAtTop, insideBrackets, isCommand, isSymbol, splitAtTop } from './token-lists.ts';
import type { Token } from './tokens.ts';

/** A union of intervals and points, or one interval that cannot be a pair. Throws a SyntaxFault. */
export function parseRegion(tokens: readonly Token[], reading: Reading): Answer | undefined {
  const isOperator = (token: Token): boolean => isCommand(token, 'cup', 'setminus') || isSymbol(token, '-');
  const hasOperator = indicesAtTop(tokens, isOperator).length > 0;
  if (!hasOperator) {
    const pieces = isSurelyInterval(tokens) ? operand(tokens, reading) : undefined;
    return pieces === undefined ? undefined : { kind: 'region', pieces };
  }
  let hasInterval = false;
  let all: Piece[] = [];
  for (const { tokens: member } of splitAtTop(tokens, (token) => isCommand(token, 'cup'))) {
    const [base, ...removed] = splitAtTop(
      member,
      (token) => isCommand(token, 'setminus') || isSymbol(token, '-'),
    );
    let pieces = base === undefined ? undefined : operand(base.tokens, reading);
    if (base === undefined || pieces === undefined) return undefined;
    if (!isSymbol(base.tokens[0], '\\{')) hasInterval = true;
    for (const hole of removed) {
      const points = pointsOf(hole.tokens, reading);
      const rest = points === undefined ? undefined : complementOfPoints(points);
      pieces = rest === undefined ? undefined : intersection(pieces, rest);
      if (pieces === undefined) return undefined;
    }
    all = [...all, ...pieces];
  }
  return hasInterval ? { kind: 'region', pieces: all } : undefined;
}

/** Mixed brackets, or an end at infinity. */
function isSurelyInterval(tokens: readonly Token[]): boolean {
  const inner = insideBrackets(tokens);
  if (inner === undefined || !isSymbol(tokens[0], '(', '[')) return false;
  const isMixed = isSymbol(tokens[0], '(') !== isSymbol(tokens.at(-1), ')');
  return isMixed || inner.some((token) => isCommand(token, 'infty'));
}

function operand(tokens: readonly Token[], reading: Reading): Piece[] | undefined {
  if (tokens.length === 1 && isCommand(tokens[0], 'set R')) return [EVERYTHING];
  if (isSymbol(tokens[0], '\\{')) return pointsOf(tokens, reading)?.map(point);
  const inner = insideBrackets(tokens);
  if (inner === undefined || !isSymbol(tokens[0], '(', '[') || !isSymbol(tokens.at(-1), ')', ']'))
    return undefined;
  const parts = splitAtTop(inner, (token) => isSymbol(token, ',', ';'));
  const [low, high] = parts.map((part) => parseExpression(part.tokens, reading));
  if (parts.length !== 2 || low === undefined || high === undefined) return undefined;
  const piece = interval(low, high, isSymbol(tokens[0], '['), isSymbol(tokens.at(-1), ']'));
  return piece === undefined ? undefined : [piece];
}

/** An interval between constants; undefined where an end is no constant, or infinite on the wrong side. */
export function interval(
  low: Expression,
  high: Expression,
  lowClosed: boolean,
  highClosed: boolean,
): Piece | undefined {
  const ends = [low, high].map((end) => {
    if (end.kind === 'constant' && end.name === 'infinity') return 'above';
    if (someIn(end, (part) => part.kind === 'constant' && part.name === 'infinity')) return 'below';
    return lettersOf(end).size === 0 ? 'finite' : 'open';
  });
  if (ends.includes('open') || ends[0] === 'above' || ends[1] === 'below') return undefined;
  const [hasLow, hasHigh] = [ends[0] === 'finite', ends[1] === 'finite'];
  return {
    low: hasLow ? low : undefined,
    lowClosed: hasLow && lowClosed,
    high: hasHigh ? high : undefined,
    highClosed: hasHigh && highClosed,
  };
}

/** The points of a set in braces, in rising order. */
function pointsOf(tokens: readonly Token[], reading: Reading): Expression[] | undefined {
  const inner = insideBrackets(tokens);
  if (inner === undefined || !isSymbol(tokens[0], '\\{')) return undefined;
  const points = splitAtTop(inner, (token) => isSymbol(token, ',', ';')).map((part) =>
    parseExpression(part.tokens, reading),
  );
  if (points.length > 40 || points.some((value) => lettersOf(value).size > 0)) return undefined;
  if (points.some((value) => someIn(value, ({ kind }) => kind === 'either-sign'))) return undefined;
  return points.sort((a, b) => orderConstants(a, b) ?? 0);
}

/** Relations between one letter and constants, as what the letter may be; undefined for others. */
export function regionOfRelations(
  relations: readonly Relation[],
): { readonly letter: string; readonly pieces: Piece[] } | undefined {
  let letter: string | undefined;
  let pieces: Piece[] | undefined = [EVERYTHING];
  for (const { operator, left, right } of relations) {
    const bare = left.kind === 'letter' ? left : right.kind === 'letter' ? right : undefined;
    const end = bare === left ? right : left;
    if (bare === undefined || lettersOf(end).size > 0) return undefined;
    if (letter !== undefined && letter !== bare.name) return undefined;
    letter = bare.name;
    if (operator === '=') return undefined;
    const none = { low: undefined, lowClosed: false, high: undefined, highClosed: false };
    const closed = operator === '<=';
    const allowed =
      operator === '!='
        ? complementOfPoints([end])
        : bare === left
          ? [{ ...none, high: end, highClosed: closed }]
          : [{ ...none, low: end, lowClosed: closed }];
    pieces = pieces === undefined ? undefined : intersection(pieces, allowed);
  }
  return letter === undefined || pieces === undefined ? undefined : { letter, pieces };
}
