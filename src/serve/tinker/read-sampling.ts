/**
 * What `asample` asks for, as the engine takes it. What cannot be followed is refused by field; nothing that would change
 * the samples is passed over.
 */
import type { z } from 'zod';
import type { SampleRequest, SamplingParameters } from '../../engine/engine.ts';
import type { asample } from '../../engine/tinker/wire/endpoints/sampling-endpoints.ts';
import { tokensFromModelInput } from '../../engine/tinker/wire/json-tensors.ts';
import { seedFrom } from '../../stats/random.ts';
import { invalidRequest } from '../api-error.ts';
import type { BaseModel } from './base-model.ts';

type SampleBody = z.output<typeof asample.request>;

export interface ReadSampling {
  readonly request: Omit<SampleRequest, 'signal'>;
  /** The last so many positions of the prompt have log-probs in the answer; undefined: none is asked for. */
  readonly promptLogprobs: number | undefined;
  /** Likeliest tokens a position of the prompt, those that have log-probs; 0: none. */
  readonly topPromptLogprobs: number;
}

/** Most samples of one request. */
const mostSamples = 1024;
/** Most likeliest tokens a position. */
const mostTop = 100;

/** `nextSeed` gives seeds to requests that bring none. Throws an ApiError of 400. */
export function readSampling(body: SampleBody, base: BaseModel, nextSeed: () => number): ReadSampling {
  const { config } = base;
  const prompt_T = tokensFromModelInput(body.prompt, 'prompt');
  if (prompt_T.length === 0) throw invalidRequest('prompt', 'prompt: empty; a sample goes on from something');
  const stranger = prompt_T.findIndex((token) => token >= config.vocab_size);
  if (stranger >= 0) {
    throw invalidRequest(
      'prompt',
      `prompt: token ${prompt_T[stranger]} at ${stranger}; the vocabulary has ${config.vocab_size}`,
    );
  }
  refuse(body);
  const room = config.max_position_embeddings - prompt_T.length;
  const maxTokens = body.sampling_params.max_tokens ?? room;
  if (maxTokens < 1 || maxTokens > room) {
    throw invalidRequest(
      'sampling_params.max_tokens',
      `sampling_params.max_tokens: ${maxTokens}; the model has ${config.max_position_embeddings} positions and the prompt takes ${prompt_T.length}`,
    );
  }
  const wantsPrompt = body.prompt_logprobs === true || (body.topk_prompt_logprobs ?? 0) > 0;
  const lastPositions = body.prompt_logprobs_last_n ?? prompt_T.length - 1;
  if (body.prompt_logprobs_last_n != null && lastPositions > prompt_T.length - 1) {
    throw invalidRequest(
      'prompt_logprobs_last_n',
      `prompt_logprobs_last_n: ${lastPositions}; ${prompt_T.length - 1} tokens of the prompt have one before them`,
    );
  }
  const most = Math.min(mostTop, config.vocab_size);
  for (const field of ['topk_sample_logprobs', 'topk_prompt_logprobs'] as const) {
    if ((body[field] ?? 0) > most)
      throw invalidRequest(field, `${field}: ${body[field]}; at most ${most} here`);
  }
  return {
    request: {
      prompt_T,
      seeds_S: seedsOf(body, nextSeed),
      sampling: drawingOf(body, base, maxTokens),
      promptLogprobs: wantsPrompt,
      topLogprobs: body.topk_sample_logprobs ?? 0,
    },
    promptLogprobs: wantsPrompt ? lastPositions : undefined,
    topPromptLogprobs: body.topk_prompt_logprobs ?? 0,
  };
}

/** What this server does not compute. */
function refuse(body: SampleBody): void {
  const fields = {
    target_prompt_logprobs: body.target_prompt_logprobs != null,
    prompt_alt_tokens_k: (body.prompt_alt_tokens_k ?? 0) > 0,
    record_stability_info: body.record_stability_info === true,
  };
  for (const [field, isAsked] of Object.entries(fields)) {
    if (isAsked) throw invalidRequest(field, `${field}: this server does not compute it`, 'unsupported');
  }
}

function seedsOf({ num_samples, sampling_params }: SampleBody, nextSeed: () => number): readonly number[] {
  const count = num_samples ?? 1;
  if (count > mostSamples) {
    throw invalidRequest('num_samples', `num_samples: ${count}; at most ${mostSamples} a request`);
  }
  const { x_seeds, seed } = sampling_params;
  if (x_seeds != null) {
    if (x_seeds.length === count) return x_seeds;
    throw invalidRequest(
      'sampling_params.x_seeds',
      `sampling_params.x_seeds: ${x_seeds.length} seeds for ${count} samples`,
    );
  }
  const first = seed ?? nextSeed();
  return Array.from({ length: count }, (_, i) => seedFrom('tinker', first, i));
}

function drawingOf(
  { sampling_params: given }: SampleBody,
  base: BaseModel,
  maxTokens: number,
): SamplingParameters {
  const wrong = (field: string, what: string) =>
    invalidRequest(`sampling_params.${field}`, `sampling_params.${field}: ${what}`);
  const { stop, top_k, top_p, x_stop_token_ids: extra } = given;
  const texts = typeof stop === 'string' ? [stop] : (stop ?? []).filter((one) => typeof one === 'string');
  const ids = typeof stop === 'string' ? [] : (stop ?? []).filter((one) => typeof one === 'number');
  if (texts.includes('')) throw wrong('stop', 'an empty text stops nothing');
  if (texts.length > 0 && base.tokenizer === undefined) {
    throw wrong('stop', `${base.name} has no tokenizer here, so texts cannot be looked for; give token ids`);
  }
  const stranger = [...ids, ...(extra ?? [])].find((id) => id < 0 || id >= base.config.vocab_size);
  if (stranger !== undefined) throw wrong('stop', `token ${stranger} is not in the vocabulary`);
  if (top_k != null && top_k !== -1 && top_k < 1) throw wrong('top_k', `${top_k}; -1 is for no limit`);
  if (top_p != null && !(top_p > 0 && top_p <= 1))
    throw wrong('top_p', `${top_p}; above 0 and at most 1 is right`);
  const optional = {
    topK: top_k == null || top_k === -1 ? undefined : top_k,
    topP: top_p === 1 ? undefined : top_p,
    minP: given.x_min_p,
    repetitionPenalty: given.x_repetition_penalty,
    frequencyPenalty: given.x_frequency_penalty,
    presencePenalty: given.x_presence_penalty,
    stopStrings: texts.length === 0 ? undefined : texts,
  };
  return {
    maxTokens,
    temperature: given.temperature ?? 1,
    // What is said replaces the model's own ends; an empty list leaves none.
    stopTokenIds: stop == null ? [...base.stopTokenIds, ...(extra ?? [])] : [...ids, ...(extra ?? [])],
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value != null)),
  };
}
