/**
 * How ambiguous notation is taken. A comparison is made under every reading that matters to the two answers, and only
 * what all readings say is said.
 */
import type { Token } from './tokens.ts';

export interface Reading {
  /** The letter i. */
  readonly i: 'letter' | 'unit';
  /** The letter e. */
  readonly e: 'letter' | 'constant';
  /** XY: a segment between two points, or X times Y. */
  readonly capitals: 'segment' | 'product';
  /** 1/2x: (1/2)x, or 1/(2x). */
  readonly slash: 'left' | 'whole';
  /** log without a base. */
  readonly log: 'natural' | 'decimal';
  /** Letters that a bracket makes an application and not a product. */
  readonly functions: ReadonlySet<string>;
}

const applied = new Set(['f', 'g', 'h', 'F', 'G', 'H', '\\phi', '\\psi']);

/** The readings of two answers, the most usual one first. */
export function readingsOf(...answers: readonly (readonly Token[])[]): Reading[] {
  const tokens = answers.flat();
  const isLetter = (name: string): boolean =>
    tokens.some(({ kind, text }) => kind === 'letter' && text === name);
  const symbols = (text: string): boolean =>
    tokens.some((token) => token.kind === 'symbol' && token.text === text);
  const capitals = tokens.some(({ kind, text }) => kind === 'letter' && /^[A-Z]{2,}$/.test(text));
  const logs = tokens.some(
    ({ kind, text }, index) => kind === 'command' && text === 'log' && tokens[index + 1]?.text !== '_',
  );
  const functions = new Set([...applied, ...declaredFunctions(answers)]);
  let readings: Reading[] = [
    { i: 'letter', e: 'constant', capitals: 'segment', slash: 'left', log: 'natural', functions },
  ];
  const also = (change: Partial<Reading>): void => {
    readings = readings.flatMap((reading) => [reading, { ...reading, ...change }]);
  };
  // An index is a letter.
  const isIndex = tokens.some(({ text }, at) => text === 'i' && isWithinSubscript(tokens, at));
  if (isLetter('i') && !isIndex) also({ i: 'unit' });
  // Beside a natural logarithm e is its base.
  const hasLogarithm = tokens.some(({ kind, text }) => kind === 'command' && text === 'ln');
  if (isLetter('e') && !hasLogarithm) also({ e: 'letter' });
  if (capitals) also({ capitals: 'product' });
  if (logs) also({ log: 'decimal' });
  if (symbols('/') && tokens.some(isImpliedAfterSlash)) also({ slash: 'whole' });
  return readings;
}

function isWithinSubscript(tokens: readonly Token[], at: number): boolean {
  let before = at - 1;
  while (tokens[before]?.kind === 'letter' || tokens[before]?.text === '{') before -= 1;
  return tokens[before]?.text === '_';
}

/** Something stands right after what a slash divides by. */
function isImpliedAfterSlash(_: Token, index: number, tokens: readonly Token[]): boolean {
  if (tokens[index]?.text !== '/') return false;
  const second = tokens[index + 2];
  if (second === undefined) return false;
  return (
    second.kind === 'letter' || second.kind === 'command' || ['(', '{', '^', '_', '!'].includes(second.text)
  );
}

/** f and P in answers that say f(x) = …: a letter whose bracket a letter alone fills, before a sign of equality. */
function declaredFunctions(answers: readonly (readonly Token[])[]): string[] {
  return answers.flatMap((tokens) =>
    tokens.flatMap(({ kind, text }, index) => {
      if (kind !== 'letter' || tokens[index + 1]?.text !== '(') return [];
      const close = tokens.findIndex((token, at) => at > index && token.text === ')');
      const after = tokens[close + 1]?.text ?? '';
      return close > 0 && (after === '=' || after === 'equiv') ? [text] : [];
    }),
  );
}
