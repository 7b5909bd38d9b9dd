/**
 * The normalised indel similarity, from 0 to 100: the share of both strings that is in a longest common subsequence.
 * The same as `fuzz.ratio` of RapidFuzz, which golden files hold it to.
 */
import type { CodePoints } from './code-points.ts';
import { Pattern } from './pattern.ts';

export function ratio(a: CodePoints, b: CodePoints): number {
  return similarity(commonLength(a, b), a.length + b.length);
}

/** From the length of the common subsequence and the lengths of both strings. */
export function similarity(common: number, lengths: number): number {
  return lengths === 0 ? 100 : (1 - (lengths - 2 * common) / lengths) * 100;
}

/** Length of a longest common subsequence. */
export function commonLength(a: CodePoints, b: CodePoints): number {
  const [shorter, longer] = a.length <= b.length ? [a, b] : [b, a];
  let start = 0;
  while (start < shorter.length && shorter[start] === longer[start]) start += 1;
  let end = 0;
  while (
    end < shorter.length - start &&
    shorter[shorter.length - 1 - end] === longer[longer.length - 1 - end]
  )
    end += 1;
  const rest = shorter.subarray(start, shorter.length - end);
  if (rest.length === 0) return shorter.length;
  return start + end + new Pattern(rest).lcs(longer.subarray(start, longer.length - end));
}
