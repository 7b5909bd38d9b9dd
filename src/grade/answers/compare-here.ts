/**
 * Compares two final answers in this thread, under every reading of ambiguous notation. It ends by itself: what it may
 * do is bounded in work. comparer.ts runs it in a thread that can be stopped as well.
 */
import type { Answer } from './answer.ts';
import { compareStructures } from './compare-structures.ts';
import { type Comparison, different, equal, unanimous, unknown } from './comparison.ts';
import { lettersOfStatement } from './letters-of-statement.ts';
import { LimitError } from './limits.ts';
import { parseAnswer } from './parse-answer.ts';
import { isEqual, type Rational } from './rational.ts';
import { readingsOf } from './reading.ts';
import { insideBrackets, isSymbol, textOf } from './token-lists.ts';
import { type Token, tokensOf, withoutClosingPoint } from './tokens.ts';

export interface CompareOptions {
  /** The problem, whose letters the answers may not rename. */
  readonly statement?: string;
}

export function compareHere(gold: string, candidate: string, options: CompareOptions = {}): Comparison {
  try {
    return compareTokens(contentOf(gold), contentOf(candidate), options);
  } catch (error) {
    // A stack that is full is one more bound.
    if (error instanceof LimitError || (error instanceof RangeError && /stack|BigInt/.test(error.message)))
      return unknown(error.message, 'limit');
    throw error;
  }
}

/** Numbers, and equal texts: what takes no time. Undefined for everything else. */
export function compareQuickly(gold: string, candidate: string): Comparison | undefined {
  try {
    return quickly(contentOf(gold), contentOf(candidate));
  } catch (error) {
    if (error instanceof LimitError) return unknown(error.message, 'limit');
    throw error;
  }
}

/** The tokens without the braces of a group around all of them, as a box leaves them. */
function contentOf(text: string): readonly Token[] {
  let tokens = tokensOf(text);
  for (let inner = tokens; isSymbol(tokens[0], '{'); tokens = inner) {
    const within = insideBrackets(tokens);
    if (within === undefined) break;
    inner = withoutClosingPoint(within);
  }
  return tokens;
}

function quickly(gold: readonly Token[], candidate: readonly Token[]): Comparison | undefined {
  if (gold.length === 0 || candidate.length === 0) return unknown('one is empty');
  const numbers = [plainNumber(gold), plainNumber(candidate)] as const;
  if (numbers[0] !== undefined && numbers[1] !== undefined) {
    return isEqual(numbers[0], numbers[1])
      ? equal('rational', 'the same number')
      : different('rational', 'different numbers');
  }
  return textOf(gold) === textOf(candidate) ? equal('text', 'the same text') : undefined;
}

function compareTokens(
  gold: readonly Token[],
  candidate: readonly Token[],
  { statement }: CompareOptions,
): Comparison {
  const quick = quickly(gold, candidate);
  if (quick !== undefined) return quick;
  const given = statement === undefined ? undefined : lettersOfStatement(statement);
  const compare = (a: readonly Token[], b: readonly Token[]): Comparison =>
    unanimous(
      readingsOf(a, b).map((reading) => {
        const [left, right]: Answer[] = [parseAnswer(a, reading), parseAnswer(b, reading)];
        return left === undefined || right === undefined
          ? unknown('one is empty')
          : compareStructures(left, right, { given, variables: new Set() });
      }),
    );
  const likely = [withBracketedLists(gold), withBracketedLists(candidate)] as const;
  const comparison = compare(...likely);
  const lists = [withLists(gold), withLists(candidate)] as const;
  const hasBracketed = likely[0] !== gold || likely[1] !== candidate;
  if (comparison.verdict === 'equal' || (lists[0] === gold && lists[1] === candidate)) return comparison;
  // 1,234 may be a list after all, and (1,234) a number.
  const others = [compare(lists[0], candidate), compare(gold, lists[1]), compare(...lists)];
  if (hasBracketed) others.push(compare(gold, candidate));
  return others.every(({ verdict }) => verdict === comparison.verdict)
    ? comparison
    : unknown('a comma between groups of digits may separate two numbers');
}

/** The number that the tokens are, with at most a minus before it. */
function plainNumber(tokens: readonly Token[]): Rational | undefined {
  const isNegative = tokens.length === 2 && tokens[0]?.kind === 'symbol' && tokens[0].text === '-';
  const token = tokens.at(-1);
  if ((tokens.length !== 1 && !isNegative) || token?.kind !== 'number' || token.grouped === true)
    return undefined;
  if (token.value === undefined || !isNegative) return token.value;
  return { ...token.value, numerator: -token.value.numerator };
}

/** Between brackets of its own, `(2,251,252)`, a grouped number is most likely a list. */
function withBracketedLists(tokens: readonly Token[]): readonly Token[] {
  const isBracketed = (index: number): boolean =>
    isSymbol(tokens[index - 1], '(', '[', '\\{') && isSymbol(tokens[index + 1], ')', ']', '\\}');
  return splitGrouped(tokens, isBracketed);
}

/** With the commas of grouped numbers as separators. */
function withLists(tokens: readonly Token[]): readonly Token[] {
  return splitGrouped(tokens, () => true);
}

/** The same tokens where there is nothing to split. */
function splitGrouped(tokens: readonly Token[], isSplit: (index: number) => boolean): readonly Token[] {
  const isChosen = ({ grouped }: Token, index: number): boolean => grouped === true && isSplit(index);
  if (!tokens.some(isChosen)) return tokens;
  return tokens.flatMap((token, index) => {
    if (!isChosen(token, index)) return [token];
    return token.text.split(',').flatMap((digits, at): Token[] => {
      const number: Token = {
        kind: 'number',
        text: digits,
        space: at > 0 || token.space,
        value: { numerator: BigInt(digits), denominator: 1n },
      };
      return at === 0 ? [number] : [{ kind: 'symbol', text: ',', space: false }, number];
    });
  });
}
