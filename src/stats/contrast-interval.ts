/**
 * 95 % interval of a weighted sum of means over the same problems: one arm with weight 1 is a mean, two with
 * weights 1 and −1 a paired difference, four a difference of differences. Each resample draws problems, then
 * attempts within each problem and arm. Drawing both levels as they are would count the noise between attempts
 * twice, because a problem's mean already carries it; so problem means are shrunk towards the grand mean until
 * the two levels together have the variance of the data (Davison and Hinkley 1997, section 3.8, case of random
 * effects). With one attempt a problem this is the ordinary bootstrap over problems.
 */
import type { Interval } from './interval.ts';
import { mean, variance } from './moments.ts';
import { quantileOfSorted } from './quantile.ts';
import type { Random } from './random.ts';

export interface Arm {
  readonly weight: number;
  /** Values by problem and attempt; attempts may differ in number, and each problem has at least one. */
  readonly values_P_A: readonly (readonly number[])[];
}

export interface BootstrapOptions {
  readonly random: Random;
  /** Number of resamples, at least 40; 2,000 unless given. */
  readonly resamples?: number;
}

/** Per-problem value of the contrast: Σ weight × mean over attempts. Throws when the arms' problems differ in number. */
export function contrast_P(arms: readonly Arm[]): number[] {
  const problems = arms[0]?.values_P_A.length ?? 0;
  if (problems === 0) throw new RangeError('contrast: there is no problem to average over');
  const contrasts = new Array<number>(problems).fill(0);
  for (const { weight, values_P_A } of arms) {
    if (values_P_A.length !== problems) {
      throw new RangeError(`contrast: arms have ${problems} and ${values_P_A.length} problems`);
    }
    values_P_A.forEach((values_A, p) => {
      contrasts[p] = (contrasts[p] ?? 0) + weight * mean(values_A);
    });
  }
  return contrasts;
}

/** Mean over problems of `contrast_P`, with its two-level percentile bootstrap interval. */
export function contrastInterval(arms: readonly Arm[], options: BootstrapOptions): Interval {
  const { random, resamples = 2000 } = options;
  if (!(resamples >= 40)) throw new RangeError(`contrast: ${resamples} resamples are too few for 95 %`);
  const contrasts = contrast_P(arms);
  const problems = contrasts.length;
  const estimate = mean(contrasts);
  const { betweenProblems, withinProblems } = shrinkageOf(arms, contrasts);
  // √(P / (P − 1)): drawing from P values spreads by their population variance, which is too small by that much.
  const scale = problems > 1 ? betweenProblems * Math.sqrt(problems / (problems - 1)) : 0;
  const centre_P = Float64Array.from(contrasts, (value) => scale * (value - estimate));
  const attempts = arms.map((arm) => flatten(arm, withinProblems));
  // 32 bits a draw: the bias of bound / 2³² is far below what any interval shows, and it is twice as fast.
  const below = (bound: number) => Math.floor(random.uint32() * 2 ** -32 * bound);
  const resampled = new Float64Array(resamples);
  for (let r = 0; r < resamples; r += 1) {
    let sum = 0;
    for (let i = 0; i < problems; i += 1) {
      const p = below(problems);
      sum += centre_P[p] ?? 0;
      for (const { start_P, deviations } of attempts) {
        const start = start_P[p] ?? 0;
        const count = (start_P[p + 1] ?? 0) - start;
        if (count < 2) continue;
        for (let a = 0; a < count; a += 1) sum += deviations[start + below(count)] ?? 0;
      }
    }
    resampled[r] = estimate + sum / problems;
  }
  resampled.sort();
  // The (R + 1)·p-th ordered value, which has the stated coverage for few resamples too.
  const tail = Math.max(0, (0.025 * (resamples + 1) - 1) / (resamples - 1));
  return { estimate, low: quantileOfSorted(resampled, tail), high: quantileOfSorted(resampled, 1 - tail) };
}

/**
 * Factors b on the problems' deviations and w on the attempts', so that b²·Var(contrast) + w²·(noise of attempts)
 * = Var(contrast). Where the data vary no more than their attempts do (noise ≥ variance), all of it is noise.
 */
function shrinkageOf(
  arms: readonly Arm[],
  contrasts: readonly number[],
): { betweenProblems: number; withinProblems: number } {
  if (contrasts.length < 2) return { betweenProblems: 0, withinProblems: 1 };
  const total = variance(contrasts);
  let noise = 0;
  for (const { weight, values_P_A } of arms) {
    for (const values_A of values_P_A) {
      if (values_A.length > 1)
        noise += (weight ** 2 * variance(values_A)) / values_A.length / contrasts.length;
    }
  }
  if (noise >= total)
    return { betweenProblems: 0, withinProblems: noise === 0 ? 0 : Math.sqrt(total / noise) };
  return { betweenProblems: Math.sqrt(1 - noise / total), withinProblems: 1 };
}

/**
 * The arm's attempts in one array, problem after problem: each is its deviation from the problem's mean, times
 * weight / count (so that a sum over drawn attempts is a weighted mean), √(count / (count − 1)) (so that the
 * spread of the draws is unbiased) and `shrinkage`.
 */
function flatten(
  { weight, values_P_A }: Arm,
  shrinkage: number,
): { start_P: Int32Array; deviations: Float64Array } {
  const start_P = new Int32Array(values_P_A.length + 1);
  const deviations: number[] = [];
  values_P_A.forEach((values_A, p) => {
    const count = values_A.length;
    const centre = mean(values_A);
    const scale = count > 1 ? shrinkage * (weight / count) * Math.sqrt(count / (count - 1)) : 0;
    for (const value of values_A) deviations.push((value - centre) * scale);
    start_P[p + 1] = deviations.length;
  });
  return { start_P, deviations: Float64Array.from(deviations) };
}
