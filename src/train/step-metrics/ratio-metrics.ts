/**
 * How far off its policy a step was. The effective sample size is Kish's (1965) as a share, (Σρ)² / (N·Σρ²), as in
 * reference/training.md 7: 1 on policy, and near 0 when few tokens carry all the weight.
 */
import type { Datum, ForwardBackwardResult } from '../../engine/engine.ts';
import type { PolicyLoss } from '../grpo.ts';
import { importanceRatios, type TokenRatio } from './importance-ratios.ts';

export interface RatioMetrics {
  readonly effectiveSampleSize: number;
  /** Share of trained tokens whose gradient the clip took (ppo, gspo) or whose weight it lowered (cispo). */
  readonly clipFraction: number;
}

/** Undefined where nothing was trained: then nothing was measured. */
export function ratioMetrics(
  data: readonly Datum[],
  result: Pick<ForwardBackwardResult, 'logprobs_D_T'>,
  loss: PolicyLoss,
): RatioMetrics | undefined {
  let [count, sum, squares, clipped] = [0, 0, 0, 0];
  for (const token of importanceRatios(data, result, loss.kind)) {
    count += 1;
    sum += token.ratio;
    squares += token.ratio ** 2;
    if (isClipped(token, loss)) clipped += 1;
  }
  if (count === 0) return undefined;
  return { effectiveSampleSize: sum ** 2 / (count * squares), clipFraction: clipped / count };
}

/** With advantage 0 there is no gradient to take. */
function isClipped({ ratio, advantage }: TokenRatio, { kind, epsilonLow, epsilonHigh }: PolicyLoss): boolean {
  if (advantage === 0 || kind === 'importance_sampling') return false;
  const isHigh = ratio > 1 + epsilonHigh;
  if (kind === 'cispo') return isHigh;
  return advantage > 0 ? isHigh : ratio < 1 - epsilonLow;
}
