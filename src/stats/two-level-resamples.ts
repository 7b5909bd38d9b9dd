/**
 * The draws of the two-level bootstrap, made once for any number of arms over the same problems: each resample draws
 * problems, then attempts within each drawn problem and arm. Kept apart by level and arm, they serve every contrast of
 * the arms (`contrast-interval.ts` says how the levels are weighed), so all pairs of ten systems cost no more than the
 * ten.
 */
import { mean } from './moments.ts';
import type { Random } from './random.ts';

/** Values by problem and attempt; attempts may differ in number, and each problem has at least one. */
export type Values = readonly (readonly number[])[];

/** What the draws make of one arm; both levels deviate around 0. */
export interface ArmResamples {
  /** By resample: mean over the drawn problems of the deviation of the problem's mean from the arm's mean. */
  readonly problems_R: Float64Array;
  /** By resample: mean over the drawn problems of what drawing their attempts anew adds to their means. */
  readonly attempts_R: Float64Array;
}

/** All arms have the same problems in the same order. */
export function twoLevelResamples(
  arms: readonly Values[],
  { random, resamples }: { readonly random: Random; readonly resamples: number },
): ArmResamples[] {
  const problems = arms[0]?.length ?? 0;
  const flat = arms.map(flatten);
  const resampled = arms.map(() => ({
    problems_R: new Float64Array(resamples),
    attempts_R: new Float64Array(resamples),
  }));
  // Random words by the thousand: one by one they would take most of the time.
  const mostWords = 1 + flat.reduce((sum, { mostAttempts }) => sum + wordsFor(mostAttempts), 0);
  const words = new Uint32Array(Math.max(4096, 2 * mostWords));
  let at = words.length;
  for (let r = 0; r < resamples; r += 1) {
    for (let i = 0; i < problems; i += 1) {
      if (at + mostWords > words.length) {
        words.copyWithin(0, at);
        random.fill(words.subarray(words.length - at));
        at = 0;
      }
      const p = below(words[at] ?? 0, problems);
      at += 1;
      for (let s = 0; s < flat.length; s += 1) {
        const [arm, sums] = [flat[s], resampled[s]];
        if (arm === undefined || sums === undefined) continue;
        sums.problems_R[r] = (sums.problems_R[r] ?? 0) + (arm.centre_P[p] ?? 0);
        const start = arm.start_P[p] ?? 0;
        const count = (arm.start_P[p + 1] ?? 0) - start;
        if (count < 2) continue;
        sums.attempts_R[r] = (sums.attempts_R[r] ?? 0) + drawnSum(arm.deviations, start, count, words, at);
        at += wordsFor(count);
      }
    }
  }
  return resampled;
}

/** Uniform in [0, bound) from 32 random bits: the bias of bound / 2³² is far below what any interval shows. */
function below(word: number, bound: number): number {
  return Math.floor(word * 2 ** -32 * bound);
}

/** Up to this many attempts, one word draws two: the bias of bound / 2¹⁶ does not show either, and draws cost half. */
const TWO_A_WORD = 256;

function wordsFor(attempts: number): number {
  return attempts > TWO_A_WORD ? attempts : (attempts + 1) >> 1;
}

/** Sum of `count` values drawn with replacement from those at `start`, with the words at `at`. */
function drawnSum(
  values: Float64Array,
  start: number,
  count: number,
  words: Uint32Array,
  at: number,
): number {
  let sum = 0;
  if (count > TWO_A_WORD) {
    for (let a = 0; a < count; a += 1) sum += values[start + below(words[at + a] ?? 0, count)] ?? 0;
    return sum;
  }
  for (let a = 0; a < count; a += 2) {
    const word = words[at + (a >> 1)] ?? 0;
    sum += values[start + (Math.imul(word >>> 16, count) >>> 16)] ?? 0;
    if (a + 1 < count) sum += values[start + (Math.imul(word & 0xffff, count) >>> 16)] ?? 0;
  }
  return sum;
}

interface FlatArm {
  /** Deviation of each problem's mean from the arm's, over the number of problems, so that sums are means. */
  readonly centre_P: Float64Array;
  /** Where each problem's attempts begin in `deviations`, and where the last ones end. */
  readonly start_P: Int32Array;
  /** Deviation of each attempt from its problem's mean, over the number of both. */
  readonly deviations: Float64Array;
  readonly mostAttempts: number;
}

/**
 * Drawing from n values spreads by their population variance, which is too small by (n − 1) / n; so deviations of both
 * levels are stretched by √(n / (n − 1)), which makes the spread of the draws unbiased.
 */
function flatten(values_P_A: Values): FlatArm {
  const problems = values_P_A.length;
  const means = values_P_A.map(mean);
  const centre = mean(means);
  const stretch = (n: number) => (n > 1 ? Math.sqrt(n / (n - 1)) / n : 0);
  const start_P = new Int32Array(problems + 1);
  values_P_A.forEach(({ length }, p) => {
    start_P[p + 1] = (start_P[p] ?? 0) + length;
  });
  const deviations = new Float64Array(start_P[problems] ?? 0);
  let mostAttempts = 0;
  values_P_A.forEach((values_A, p) => {
    const scale = stretch(values_A.length) / problems;
    values_A.forEach((value, a) => {
      deviations[(start_P[p] ?? 0) + a] = (value - (means[p] ?? 0)) * scale;
    });
    mostAttempts = Math.max(mostAttempts, values_A.length);
  });
  const centre_P = Float64Array.from(means, (value) => (value - centre) * stretch(problems));
  return { centre_P, start_P, deviations, mostAttempts };
}
