/**
 * The ratios by which a step weighed what it was trained on: ρ of every trained token, or of every sequence where the
 * loss has one a sequence, with what the loss made of it. From a batch and its result alone.
 */
import type { Datum, ForwardBackwardResult } from '../../engine/engine.ts';
import type { PolicyLoss } from '../grpo.ts';

export interface TokenRatio {
  /** exp(new − old) of the token, or the geometric mean over its datum with gspo. */
  readonly ratio: number;
  readonly advantage: number;
}

/** One for each trained token, in order. */
export function* importanceRatios(
  data: readonly Datum[],
  { logprobs_D_T }: Pick<ForwardBackwardResult, 'logprobs_D_T'>,
  kind: PolicyLoss['kind'],
): Generator<TokenRatio> {
  for (const [d, { weights_T, logprobs_T, advantages_T }] of data.entries()) {
    const new_T = logprobs_D_T[d];
    const trained = [...weights_T.keys()].filter((t) => weights_T[t] !== 0);
    const logRatios = trained.map((t) => (new_T?.[t] ?? 0) - (logprobs_T?.[t] ?? 0));
    const mean = logRatios.reduce((sum, value) => sum + value, 0) / trained.length;
    for (const [index, t] of trained.entries()) {
      const logRatio = kind === 'gspo' ? mean : (logRatios[index] ?? 0);
      yield { ratio: Math.exp(logRatio), advantage: advantages_T?.[t] ?? 0 };
    }
  }
}
