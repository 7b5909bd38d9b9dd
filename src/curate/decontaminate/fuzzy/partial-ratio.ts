/**
 * The similarity of the shorter string with the part of the longer one that it resembles most: `fuzz.partial_ratio` of
 * RapidFuzz, which golden files hold it to. Parts are all that are as long as the shorter string, and all shorter ones at
 * either end. All beginnings cost one pass, and so do all ends; of the parts between only those are looked at that can be better
 * than the best so far, since a part that is moved by one character gains at most one common character.
 */
import type { CodePoints } from './code-points.ts';
import { Pattern } from './pattern.ts';
import { similarity } from './ratio.ts';

export interface Alignment {
  /** From 0 to 100. */
  readonly score: number;
  /** The part of the longer string; of the second where both are as long. */
  readonly start: number;
  readonly end: number;
}

/** A string that is compared with many: its patterns are made once. */
export class Needle {
  readonly codes: CodePoints;
  readonly #forward: Pattern;
  #backward: Pattern | undefined;

  constructor(codes: CodePoints) {
    this.codes = codes;
    this.#forward = new Pattern(codes);
  }

  get forward(): Pattern {
    return this.#forward;
  }

  get backward(): Pattern {
    this.#backward ??= new Pattern(this.codes.toReversed());
    return this.#backward;
  }
}

/** Undefined where the score is below `cutoff`. */
export function partialRatio(a: CodePoints, b: CodePoints, cutoff = 0): Alignment | undefined {
  if (a.length === b.length) {
    const there = partialRatioOf(new Needle(a), b, cutoff);
    if (there?.score === 100) return there;
    const back = partialRatioOf(new Needle(b), a, cutoff);
    if (back === undefined || (there !== undefined && there.score >= back.score)) return there;
    return { score: back.score, start: 0, end: b.length };
  }
  return a.length < b.length
    ? partialRatioOf(new Needle(a), b, cutoff)
    : partialRatioOf(new Needle(b), a, cutoff);
}

/** Of a needle that is no longer than the text. */
export function partialRatioOf(needle: Needle, text: CodePoints, cutoff = 0): Alignment | undefined {
  const length = needle.codes.length;
  if (length === 0) {
    const score = text.length === 0 ? 100 : 0;
    return score >= cutoff ? { score, start: 0, end: 0 } : undefined;
  }
  const places = needle.forward.places(text);
  let best: Alignment = { score: 0, start: 0, end: length };
  const consider = (common: number, start: number, end: number): void => {
    const score = similarity(common, length + end - start);
    if (score > best.score) best = { score, start, end };
  };
  eachPromisingPart(needle.forward, places, cutoff, consider);
  if (best.score < 100) {
    // A part of fewer characters cannot reach the cutoff though all of it be common.
    const least = Math.max(1, Math.ceil((length * cutoff) / (200 - cutoff) - 1e-6));
    const beginnings = needle.forward.lcsOfPrefixes(places, least, length);
    for (let i = least; i < length; i += 1) consider(beginnings[i] ?? 0, 0, i);
    // The last of the ends is a whole part.
    const ending = needle.backward.places(text.subarray(text.length - length).toReversed());
    const ends = needle.backward.lcsOfPrefixes(ending, least, length + 1);
    for (let i = least; i <= length; i += 1) consider(ends[i] ?? 0, text.length - i, text.length);
  }
  return best.score >= cutoff ? best : undefined;
}

/** Parts of the needle's length, but the last, as far as one can reach the cutoff and be better than all before it. */
function eachPromisingPart(
  pattern: Pattern,
  places: Int32Array,
  cutoff: number,
  consider: (common: number, start: number, end: number) => void,
): void {
  const { length } = pattern;
  const last = places.length - length - 1;
  if (last < 0) return;
  // A common subsequence that is one shorter than what the cutoff asks for is none to look for; half a character is for rounding.
  let wanted = (cutoff / 100) * length - 0.5;
  const at = (start: number): number => {
    const common = pattern.lcsWithin(places, start, start + length);
    if (common > wanted) {
      wanted = common;
      consider(common, start, start + length);
    }
    return common;
  };
  const first = at(0);
  const stack = last === 0 ? [] : [{ from: 0, to: last, atFrom: first, atTo: at(last) }];
  for (let range = stack.pop(); range !== undefined && wanted < length; range = stack.pop()) {
    const { from, to, atFrom, atTo } = range;
    // From both ends the gain is one a step: between them, at most half of the way above their mean.
    if (to - from < 2 || Math.floor((atFrom + atTo + to - from) / 2) <= wanted) continue;
    const middle = (from + to) >>> 1;
    const atMiddle = at(middle);
    stack.push({ from, to: middle, atFrom, atTo: atMiddle }, { from: middle, to, atFrom: atMiddle, atTo });
  }
}
