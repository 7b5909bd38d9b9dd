/**
 * Whether an execution provider computes what this engine needs: a small model of the real graphs is trained for a
 * step's gradient and asked for some tokens, on the provider and on the processor, and the numbers must agree.
 * Some providers load and fail, or err, only at the first run, so nothing less says that one works.
 */
import type { Datum, Loss, ModelConfig, PolicyVersion } from '../engine.ts';
import { ExecutionProviderError } from './execution-provider.ts';
import { initialParameters } from './parameters.ts';
import type { ExecutionProvider } from './provider-names.ts';
import { SamplerCore } from './sampler-core.ts';
import { Trainer } from './trainer.ts';

/** Greatest difference from the processor's numbers, as a share of the greatest of them. */
const tolerance = 1e-3;

const config: ModelConfig = {
  model_type: 'qwen3',
  vocab_size: 48,
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 8,
  rms_norm_eps: 1e-6,
  rope_theta: 10_000,
  max_position_embeddings: 64,
  tie_word_embeddings: true,
};

const loss: Loss = {
  kind: 'ppo',
  temperature: 0.8,
  epsilonLow: 0.2,
  epsilonHigh: 0.2,
  entropyCoefficient: 1e-3,
};

export interface ProviderTrial {
  /** Greatest relative difference from the processor's numbers. */
  readonly difference: number;
  /** Seconds, most of which compile kernels. */
  readonly seconds: number;
}

/** Tries a provider. Throws an ExecutionProviderError when it does not compute, or not the same. */
export async function tryProvider(provider: ExecutionProvider): Promise<ProviderTrial> {
  const began = performance.now();
  const expected = await numbersOn('cpu');
  let found: Map<string, Float32Array>;
  try {
    found = await numbersOn(provider);
  } catch (cause) {
    if (cause instanceof ExecutionProviderError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    const [first = ''] = message.split('\n');
    throw new ExecutionProviderError(provider, { reason: `it failed at its first run: ${first}` }, cause);
  }
  let difference = 0;
  for (const [name, values] of expected) {
    const relative = relativeDifference(values, found.get(name));
    if (!(relative <= tolerance)) {
      const reason = `its ${name} are not the processor's (they differ by ${relative.toExponential(1)} of the greatest)`;
      throw new ExecutionProviderError(provider, { reason });
    }
    difference = Math.max(difference, relative);
  }
  return { difference, seconds: (performance.now() - began) / 1000 };
}

/** Log-probs and gradients of a small batch, and log-probs of a few sampled tokens. */
async function numbersOn(provider: ExecutionProvider): Promise<Map<string, Float32Array>> {
  const threads = 1;
  const version = 0 as PolicyVersion;
  const flat = initialParameters(config, 1, new Map());
  const trainer = new Trainer({ config, flat, version, threads, provider });
  const numbers = new Map<string, Float32Array>();
  try {
    const { logprobs_D_T } = await trainer.forwardBackward([datumOf(23, 5), datumOf(9, 2)], loss);
    numbers.set('log-probs', Float32Array.from(logprobs_D_T.flatMap((logprobs_T) => [...logprobs_T])));
    numbers.set('gradients', trainer.copyGradient());
  } finally {
    await trainer.close();
  }
  const sampler = await SamplerCore.create({ config, flat, version, kind: 'snapshot', threads, provider });
  try {
    const sampling = { maxTokens: 4, temperature: 0, stopTokenIds: [] };
    const [sample] = await sampler.sample({ prompt_T: datumOf(12, 1).tokens_T, seeds_S: [1], sampling });
    numbers.set('sampled log-probs', sample?.logprobs_T ?? new Float32Array());
  } finally {
    await sampler.close();
  }
  return numbers;
}

/** A sequence whose second part is trained. */
function datumOf(length: number, promptLength: number): Datum & { readonly tokens_T: Int32Array } {
  const trained = (value: (t: number) => number) =>
    Float32Array.from({ length }, (_, t) => (t < promptLength ? 0 : value(t)));
  return {
    tokens_T: Int32Array.from({ length }, (_, t) => (7 * t * t + 3 * t + 1) % config.vocab_size),
    weights_T: trained(() => 1 / length),
    logprobs_T: trained((t) => -3.8 - 0.02 * (t % 5)),
    advantages_T: trained((t) => (t % 2 === 0 ? 1 : -0.5)),
  };
}

function relativeDifference(expected: Float32Array, found: Float32Array | undefined): number {
  if (found?.length !== expected.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  let greatest = 0;
  for (const [i, value] of expected.entries()) {
    const difference = Math.abs(value - (found[i] ?? Number.NaN));
    // NaN would compare as no difference.
    worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
    greatest = Math.max(greatest, Math.abs(value));
  }
  return worst / greatest;
}
