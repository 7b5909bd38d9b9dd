/**
 * What a sampler is asked for: samples of one prompt. Checked before anything is computed, so that a request that
 * the model cannot serve fails by itself and never in the middle of a batch.
 */
import type { ModelConfig, SampleRequest } from '../engine.ts';
import { positionCount } from './rotary-positions.ts';

/** A `SampleRequest` without its signal, which does not cross threads. */
export type SequenceRequest = Pick<SampleRequest, 'prompt_T' | 'seeds_S' | 'sampling'>;

/** Throws a RangeError that names what does not fit. */
export function checkSequenceRequest({ prompt_T, sampling }: SequenceRequest, config: ModelConfig): void {
  const { maxTokens, temperature } = sampling;
  if (prompt_T.length === 0) throw new RangeError('the prompt is empty');
  if (!(Number.isInteger(maxTokens) && maxTokens >= 1)) {
    throw new RangeError(`maxTokens must be an integer of at least 1, got ${maxTokens}`);
  }
  if (!(temperature >= 0 && Number.isFinite(temperature))) {
    throw new RangeError(`temperature must be finite and at least 0, got ${temperature}`);
  }
  const length = prompt_T.length + maxTokens;
  const positions = positionCount(config);
  if (length > positions) {
    throw new RangeError(`prompt and maxTokens make ${length} tokens; the model has ${positions} positions`);
  }
  const stranger = prompt_T.find((token) => token < 0 || token >= config.vocab_size);
  if (stranger !== undefined) throw new RangeError(`token ${stranger} is not in the vocabulary`);
}
