/**
 * 95 % interval of a weighted sum of means over the same problems: one arm with weight 1 is a mean, two with
 * weights 1 and −1 a paired difference, four a difference of differences. Each resample draws problems, then
 * attempts within each problem and arm. Drawing both levels as they are would count the noise between attempts
 * twice, because a problem's mean already carries it; so problem means are shrunk towards the grand mean until
 * the two levels together have the variance of the data (Davison and Hinkley 1997, section 3.8, case of random
 * effects). With one attempt a problem this is the ordinary bootstrap over problems. The tails of the percentiles are
 * those that few problems need (`expanded-tail.ts`).
 */
import { expandedTail } from './expanded-tail.ts';
import type { Interval } from './interval.ts';
import { mean, variance } from './moments.ts';
import { percentileInterval } from './percentile-interval.ts';
import type { Random } from './random.ts';
import { type ArmResamples, twoLevelResamples, type Values } from './two-level-resamples.ts';

export interface Arm {
  readonly weight: number;
  /** Values by problem and attempt; attempts may differ in number, and each problem has at least one. */
  readonly values_P_A: Values;
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
  // Says what is wrong with the arms before anything is drawn from them.
  contrast_P(arms);
  const drawn = twoLevelResamples(
    arms.map(({ values_P_A }) => values_P_A),
    { random, resamples },
  );
  return intervalFromResamples(arms, drawn);
}

/** As `contrastInterval`, from draws that were made already, perhaps for other contrasts too: `drawn[i]` is of arm i. */
export function intervalFromResamples(arms: readonly Arm[], drawn: readonly ArmResamples[]): Interval {
  const contrasts = contrast_P(arms);
  const estimate = mean(contrasts);
  const { betweenProblems, withinProblems } = shrinkageOf(arms, contrasts);
  const resamples = drawn[0]?.problems_R.length ?? 0;
  const resampled = new Float64Array(resamples).fill(estimate);
  arms.forEach(({ weight }, i) => {
    const { problems_R = new Float64Array(), attempts_R = new Float64Array() } = drawn[i] ?? {};
    for (let r = 0; r < resamples; r += 1) {
      resampled[r] =
        (resampled[r] ?? 0) +
        weight * (betweenProblems * (problems_R[r] ?? 0) + withinProblems * (attempts_R[r] ?? 0));
    }
  });
  return percentileInterval(estimate, resampled.sort(), expandedTail(contrasts.length));
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
