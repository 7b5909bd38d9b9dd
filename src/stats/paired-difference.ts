/**
 * How much better one system is than another on the same problems: the mean of per-problem differences, its
 * two-level bootstrap 95 % interval (problems are drawn in pairs; attempts within each system) and a sign-flip
 * permutation p-value. Attempts of the two systems are independent; where attempt a of both shares its
 * randomness (two turns of one trajectory), subtract attempt by attempt and use `meanInterval`.
 */
import { type BootstrapOptions, contrast_P, contrastInterval } from './contrast-interval.ts';
import type { Interval } from './interval.ts';
import { signFlipPValue } from './sign-flip.ts';

export interface PairedDifference extends Interval {
  /** Two-sided p-value of the sign-flip permutation test over problems. */
  readonly pValue: number;
}

/**
 * Mean of `better − worse` over problems. Both are values by problem and attempt; row p of both is the same
 * problem, and attempts may differ in number. Throws when the problems differ in number or there are none.
 */
export function pairedDifference(
  better_P_A: readonly (readonly number[])[],
  worse_P_A: readonly (readonly number[])[],
  options: BootstrapOptions,
): PairedDifference {
  const arms = [
    { weight: 1, values_P_A: better_P_A },
    { weight: -1, values_P_A: worse_P_A },
  ];
  const interval = contrastInterval(arms, options);
  return {
    ...interval,
    pValue: signFlipPValue(contrast_P(arms), { random: options.random.fork('sign-flip') }),
  };
}
