/** An effect as a paired contrast over problems: its estimate, its interval, and whether it shows. */
import { type Arm, contrast_P, contrastInterval } from '../../stats/contrast-interval.ts';
import type { Interval } from '../../stats/interval.ts';
import { Random } from '../../stats/random.ts';
import { signFlipPValue } from '../../stats/sign-flip.ts';

export interface MeasuredEffect {
  readonly kind: 'measured';
  readonly id: string;
  /** What the effect claims, in words. */
  readonly claim: string;
  readonly unit: 'points' | 'tokens';
  readonly interval: Interval;
  /** For a claim of likeness: the most, in either direction, that the two may differ by and be alike. */
  readonly within?: number;
  /** Two-sided sign-flip permutation test over problems. */
  readonly pValue: number;
  readonly problems: number;
  /** The whole interval lies above 0; of a claim of likeness, within its bounds. */
  readonly shown: boolean;
  /** The whole interval lies below 0, or beyond the bounds of likeness: the data say the opposite of the claim. */
  readonly opposite: boolean;
}

export interface UnmeasuredEffect {
  readonly kind: 'not-applicable';
  readonly id: string;
  readonly claim: string;
  readonly why: string;
}

export type Effect = MeasuredEffect | UnmeasuredEffect;

/** Values by problem: one list of attempts for every problem that has a graded one. */
export type Values = ReadonlyMap<string, readonly number[]>;

/** The effect as a contrast over the problems that all arms have in common. */
export function measuredEffect(
  id: string,
  claim: string,
  unit: 'points' | 'tokens',
  weighted: readonly { readonly weight: number; readonly values: Values }[],
  within?: number,
): Effect {
  const common = [...(weighted[0]?.values.keys() ?? [])].filter((key) =>
    weighted.every(({ values }) => values.has(key)),
  );
  if (common.length === 0) {
    return { kind: 'not-applicable', id, claim, why: 'no problem was graded under both' };
  }
  const arms: Arm[] = weighted.map(({ weight, values }) => ({
    weight,
    values_P_A: common.map((key) => values.get(key) ?? []),
  }));
  const random = new Random('effect', id);
  const interval = contrastInterval(arms, { random });
  return {
    kind: 'measured',
    id,
    claim,
    unit,
    interval,
    pValue: signFlipPValue(contrast_P(arms), { random: random.fork('sign-flip') }),
    problems: common.length,
    ...(within === undefined
      ? { shown: interval.low > 0, opposite: interval.high < 0 }
      : {
          within,
          shown: interval.low > -within && interval.high < within,
          opposite: interval.low > within || interval.high < -within,
        }),
  };
}

/** Adds what was measured of a problem. */
export function append(values: Map<string, number[]>, id: string, found: readonly (number | null)[]): void {
  const measured = found.filter((value) => value !== null);
  if (measured.length > 0) values.set(id, [...(values.get(id) ?? []), ...measured]);
}
