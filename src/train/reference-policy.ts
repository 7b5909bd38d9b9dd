/**
 * Log-probs of a batch under a reference policy that is not trained, for the KL term that keeps the policy near it.
 * They are at the temperature of the policy's own. They are a function of weights and batch: nothing of them is
 * recorded.
 */
import type { Datum, TrainableModel } from '../engine/engine.ts';

export async function withReferenceLogprobs(
  data: readonly Datum[],
  reference: Pick<TrainableModel, 'forward'>,
  temperature: number,
): Promise<Datum[]> {
  const logprobs_D_T = await reference.forward(data, temperature);
  return data.map((datum, d) => {
    const referenceLogprobs_T = logprobs_D_T[d];
    if (referenceLogprobs_T === undefined) throw new Error(`the reference gave no log-probs of datum ${d}`);
    return { ...datum, referenceLogprobs_T };
  });
}
