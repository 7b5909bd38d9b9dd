/**
 * Whether two statements that are alike ask the same. Contests ask several questions about one situation, each with the whole
 * situation before it; what tells them apart begins with the first sentence that differs. From there on both must be alike, and have
 * the same numbers, unless one of them has ended: the other then says who proposed it.
 */
import { partialRatio } from './fuzzy/partial-ratio.ts';
import { ratio } from './fuzzy/ratio.ts';
import { numberedPassage, type StatementViews } from './views.ts';

const leastRatio = 85;
/** Of two ends of which one is shorter than this share of the other, the longer goes on where the shorter has ended. */
const sameLength = 0.7;

export function askTheSame(a: StatementViews, b: StatementViews, leastNumbers: number): boolean {
  const from = firstDifference(a, b);
  const [startA, startB] = [sentenceStart(a, from), sentenceStart(b, from)];
  const [endA, endB] = [restOf(a, startA), restOf(b, startB)];
  if (endA.length === 0 || endB.length === 0) return true;
  const [shorter, longer] = [Math.min(endA.length, endB.length), Math.max(endA.length, endB.length)];
  const isSameLength = shorter >= sameLength * longer;
  const likeness = isSameLength ? ratio(endA, endB) : (partialRatio(endA, endB)?.score ?? 0);
  const { common, fewer, more } = countNumbers(numbersFrom(a, startA), numbersFrom(b, startB));
  const all = isSameLength ? more : fewer;
  return likeness >= leastRatio && (all === 0 || common / all >= leastNumbers);
}

function firstDifference(a: StatementViews, b: StatementViews): number {
  const [left, right] = [a.tokens.texts, b.tokens.texts];
  let i = 0;
  while (i < left.length && left[i] === right[i]) i += 1;
  return i;
}

/** The first token of the sentence that a token is in; behind the last token, if there is none to be in. */
function sentenceStart({ text, tokens }: StatementViews, token: number): number {
  if (token >= tokens.texts.length) return token;
  let start = token;
  while (start > 0 && !/[.?!:。？；]/.test(text.slice(tokens.ends[start - 1], tokens.starts[start])))
    start -= 1;
  return start;
}

function restOf(views: StatementViews, from: number): Uint32Array {
  return numberedPassage(views.tokens, from, views.tokens.texts.length - 1);
}

function numbersFrom({ tokens }: StatementViews, from: number): string[] {
  return tokens.texts.filter((_, i) => i >= from && tokens.kinds[i] === 'number');
}

/** Of two multisets: what both have, and how many the smaller and their union have. */
export function countNumbers(
  a: readonly string[],
  b: readonly string[],
): { readonly common: number; readonly fewer: number; readonly more: number } {
  const left = new Map<string, number>();
  for (const number of a) left.set(number, (left.get(number) ?? 0) + 1);
  let common = 0;
  for (const number of b) {
    const count = left.get(number) ?? 0;
    if (count === 0) continue;
    left.set(number, count - 1);
    common += 1;
  }
  return { common, fewer: Math.min(a.length, b.length), more: a.length + b.length - common };
}
