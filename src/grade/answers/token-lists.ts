/** Cutting lists of tokens at their own level, outside all brackets. */
import type { Token } from './tokens.ts';

const openers = new Set(['(', '[', '{', '\\{']);
const closers = new Set([')', ']', '}', '\\}']);
const openCommands = new Set(['lfloor', 'lceil']);
const closeCommands = new Set(['rfloor', 'rceil']);

/** How much deeper a token leads. */
export function depthOf({ kind, text }: Token): -1 | 0 | 1 {
  if (kind === 'symbol') return openers.has(text) ? 1 : closers.has(text) ? -1 : 0;
  if (kind !== 'command') return 0;
  if (openCommands.has(text) || text.startsWith('begin ')) return 1;
  return closeCommands.has(text) || text.startsWith('end ') ? -1 : 0;
}

/** Indices of the tokens outside all brackets for which `holds`. */
export function indicesAtTop(
  tokens: readonly Token[],
  holds: (token: Token, index: number) => boolean,
): number[] {
  const found: number[] = [];
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    const change = depthOf(token);
    if (change < 0) depth += change;
    if (depth === 0 && change === 0 && holds(token, index)) found.push(index);
    if (change > 0) depth += change;
  }
  return found;
}

export interface Part {
  readonly tokens: readonly Token[];
  /** What stands before it; undefined for the first. */
  readonly separator: string | undefined;
}

/** The parts between separators outside all brackets; empty parts are left out. */
export function splitAtTop(tokens: readonly Token[], isSeparator: (token: Token) => boolean): Part[] {
  const parts: Part[] = [];
  let from = 0;
  let separator: string | undefined;
  for (const at of [...indicesAtTop(tokens, isSeparator), tokens.length]) {
    if (at > from) {
      parts.push({ tokens: tokens.slice(from, at), separator });
      separator = undefined;
    }
    // `, and`: the word says more than the comma.
    const text = tokens[at]?.text;
    if (text !== undefined) separator = text;
    from = at + 1;
  }
  return parts;
}

/** The tokens within a bracket that opens first and closes last; undefined where there is none. */
export function insideBrackets(tokens: readonly Token[]): readonly Token[] | undefined {
  const first = tokens[0];
  const last = tokens.at(-1);
  if (tokens.length < 2 || first === undefined || last === undefined) return undefined;
  if (depthOf(first) !== 1 || depthOf(last) !== -1) return undefined;
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    depth += depthOf(token);
    if (depth === 0 && index < tokens.length - 1) return undefined;
  }
  return depth === 0 ? tokens.slice(1, -1) : undefined;
}

/** As written, token by token, for comparison as text. */
export function textOf(tokens: readonly Token[]): string {
  return tokens.map(({ kind, text }) => (kind === 'command' ? `\\${text}` : text)).join(' ');
}

export function isSymbol(token: Token | undefined, ...texts: readonly string[]): boolean {
  return token?.kind === 'symbol' && texts.includes(token.text);
}

export function isWordToken(token: Token | undefined, ...texts: readonly string[]): boolean {
  return token?.kind === 'word' && texts.includes(token.text);
}

export function isCommand(token: Token | undefined, ...texts: readonly string[]): boolean {
  return token?.kind === 'command' && texts.includes(token.text);
}
