/**
 * The length within which a share of responses ends, also where some were cut before their end: of those it is only
 * known that they are longer. It is the quantile of the product-limit estimate (Kaplan and Meier 1958), which takes a cut
 * response as being like those that were at least as long. Responses of a problem belong together, so the interval comes
 * from whole problems drawn with replacement (`cluster-bootstrap.ts`).
 */
import type { BootstrapOptions } from './contrast-interval.ts';
import { expandedTail } from './expanded-tail.ts';
import { quantileOfSorted } from './quantile.ts';

export interface ResponseLength {
  readonly length: number;
  /** It did not end: its length is at least this. */
  readonly isCut: boolean;
}

export interface LengthWithin {
  /** Undefined where too few responses ended: the length is more than `longest`. */
  readonly estimate: number | undefined;
  /** 95 % interval; absent with fewer than two problems. An end is undefined where it lies beyond `longest`. */
  readonly interval: { readonly low: number | undefined; readonly high: number | undefined } | undefined;
  /** Longest response, cut or not. */
  readonly longest: number;
  readonly responses: number;
  readonly cut: number;
}

/**
 * The smallest length within which `share` of the responses end. Throws without responses, and for a share outside
 * (0, 1).
 *
 * @example lengthWithin([[{ length: 900, isCut: false }, { length: 1000, isCut: true }]], 0.95, { random })
 */
export function lengthWithin(
  responses_P_A: readonly (readonly ResponseLength[])[],
  share: number,
  { random, resamples = 400 }: BootstrapOptions,
): LengthWithin {
  if (!(share > 0 && share < 1))
    throw new RangeError(`length within: the share ${share} is not within 0 to 1`);
  const sorted = responses_P_A
    .flatMap((responses_A, problem) => responses_A.map((response) => ({ ...response, problem })))
    // At one length what ended comes before what was cut: that was still under way.
    .sort((a, b) => a.length - b.length || Number(a.isCut) - Number(b.isCut));
  const longest = sorted.at(-1)?.length;
  if (longest === undefined) throw new RangeError('length within: there is no response');
  const problems = responses_P_A.length;
  const drawn_P = new Float64Array(problems).fill(1);
  const estimate = quantileOf(sorted, drawn_P, share);
  const ends = new Float64Array(problems > 1 ? resamples : 0);
  for (let r = 0; r < ends.length; r += 1) {
    drawn_P.fill(0);
    for (let i = 0; i < problems; i += 1) {
      const problem = random.below(problems);
      drawn_P[problem] = (drawn_P[problem] ?? 0) + 1;
    }
    ends[r] = quantileOf(sorted, drawn_P, share) ?? Number.POSITIVE_INFINITY;
  }
  ends.sort();
  const tail = expandedTail(problems, Math.sqrt(problems / (problems - 1)));
  // Order statistics, for between a length and one that is beyond all there is nothing to interpolate.
  const endAt = (p: number): number | undefined => {
    const at = quantileOfSorted(
      ends.map((_, index) => index),
      p,
    );
    const end = ends[p < 0.5 ? Math.floor(at) : Math.ceil(at)];
    return end === undefined || end === Number.POSITIVE_INFINITY ? undefined : end;
  };
  return {
    ...{ estimate, longest, responses: sorted.length, cut: sorted.filter(({ isCut }) => isCut).length },
    interval: ends.length === 0 ? undefined : { low: endAt(tail), high: endAt(1 - tail) },
  };
}

type Sorted = readonly (ResponseLength & { readonly problem: number })[];

function quantileOf(sorted: Sorted, drawn_P: Float64Array, share: number): number | undefined {
  let underWay = 0;
  for (const { problem } of sorted) underWay += drawn_P[problem] ?? 0;
  let survival = 1;
  for (let i = 0; i < sorted.length; ) {
    const { length } = sorted[i] as Sorted[number];
    let [ended, gone] = [0, 0];
    for (; sorted[i]?.length === length; i += 1) {
      const { problem, isCut } = sorted[i] as Sorted[number];
      const weight = drawn_P[problem] ?? 0;
      gone += weight;
      if (!isCut) ended += weight;
    }
    if (ended > 0) survival *= 1 - ended / underWay;
    underWay -= gone;
    // What rounding leaves of a difference must not keep the share from being reached.
    if (1 - survival >= share - 1e-12) return length;
  }
  return undefined;
}
