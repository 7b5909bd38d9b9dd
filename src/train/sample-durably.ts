/**
 * One sample as a durable call. PAY-ONCE: what was sampled before comes from the journal, with the versions of the weights
 * that sampled it then. TOKEN-EXACT: token ids and log-probs come back bit for bit.
 */
import { createHash } from 'node:crypto';
import type { FullDistributionSampling, PolicyVersion, Sample, Sampler } from '../engine/engine.ts';
import type { Journal } from '../journal/journal.ts';
import { type Lease, withLease } from './pipeline/lease.ts';
import type { Slots } from './pipeline/slots.ts';
import { decodeSamples, encodeSamples } from './rollout-codec.ts';

/** Everything but the prompt's tokens that decides a sample. */
export interface Drawing {
  readonly seed: number;
  readonly sampling: Pick<FullDistributionSampling, 'maxTokens' | 'temperature' | 'stopTokenIds'>;
  /** Where certain weights are meant; without it the newest sample it, and the sample says which those were. */
  readonly version?: PolicyVersion;
}

export type SampleKey = ReturnType<typeof sampleKey>;

export interface DurableSampling {
  readonly journal: Journal;
  readonly sampler: Sampler;
  readonly signal: AbortSignal;
  /** Places to sample in; without them there is always one. */
  readonly sampling?: Slots;
  /** How long it may take; without it, as long as it takes. */
  readonly lease?: Lease;
  /** Called where it is not on record, before it waits for a place. */
  readonly isNew?: () => void;
  /** Called when it has a place, and when it is there. */
  readonly begun?: () => void;
}

export function sampleKey(
  { unit, label }: { readonly unit: string; readonly label: string },
  prompt_T: Int32Array,
  { seed, sampling, version }: Drawing,
) {
  const bytes = Buffer.from(prompt_T.buffer, prompt_T.byteOffset, prompt_T.byteLength);
  const prompt = createHash('sha256').update(bytes).digest('hex');
  return {
    ...{ unit, label },
    request: { prompt, seed, sampling: { ...sampling }, ...(version === undefined ? {} : { version }) },
  };
}

/**
 * The sample on record, or a new one. Rejects with an AbortError when the signal cuts it off, and with a LeaseExpiredError
 * when it does not end.
 */
export async function sampleDurably(
  { journal, sampler, signal, sampling: slots, lease, isNew, begun }: DurableSampling,
  prompt_T: Int32Array,
  key: SampleKey,
): Promise<Sample> {
  const { seed, sampling } = key.request;
  const sampled = (signal: AbortSignal) => sampler.sample({ prompt_T, seeds_S: [seed], sampling, signal });
  const made = async () => {
    begun?.();
    const samples =
      lease === undefined ? await sampled(signal) : await withLease(lease, key.unit, signal, sampled);
    const tokens = samples.reduce((sum, { tokens_T }) => sum + tokens_T.length, 0);
    return { value: tokens, payload: encodeSamples(samples) };
  };
  // What is on record needs no place, and waits for nobody.
  const { payload } = await journal.effect(key, () => {
    isNew?.();
    return slots === undefined ? made() : slots.run(made, signal);
  });
  begun?.();
  return sampleIn(key, payload);
}

/** A sample that was made before. */
export async function recordedSample(journal: Journal, key: SampleKey): Promise<Sample> {
  return sampleIn(key, (await journal.recorded(key))?.payload);
}

function sampleIn({ unit }: SampleKey, payload: Uint8Array | undefined): Sample {
  const [sample] = payload === undefined ? [] : decodeSamples(payload);
  if (sample === undefined) throw new Error(`the journal has no sample of ${unit}`);
  return sample;
}
