/**
 * What a sampler is asked for: samples of one prompt. Checked before anything is computed, so that a request that
 * cannot be served fails by itself and never in the middle of a batch.
 */
import type { ModelConfig, SampleRequest, SamplingParameters } from '../engine.ts';
import { positionCount } from './rotary-positions.ts';

/** A `SampleRequest` without its signal, which does not cross threads. */
export type SequenceRequest = Omit<SampleRequest, 'signal'>;

/** What the sampler was made with. */
export interface SamplerAbilities {
  /** It knows what tokens stand for. */
  readonly stopStrings: boolean;
  readonly promptLogprobs: boolean;
}

/** Throws a RangeError that names what does not fit. */
export function checkSequenceRequest(
  request: SequenceRequest,
  config: ModelConfig,
  abilities: SamplerAbilities,
): void {
  const { prompt_T, sampling, promptLogprobs = false, topLogprobs = 0 } = request;
  const { maxTokens, stopStrings = [] } = sampling;
  if (prompt_T.length === 0) throw new RangeError('the prompt is empty');
  requireInteger('maxTokens', maxTokens, 1, Number.MAX_SAFE_INTEGER);
  requireInteger('topLogprobs', topLogprobs, 0, config.vocab_size);
  checkDrawing(sampling);
  if (stopStrings.includes('')) throw new RangeError('a stop string is empty');
  if (stopStrings.length > 0 && !abilities.stopStrings) {
    throw new RangeError('this sampler cannot look for stop strings: it was made without a tokenizer');
  }
  if (promptLogprobs && !abilities.promptLogprobs) {
    throw new RangeError('this sampler has no prompt log-probs: it was made without promptLogprobs');
  }
  const length = prompt_T.length + maxTokens;
  const positions = positionCount(config);
  if (length > positions) {
    throw new RangeError(`prompt and maxTokens make ${length} tokens; the model has ${positions} positions`);
  }
  const stranger = prompt_T.find((token) => token < 0 || token >= config.vocab_size);
  if (stranger !== undefined) throw new RangeError(`token ${stranger} is not in the vocabulary`);
}

function checkDrawing(sampling: SamplingParameters): void {
  const { temperature, topK = 1, topP = 1, minP = 0 } = sampling;
  const { repetitionPenalty = 1, frequencyPenalty = 0, presencePenalty = 0 } = sampling;
  const finite = Number.isFinite;
  const require = (name: string, value: number, isGood: boolean, what: string) => {
    if (!isGood) throw new RangeError(`${name} must be ${what}, got ${value}`);
  };
  require('temperature', temperature, temperature >= 0 && finite(temperature), 'finite and at least 0');
  requireInteger('topK', topK, 1, Number.MAX_SAFE_INTEGER);
  require('topP', topP, topP > 0 && topP <= 1, 'above 0 and at most 1');
  require('minP', minP, minP >= 0 && minP <= 1, 'from 0 to 1');
  const isPenalty = repetitionPenalty > 0 && finite(repetitionPenalty);
  require('repetitionPenalty', repetitionPenalty, isPenalty, 'finite and above 0');
  require('frequencyPenalty', frequencyPenalty, finite(frequencyPenalty), 'finite');
  require('presencePenalty', presencePenalty, finite(presencePenalty), 'finite');
}

function requireInteger(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new RangeError(`${name} must be an integer ${range}, got ${value}`);
}
