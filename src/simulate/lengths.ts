/**
 * How long attempts are. The length of an attempt depends on the seed, its group and its number alone, so that two
 * simulations that differ in their machines or settings have the same attempts.
 */
import { Random } from '../stats/random.ts';
import type { LengthsSettings } from './cluster.ts';

export interface AttemptLength {
  readonly tokens: number;
  /** Cut at the limit. */
  readonly overflowed: boolean;
}

export type LengthOf = (group: number, attempt: number) => AttemptLength;

export function lengthsOf(lengths: LengthsSettings, maxTokens: number, seed: number): LengthOf {
  const cut = (tokens: number): AttemptLength => ({
    tokens: Math.min(maxTokens, tokens),
    overflowed: tokens >= maxTokens,
  });
  if (lengths.kind === 'recorded') {
    const { groups } = lengths;
    return (group, attempt) => {
      const tokens = groups[group % groups.length] ?? [];
      return cut(tokens[attempt % tokens.length] ?? 1);
    };
  }
  const { median, spread, sharedByGroup } = lengths;
  return (group, attempt) => {
    const shared = Math.sqrt(sharedByGroup) * new Random('length', seed, group).normal();
    const own = Math.sqrt(1 - sharedByGroup) * new Random('length', seed, group, attempt).normal();
    return cut(Math.max(1, Math.round(median * Math.exp(spread * (shared + own)))));
  };
}
