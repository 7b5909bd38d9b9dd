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
  /** Number of resamples; 2,000 unless given. */
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
  const contrasts = contrast_P(arms);
  const problems = contrasts.length;
  const estimate = mean(contrasts);
  const shrinkage = shrinkageOf(arms, contrasts);
  const centre_P = Float64Array.from(contrasts, (value) => shrinkage * (value - estimate));
  const attempts = arms.map(flatten);
  const resampled = new Float64Array(resamples);
  for (let r = 0; r < resamples; r += 1) {
    let sum = 0;
    for (let i = 0; i < problems; i += 1) {
      const p = random.below(problems);
      sum += centre_P[p] ?? 0;
      for (const { start_P, deviations } of attempts) {
        const start = start_P[p] ?? 0;
        const count = (start_P[p + 1] ?? 0) - start;
        if (count < 2) continue;
        for (let a = 0; a < count; a += 1) sum += deviations[start + random.below(count)] ?? 0;
      }
    }
    resampled[r] = estimate + sum / problems;
  }
  resampled.sort();
  return { estimate, low: quantileOfSorted(resampled, 0.025), high: quantileOfSorted(resampled, 0.975) };
}

/**
 * Factor c on the problems' deviations so that c²·Var(contrast) + noise of attempts = Var(contrast): the root of
 * the share of the variance that is between problems. 1 where attempts carry no visible noise, at least 0.
 */
function shrinkageOf(arms: readonly Arm[], contrasts: readonly number[]): number {
  if (contrasts.length < 2) return 1;
  const total = variance(contrasts);
  if (total === 0) return 1;
  let noise = 0;
  for (const { weight, values_P_A } of arms) {
    for (const values_A of values_P_A) {
      if (values_A.length > 1) noise += (weight ** 2 * variance(values_A)) / values_A.length;
    }
  }
  return Math.sqrt(Math.max(0, 1 - noise / contrasts.length / total));
}

/**
 * The arm's attempts in one array, problem after problem: each is its deviation from the problem's mean, times
 * weight / count (so that a sum over drawn attempts is a weighted mean) and √(count / (count − 1)) (so that the
 * spread of the draws is unbiased).
 */
function flatten({ weight, values_P_A }: Arm): { start_P: Int32Array; deviations: Float64Array } {
  const start_P = new Int32Array(values_P_A.length + 1);
  const deviations: number[] = [];
  values_P_A.forEach((values_A, p) => {
    const count = values_A.length;
    const centre = mean(values_A);
    const scale = count > 1 ? (weight / count) * Math.sqrt(count / (count - 1)) : 0;
    for (const value of values_A) deviations.push((value - centre) * scale);
    start_P[p + 1] = deviations.length;
  });
  return { start_P, deviations: Float64Array.from(deviations) };
}
