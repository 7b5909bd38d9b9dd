/**
 * SAME-LOGPROB while training runs: after each update a few tokens are sampled for nothing but to be compared with the trainer, before the
 * next step trains. A sampler that says that it uses the new weights and does not, a cache that was filled by older
 * ones, or arithmetic that differs between sampling and training is seen here, whatever lag the batch has.
 */
import type { Datum, PolicyVersion, Sample, Sampler, TrainableModel } from '../../engine/engine.ts';

export interface CanarySettings {
  readonly prompt_T: Int32Array;
  readonly temperature: number;
  readonly stopTokenIds: readonly number[];
  /** Largest difference of a log-prob, in nats; undefined: no canary is sent. */
  readonly most: number | undefined;
}

/** Sampler and trainer do not compute the same. */
export class SamplerMismatchError extends Error {
  constructor(difference: number, most: number, where: string) {
    super(
      `sampler and trainer disagree about the same weights: a log-prob differs by ${difference.toPrecision(3)} nats ` +
        `(limit ${most}) ${where}. The sampler has other weights than it says, a cache filled by older ones, or ` +
        'computes in another precision. Nothing was trained on it. If the difference is one of precision, ' +
        'alarms.sameLogprob is the limit',
    );
    this.name = 'SamplerMismatchError';
  }
}

/** Samples as many times, each a request of its own, so that several parts of a sampler are asked. */
const canaries = 4;
export const canaryTokens = 12;

/** Asks the sampler for the canary of a version. */
export async function sampleCanary(
  sampler: Sampler,
  { prompt_T, temperature, stopTokenIds }: CanarySettings,
  signal: AbortSignal,
): Promise<Sample[]> {
  const sampling = { maxTokens: canaryTokens, temperature, stopTokenIds };
  const seeds = Array.from({ length: canaries }, (_, index) => index + 1);
  const replies = await Promise.all(
    seeds.map((seed) => sampler.sample({ prompt_T, seeds_S: [seed], sampling, signal })),
  );
  return replies.flat();
}

/**
 * The largest difference of a log-prob between the canary and the model, whose weights have to be those of `version`.
 * Throws a SamplerMismatchError, or one that says which other version was used.
 */
export async function checkCanary(
  model: Pick<TrainableModel, 'forward'>,
  samples: readonly Sample[],
  version: PolicyVersion,
  { prompt_T, temperature, most = Number.POSITIVE_INFINITY }: CanarySettings,
): Promise<number> {
  const others = samples.flatMap(({ versions }) => versions.filter((span) => span.version !== version));
  const [other] = others;
  if (other !== undefined)
    throw new Error(
      `a sample of the weights of version ${version} says that it is of version ${other.version}`,
    );
  const data = samples.map(({ tokens_T }) => datumOf(prompt_T, tokens_T));
  const logprobs_D_T = await model.forward(data, temperature);
  let largest = 0;
  samples.forEach(({ logprobs_T }, d) => {
    logprobs_T.forEach((logprob, t) => {
      const difference = Math.abs(logprob - (logprobs_D_T[d]?.[prompt_T.length + t] ?? Number.NaN));
      // A value that is no number agrees with nothing.
      largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(largest, difference);
    });
  });
  if (largest > most) throw new SamplerMismatchError(largest, most, `in a sample of version ${version}`);
  return largest;
}

function datumOf(prompt_T: Int32Array, sampled_T: Int32Array): Datum {
  const tokens_T = new Int32Array(prompt_T.length + sampled_T.length);
  tokens_T.set(prompt_T);
  tokens_T.set(sampled_T, prompt_T.length);
  return { tokens_T, weights_T: new Float32Array(tokens_T.length).fill(1, prompt_T.length) };
}
