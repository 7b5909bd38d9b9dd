/**
 * How stale the tokens are that a step trains on: the optimiser steps between the weights that sampled a token and
 * those that train it. A sample that spans publications has tokens of several lags.
 */
import type { PolicyVersion, VersionSpan } from '../../engine/engine.ts';

/** Tokens by lag; lags without tokens are not in it. */
export type TokensByLag = ReadonlyMap<number, number>;

/**
 * Tokens by lag of a sample of `length` tokens that trains the weights of `trainedVersion` (those before the step).
 * Throws a RangeError where the spans do not say of every token what made it, or a token is of later weights.
 */
export function tokenLags(
  versions: readonly VersionSpan[],
  length: number,
  trainedVersion: PolicyVersion,
): TokensByLag {
  const lags = new Map<number, number>();
  versions.forEach(({ start, version }, index) => {
    const end = versions[index + 1]?.start ?? length;
    const lag = trainedVersion - version;
    if ((index === 0 && start !== 0) || end < start)
      throw new RangeError(`version spans do not cover the sample`);
    if (lag < 0)
      throw new RangeError(`a token of version ${version} is trained by version ${trainedVersion}`);
    if (end > start) lags.set(lag, (lags.get(lag) ?? 0) + end - start);
  });
  if (versions.length === 0 && length > 0) throw new RangeError(`version spans do not cover the sample`);
  return lags;
}

/** The tokens of several samples together, by ascending lag. */
export function addLags(parts: Iterable<TokensByLag>): TokensByLag {
  const total = new Map<number, number>();
  for (const part of parts) for (const [lag, tokens] of part) total.set(lag, (total.get(lag) ?? 0) + tokens);
  return new Map([...total].sort(([a], [b]) => a - b));
}

export interface LagFigures {
  /** Mean over tokens, and the greatest. */
  readonly mean: number;
  readonly most: number;
  /** Share of the tokens by lag. */
  readonly shares: Readonly<Record<string, number>>;
}

/** Undefined where there are no tokens. */
export function lagFigures(lags: TokensByLag): LagFigures | undefined {
  const total = lags.values().reduce((sum, tokens) => sum + tokens, 0);
  if (total === 0) return undefined;
  return {
    mean: lags.entries().reduce((sum, [lag, tokens]) => sum + lag * tokens, 0) / total,
    most: lags.keys().reduce((most, lag) => Math.max(most, lag), 0),
    shares: Object.fromEntries(lags.entries().map(([lag, tokens]) => [String(lag), tokens / total])),
  };
}
