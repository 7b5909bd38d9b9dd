/**
 * Finds added tokens in a text as Hugging Face's library does: from the left, of those that begin at one place the
 * longest. Tokens may take the white space beside them (`lstrip`, `rstrip`) or stand only between characters that
 * are no part of a word (`single_word`).
 */
import type { AddedToken } from './tokenizer-file.ts';

/** A stretch of text, or where `id` is given a token. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly id: number | undefined;
}

interface Node {
  readonly children: Map<number, Node>;
  token: AddedToken | undefined;
}

/** Of one character: V8 does not find one beyond U+FFFF by a class before `$`. */
const partOfWord = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
const whiteSpace = /^\p{White_Space}/u;

/** `contentOf` is what to look for; a token for which it is empty is never found. */
export function createAddedTokenFinder(
  tokens: readonly AddedToken[],
  contentOf: (token: AddedToken) => string,
): (text: string) => readonly Stretch[] {
  const root: Node = { children: new Map(), token: undefined };
  for (const token of tokens) insert(root, contentOf(token), token);
  if (root.children.size === 0) {
    return (text) => (text === '' ? [] : [{ start: 0, end: text.length, id: undefined }]);
  }
  return (text) => {
    const found: Stretch[] = [];
    let start = 0;
    let at = 0;
    while (at < text.length) {
      const match = longestAt(root, text, at);
      if (match === undefined) {
        at += 1;
        continue;
      }
      const { token, end: matchEnd } = match;
      let [from, end] = [at, matchEnd];
      at = matchEnd;
      if (token.singleWord) {
        const before = text.slice(Math.max(0, from - 2), from);
        if (partOfWord.test([...before].at(-1) ?? '') || partOfWord.test(text.slice(end, end + 2))) continue;
      }
      // No character of white space is longer than one unit.
      if (token.lstrip) while (from > start && whiteSpace.test(text.charAt(from - 1))) from -= 1;
      if (token.rstrip) while (end < text.length && whiteSpace.test(text.charAt(end))) end += 1;
      if (from > start) found.push({ start, end: from, id: undefined });
      found.push({ start: from, end, id: token.id });
      start = end;
    }
    if (start < text.length) found.push({ start, end: text.length, id: undefined });
    return found;
  };
}

function insert(root: Node, content: string, token: AddedToken): void {
  if (content === '') return;
  let node = root;
  for (let i = 0; i < content.length; i += 1) {
    const unit = content.charCodeAt(i);
    const child = node.children.get(unit) ?? { children: new Map(), token: undefined };
    node.children.set(unit, child);
    node = child;
  }
  node.token ??= token;
}

function longestAt(
  root: Node,
  text: string,
  at: number,
): { readonly token: AddedToken; readonly end: number } | undefined {
  let node = root.children.get(text.charCodeAt(at));
  let longest: { readonly token: AddedToken; readonly end: number } | undefined;
  for (let end = at + 1; node !== undefined; end += 1) {
    if (node.token !== undefined) longest = { token: node.token, end };
    node = end < text.length ? node.children.get(text.charCodeAt(end)) : undefined;
  }
  return longest;
}
