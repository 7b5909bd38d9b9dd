/**
 * The claims of a study: what it says that some arms have over others, each as a paired contrast over the problems of all
 * seeds, and beside it the estimate of every seed alone. A claim that cannot be computed says why; one that does not show
 * is told as that.
 */
import { z } from 'zod';
import { contrast_P } from '../../stats/contrast-interval.ts';
import { mean } from '../../stats/moments.ts';
import { type Effect, measuredEffect, type Values } from '../report/measured-effect.ts';
import type { ArmResult } from '../sweep/read-arm.ts';
import { measureNames, type Reading, readingSchema, valuesOf } from './reading.ts';

const listOf = (written: unknown): unknown => (typeof written === 'string' ? [written] : written);
const readingsSchema = z.preprocess(listOf, z.array(readingSchema).min(1));

export const claimSchema = z.strictObject({
  /** Short name in lower case. */
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'a short name in lower case with hyphens is expected'),
  /** In words, for the report. */
  claim: z.string().min(1),
  /** Heading that it stands under, such as the effect of the paper that it is part of. */
  effect: z.string().min(1),
  /** What has more of `measure`, and what it is held against; sums, where there are several. */
  more: readingsSchema,
  less: z.preprocess(listOf, z.array(readingSchema).default([])),
  measure: z.enum(measureNames).default('score'),
  /** For a claim of likeness: the most that the two may differ by and be alike. */
  within: z.number().positive().optional(),
});
export type Claim = z.infer<typeof claimSchema>;

export interface StudyEffect {
  readonly heading: string;
  readonly effect: Effect;
  /** Estimates of each seed alone, where it has what is needed. */
  readonly seeds: readonly { readonly seed: number; readonly estimate: number }[];
}

/** In the order of the claims. */
export function claimedEffects(
  claims: readonly Claim[],
  results: readonly ArmResult[],
  seeds: readonly number[],
): StudyEffect[] {
  return claims.map((claim) => ({
    heading: claim.effect,
    effect: effectOf(claim, results, seeds),
    seeds: seeds.flatMap((seed) => {
      const estimate = estimateOf(
        claim,
        results.filter(({ arm }) => arm.seed === seed),
      );
      return estimate === undefined ? [] : [{ seed, estimate }];
    }),
  }));
}

function effectOf(claim: Claim, results: readonly ArmResult[], seeds: readonly number[]): Effect {
  const { id, claim: words, measure, within } = claim;
  const unit = measure === 'score' || measure === 'overflow' ? 'points' : 'tokens';
  // Only seeds that all arms of the claim have: else problems of one side alone would count.
  const whole = seeds.filter((seed) => {
    const own = results.filter(({ arm }) => arm.seed === seed);
    return weighted(claim, own).every(({ values }) => values.size > 0);
  });
  if (whole.length === 0) return { kind: 'not-applicable', id, claim: words, why: missing(claim, results) };
  const arms = weighted(
    claim,
    results.filter(({ arm }) => whole.includes(arm.seed)),
  );
  return measuredEffect(id, words, unit, arms, within);
}

function weighted(
  { more, less, measure }: Claim,
  results: readonly ArmResult[],
): { readonly weight: number; readonly values: Values; readonly reading: Reading }[] {
  const read = (weight: number) => (reading: Reading) => ({
    ...{ weight, reading },
    values: valuesOf(
      results.filter(({ arm }) => arm.label === reading.arm),
      reading,
      measure,
    ),
  });
  return [...more.map(read(1)), ...less.map(read(-1))];
}

function missing(claim: Claim, results: readonly ArmResult[]): string {
  const lacking = weighted(claim, results).flatMap(({ reading: { arm, checkpoint }, values }) =>
    values.size === 0 ? [`${arm} has no such figures of ${checkpoint}`] : [],
  );
  return [...new Set(lacking)].join('; ') || 'no seed has all arms';
}

function estimateOf(claim: Claim, results: readonly ArmResult[]): number | undefined {
  const arms = weighted(claim, results);
  const common = [...(arms[0]?.values.keys() ?? [])].filter((key) =>
    arms.every(({ values }) => values.has(key)),
  );
  if (common.length === 0) return undefined;
  return mean(
    contrast_P(
      arms.map(({ weight, values }) => ({ weight, values_P_A: common.map((key) => values.get(key) ?? []) })),
    ),
  );
}
