/**
 * How far the policy has moved from the reference policy: the mean over trained tokens of exp(Δ) − Δ − 1, Δ = ref −
 * new, which is what the KL term of the loss holds down (Schulman 2020, "k3"), with its bounds of ±5.
 */
import type { Datum, ForwardBackwardResult } from '../../engine/engine.ts';

/** Undefined where no token was trained or the data have no reference. */
export function referenceKl(
  data: readonly Datum[],
  { logprobs_D_T }: Pick<ForwardBackwardResult, 'logprobs_D_T'>,
): number | undefined {
  let [count, sum] = [0, 0];
  data.forEach(({ weights_T, referenceLogprobs_T }, d) => {
    if (referenceLogprobs_T === undefined) return;
    weights_T.forEach((weight, t) => {
      if (weight === 0) return;
      const difference = (referenceLogprobs_T[t] ?? 0) - (logprobs_D_T[d]?.[t] ?? 0);
      const delta = Math.min(Math.max(difference, -5), 5);
      sum += Math.exp(delta) - delta - 1;
      count += 1;
    });
  });
  return count === 0 ? undefined : sum / count;
}
