/** The result of sampling in the older JSON form, from and to the shape of the protobuf form. */
import type { z } from 'zod';
import type { asample } from './endpoints/sampling-endpoints.ts';
import { logprobsFromJson } from './json-tensors.ts';
import type { SampleResponse, WireSequence, WireTopLogprobs } from './sample-response.ts';
import { WireError } from './wire-error.ts';

type JsonSample = z.input<typeof asample.result>;
type JsonTop = NonNullable<JsonSample['topk_prompt_logprobs']>;

/** What fills a position that has fewer than k. */
const emptyCell = { token: 0, logprob: -99_999 };

export function sampleResponseToJson(response: SampleResponse): JsonSample {
  const { promptLogprobs, topPromptLogprobs } = response;
  return {
    type: 'sample',
    sequences: response.sequences.map((sequence) => ({
      stop_reason: sequence.stopReason,
      tokens: [...sequence.tokens_T],
      ...(sequence.logprobs_T === undefined ? {} : { logprobs: [...sequence.logprobs_T] }),
      ...(sequence.topLogprobs === undefined ? {} : { topk_logprobs: topToJson(sequence.topLogprobs) }),
      ...(sequence.versions === undefined ? {} : { x_versions: [...sequence.versions] }),
    })),
    ...(promptLogprobs === undefined
      ? {}
      : { prompt_logprobs: Array.from(promptLogprobs, (value) => (Number.isNaN(value) ? null : value)) }),
    ...(topPromptLogprobs === undefined ? {} : { topk_prompt_logprobs: topToJson(topPromptLogprobs) }),
  };
}

/** Throws a WireError. */
export function sampleResponseFromJson(json: z.output<typeof asample.result>): SampleResponse {
  return {
    sequences: json.sequences.map(sequenceFromJson),
    ...(json.prompt_logprobs == null ? {} : { promptLogprobs: logprobsFromJson(json.prompt_logprobs) }),
    ...(json.topk_prompt_logprobs == null
      ? {}
      : { topPromptLogprobs: topFromJson(json.topk_prompt_logprobs) }),
  };
}

function sequenceFromJson(
  json: z.output<typeof asample.result>['sequences'][number],
  index: number,
): WireSequence {
  if (json.logprobs != null && json.logprobs.length !== json.tokens.length) {
    throw new WireError(
      `sequences[${index}]: ${json.logprobs.length} log-probs for ${json.tokens.length} tokens`,
    );
  }
  return {
    stopReason: json.stop_reason,
    tokens_T: Int32Array.from(json.tokens),
    ...(json.logprobs == null ? {} : { logprobs_T: Float32Array.from(json.logprobs) }),
    ...(json.topk_logprobs == null ? {} : { topLogprobs: topFromJson(json.topk_logprobs) }),
    ...(json.x_versions == null ? {} : { versions: json.x_versions }),
  };
}

function topToJson({ k, length, tokens, logprobs }: WireTopLogprobs): JsonTop {
  return Array.from({ length }, (_, position) => {
    const cells = Array.from({ length: k }, (_cell, place): [number, number] => [
      tokens[position * k + place] ?? 0,
      logprobs[position * k + place] ?? 0,
    ]).filter(([, logprob]) => logprob !== emptyCell.logprob);
    return cells.length === 0 ? null : cells;
  });
}

function topFromJson(rows: JsonTop): WireTopLogprobs {
  const k = rows.reduce((most, row) => Math.max(most, row?.length ?? 0), 0);
  const tokens = new Int32Array(rows.length * k).fill(emptyCell.token);
  const logprobs = new Float32Array(rows.length * k).fill(emptyCell.logprob);
  for (const [position, row] of rows.entries()) {
    for (const [place, [token, logprob]] of (row ?? []).entries()) {
      tokens[position * k + place] = token;
      logprobs[position * k + place] = logprob;
    }
  }
  return { k, length: rows.length, tokens, logprobs };
}
