/**
 * Tokens to the structure of an answer: conditions are cut off, lists taken apart, names taken down. Whatever does not
 * parse is words, which are compared as text.
 */
import { type Answer, type Condition, NONE, NotUnderstood } from './answer.ts';
import { combineItems } from './combine-items.ts';
import { isRelational, parseConditions } from './conditions.ts';
import { describedSet, isNothing } from './describe-integers.ts';
import { lettersOf, rewrite } from './expression.ts';
import { lettersOfAnswer, mapExpressions } from './letters-of-answer.ts';
import { parseItem } from './parse-item.ts';
import type { Reading } from './reading.ts';
import { SyntaxFault } from './token-cursor.ts';
import {
  indicesAtTop,
  insideBrackets,
  isCommand,
  isSymbol,
  isWordToken,
  splitAtTop,
  textOf,
} from './token-lists.ts';
import { type Token, withoutClosingPoint } from './tokens.ts';

const conditionWords = ['where', 'for', 'with', 'when', 'whenever', 'if', 'such', 'given'];

/** Throws a LimitError for what is too deep or too large. */
export function parseAnswer(tokens: readonly Token[], reading: Reading): Answer {
  const content = withoutLead(tokens);
  try {
    return structured(content, reading);
  } catch (error) {
    if (error instanceof SyntaxFault || error instanceof NotUnderstood || error instanceof RangeError)
      return { kind: 'words', text: textOf(content) };
    throw error;
  }
}

/** Without "the answer is" and its like. */
function withoutLead(tokens: readonly Token[]): readonly Token[] {
  const lead = tokens.findIndex(({ kind }) => kind !== 'word');
  const words = tokens.slice(0, lead < 0 ? tokens.length : lead).map(({ text }) => text);
  const about = words.findIndex((word) => /^(?:answers?|solutions?|values?|final)$/.test(word));
  const verb = words.findIndex((word, index) => index >= about && /^(?:is|are|equals?)$/.test(word));
  if (about >= 0 && verb >= 0 && !words.slice(0, verb).includes('no')) return tokens.slice(verb + 1);
  const isAnswer = about >= 0 && words[words.length - 1] === 'answer' && isSymbol(tokens[lead], ':', '=');
  return isAnswer ? tokens.slice(lead + 1) : tokens;
}

function structured(tokens: readonly Token[], reading: Reading): Answer {
  if (tokens.length === 0) throw new NotUnderstood('nothing');
  const bare = isSymbol(tokens[0], '(', '{') ? insideBrackets(tokens) : undefined;
  // Braces group and say nothing; round brackets do where nothing in them is separated.
  const isGroup = isSymbol(tokens[0], '{') || bare?.some((token) => isSymbol(token, ',', ';')) === false;
  if (bare !== undefined && isGroup) return structured(withoutClosingPoint(bare), reading);
  const phrase = fixedPhrase(tokens);
  if (phrase !== undefined) return phrase;
  const described = describedSet(tokens, reading);
  if (described !== undefined) return described;
  if (isCommand(tokens[0], 'begin cases') && isCommand(tokens.at(-1), 'end cases')) {
    return casesOf(
      splitAtTop(tokens.slice(1, -1), (token) => isSymbol(token, ';')).map((row) => row.tokens),
      reading,
    );
  }
  if (tokens.some((token) => isWordToken(token, 'otherwise', 'else'))) {
    const parts = splitAtTop(tokens, (token) => isSymbol(token, ',', ';'));
    return casesOf(
      parts.map((part) => part.tokens),
      reading,
    );
  }
  const cut = indicesAtTop(tokens, (token, index) => index > 0 && isWordToken(token, ...conditionWords))[0];
  if (cut === undefined) return listOf(tokens, [], reading);
  return listOf(tokens.slice(0, cut), parseConditions(tokens.slice(cut), reading), reading);
}

function fixedPhrase(tokens: readonly Token[]): Answer | undefined {
  if (tokens.length === 1 && isCommand(tokens[0], 'emptyset')) return NONE;
  if (tokens.length === 2 && isSymbol(tokens[0], '\\{') && isSymbol(tokens[1], '\\}')) return NONE;
  if (!tokens.every(({ kind }) => kind === 'word' || kind === 'letter')) return undefined;
  const text = textOf(tokens).toLowerCase();
  if (isNothing(text.replace(/\b[a-z]\b/g, 'letter').trim())) {
    // A bare "no" answers a question with yes or no.
    return text === 'no' ? { kind: 'words', text } : NONE;
  }
  if (/^(?:yes|true|false|infinitely many|impossible)$/.test(text)) return { kind: 'words', text };
  return undefined;
}

