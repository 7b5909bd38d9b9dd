/**
 * Kendall's rank correlation τ-b, which corrects for ties: (C − D) / √((n₀ − n₁)(n₀ − n₂)) with C concordant and D
 * discordant of all n₀ pairs, n₁ and n₂ of them tied in one list or the other (Kendall 1945). In time n log n: sorted by
 * one list, discordant pairs are the exchanges of a merge sort by the other (Knight 1966).
 */
import { checkSameLength } from './complete-pairs.ts';

/** Absent with fewer than two items, and where one list is constant. */
export function kendallTau(first: readonly number[], second: readonly number[]): number | undefined {
  checkSameLength(first, second);
  const n = first.length;
  const order = Uint32Array.from(first.keys()).sort(
    (a, b) => (first[a] ?? 0) - (first[b] ?? 0) || (second[a] ?? 0) - (second[b] ?? 0),
  );
  const sortedFirst = Float64Array.from(order, (i) => first[i] ?? 0);
  const sortedSecond = Float64Array.from(order, (i) => second[i] ?? 0);
  const pairs = (n * (n - 1)) / 2;
  const tiedFirst = tiedPairs(n, (i) => sortedFirst[i] === sortedFirst[i - 1]);
  const tiedBoth = tiedPairs(
    n,
    (i) => sortedFirst[i] === sortedFirst[i - 1] && sortedSecond[i] === sortedSecond[i - 1],
  );
  const discordant = sortCountingExchanges(sortedSecond);
  const tiedSecond = tiedPairs(n, (i) => sortedSecond[i] === sortedSecond[i - 1]);
  if (pairs === tiedFirst || pairs === tiedSecond) return undefined;
  const difference = pairs - tiedFirst - tiedSecond + tiedBoth - 2 * discordant;
  const tau = difference / (Math.sqrt(pairs - tiedFirst) * Math.sqrt(pairs - tiedSecond));
  return Math.max(-1, Math.min(1, tau));
}

/** Pairs within runs of items that are `sameAsBefore`. */
function tiedPairs(n: number, sameAsBefore: (i: number) => boolean): number {
  let pairs = 0;
  let run = 0;
  for (let i = 1; i < n; i += 1) {
    run = sameAsBefore(i) ? run + 1 : 0;
    pairs += run;
  }
  return pairs;
}

/** Sorts in place by merging; returns how many pairs stood in descending order. */
function sortCountingExchanges(values: Float64Array): number {
  let from: Float64Array = values;
  let to: Float64Array = new Float64Array(values.length);
  let exchanges = 0;
  for (let width = 1; width < values.length; width *= 2) {
    for (let start = 0; start < values.length; start += 2 * width) {
      const middle = Math.min(start + width, values.length);
      const end = Math.min(start + 2 * width, values.length);
      let [left, right] = [start, middle];
      for (let at = start; at < end; at += 1) {
        if (right === end || (left < middle && (from[left] ?? 0) <= (from[right] ?? 0))) {
          to[at] = from[left] ?? 0;
          left += 1;
        } else {
          to[at] = from[right] ?? 0;
          exchanges += middle - left;
          right += 1;
        }
      }
    }
    [from, to] = [to, from];
  }
  if (from !== values) values.set(from);
  return exchanges;
}
