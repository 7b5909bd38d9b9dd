/**
 * The similarity of two strings as sets of words: `fuzz.token_set_ratio` of RapidFuzz, which golden files hold it to. Words
 * in common count as they are, the others by the similarity of what is left, sorted. It is 100 where all words of one string
 * are in the other, however much more is there; whoever decides by it must look at the lengths too.
 */
import { codePointsOf } from './code-points.ts';
import { commonLength } from './ratio.ts';

/** The distinct words of a text, sorted by code points, with their lengths in code points. */
export interface TokenSet {
  readonly words: readonly string[];
  readonly lengths: readonly number[];
}

// What Python's str.split takes for white space. RapidFuzz leaves out U+0085 and U+00A0 where a string is Latin-1.
// biome-ignore lint/suspicious/noControlCharactersInRegex: Python splits at them
const whiteSpace = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

export function tokenSetOf(text: string): TokenSet {
  return tokenSetOfWords(text.split(whiteSpace).filter((word) => word !== ''));
}

export function tokenSetOfWords(texts: readonly string[]): TokenSet {
  const words = [...new Set(texts)].sort(byCodePoints);
  return { words, lengths: words.map(lengthInCodePoints) };
}

const surrogate = /[\ud800-\udfff]/;

function byCodePoints(a: string, b: string): number {
  if (!surrogate.test(a) && !surrogate.test(b)) return a < b ? -1 : a > b ? 1 : 0;
  const [left, right] = [codePointsOf(a), codePointsOf(b)];
  for (let i = 0; i < left.length && i < right.length; i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function lengthInCodePoints(word: string): number {
  return surrogate.test(word) ? codePointsOf(word).length : word.length;
}

/** From 0 to 100; 0 where it is below `cutoff`. */
export function tokenSetRatio(a: TokenSet, b: TokenSet, cutoff = 0): number {
  if (a.words.length === 0 || b.words.length === 0) return 0;
  const { onlyA, onlyB, commonWords, commonLetters } = difference(a, b);
  if (commonWords > 0 && (onlyA.length === 0 || onlyB.length === 0)) return 100;
  const joinedA = onlyA.join(' ');
  const joinedB = onlyB.join(' ');
  const [codesA, codesB] = [codePointsOf(joinedA), codePointsOf(joinedB)];
  const common = commonWords === 0 ? 0 : commonLetters + commonWords - 1;
  const gap = common === 0 ? 0 : 1;
  const lengthA = common + gap + codesA.length;
  const lengthB = common + gap + codesB.length;
  const alone =
    common === 0
      ? 0
      : Math.max(
          percent(gap + codesA.length, common + lengthA),
          percent(gap + codesB.length, common + lengthB),
        );
  const least = Math.max(alone, cutoff);
  // The distance is at least the difference of the lengths.
  const atBest = percent(Math.abs(codesA.length - codesB.length), lengthA + lengthB);
  if (atBest < least) return alone >= cutoff ? alone : 0;
  const distance = codesA.length + codesB.length - 2 * commonLength(codesA, codesB);
  const score = Math.max(alone, percent(distance, lengthA + lengthB));
  return score >= cutoff ? score : 0;
}

function percent(distance: number, lengths: number): number {
  return lengths === 0 ? 100 : 100 - (100 * distance) / lengths;
}

/** One walk through both sorted lists. */
function difference(
  a: TokenSet,
  b: TokenSet,
): { onlyA: string[]; onlyB: string[]; commonWords: number; commonLetters: number } {
  const onlyA: string[] = [];
  const onlyB: string[] = [];
  let [i, j, commonWords, commonLetters] = [0, 0, 0, 0];
  while (i < a.words.length && j < b.words.length) {
    const [left, right] = [a.words[i] as string, b.words[j] as string];
    if (left === right) {
      commonWords += 1;
      commonLetters += a.lengths[i] as number;
      i += 1;
      j += 1;
    } else if (byCodePoints(left, right) < 0) {
      onlyA.push(left);
      i += 1;
    } else {
      onlyB.push(right);
      j += 1;
    }
  }
  for (; i < a.words.length; i += 1) onlyA.push(a.words[i] as string);
  for (; j < b.words.length; j += 1) onlyB.push(b.words[j] as string);
  return { onlyA, onlyB, commonWords, commonLetters };
}