/** Rows of a value and the condition under which it holds. */
function casesOf(rows: readonly (readonly Token[])[], reading: Reading): Answer {
  const items = rows.map((row): Answer => {
    const otherwise = row.findIndex((token) => isWordToken(token, 'otherwise', 'else'));
    if (otherwise >= 0) {
      const value = [...row.slice(0, otherwise), ...row.slice(otherwise + 1)].filter(
        (token) => !isSymbol(token, ','),
      );
      const rest: Condition = { letters: [], domain: 'text: otherwise' };
      return { kind: 'guarded', answer: parseItem(value, reading), conditions: [rest] };
    }
    const cut = indicesAtTop(
      row,
      (token) => isWordToken(token, ...conditionWords) || isSymbol(token, ','),
    )[0];
    if (cut === undefined) throw new NotUnderstood('a case without its condition');
    const conditions = parseConditions(row.slice(cut), reading);
    return { kind: 'guarded', answer: parseItem(row.slice(0, cut), reading), conditions };
  });
  return { kind: 'collection', items, braces: false };
}

function listOf(tokens: readonly Token[], conditions: readonly Condition[], reading: Reading): Answer {
  const parts = splitAtTop(
    tokens,
    (token) => isSymbol(token, ',', ';') || isWordToken(token, 'and', 'or', 'both', 'either'),
  );
  const items: { answer: Answer; separator: string | undefined }[] = [];
  const found = [...conditions];
  const dots = parts.findIndex((part) => part.tokens.length === 1 && isCommand(part.tokens[0], 'ldots'));
  if (dots >= 0) {
    if (conditions.length > 0) throw new NotUnderstood('a range under conditions');
    return combineItems(
      parts.map((part, index) => ({
        answer: index === dots ? 'range' : parseItem(part.tokens, reading),
        separator: part.separator,
      })),
    );
  }
  for (const [index, part] of parts.entries()) {
    if (isMapping(part.tokens)) continue;
    const own =
      index === 0
        ? undefined
        : conditionOf(
            part.tokens,
            items.map(({ answer }) => answer),
            reading,
          );
    if (own !== undefined) found.push(...own);
    else items.push({ answer: parseItem(part.tokens, reading), separator: part.separator });
  }
  return guarded(combineItems(items), found);
}

/** f: ℝ → ℝ, which says nothing that the problem did not. */
function isMapping(tokens: readonly Token[]): boolean {
  return tokens.some((token) => isSymbol(token, ':')) && tokens.some((token) => isCommand(token, 'to'));
}

/** A part of a list that restricts letters of the parts before it, and is no answer of its own. */
function conditionOf(
  tokens: readonly Token[],
  before: readonly Answer[],
  reading: Reading,
): Condition[] | undefined {
  const isMember = indicesAtTop(tokens, (token) => isCommand(token, 'in')).length > 0;
  const operators = indicesAtTop(tokens, isRelational);
  if (!isMember && (operators.length === 0 || operators.some((at) => isSymbol(tokens[at], '='))))
    return undefined;
  const conditions = parseConditions(tokens, reading);
  const letters = conditions.flatMap(({ letters: own, relation }) =>
    relation === undefined ? own : [...lettersOf(relation.left), ...lettersOf(relation.right)],
  );
  const known = new Set(before.flatMap((answer) => [...lettersOfAnswer(answer)]));
  return letters.length > 0 && letters.every((letter) => known.has(letter)) ? conditions : undefined;
}

/** Definitions (`where φ = …`) are put in; what restricts nothing is kept for the letters that it introduces. */
function guarded(answer: Answer, conditions: readonly Condition[]): Answer {
  let result = answer;
  const rest: Condition[] = [];
  for (const condition of conditions) {
    const { relation } = condition;
    if (relation?.operator === '=' && relation.left.kind === 'letter') {
      const { name } = relation.left;
      if (!lettersOf(relation.right).has(name)) {
        result = mapExpressions(result, (expression) =>
          rewrite(expression, (part) =>
            part.kind === 'letter' && part.name === name ? relation.right : undefined,
          ),
        );
        continue;
      }
    }
    rest.push(condition);
  }
  return rest.length === 0 ? result : { kind: 'guarded', answer: result, conditions: rest };
}
