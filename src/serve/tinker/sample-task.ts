/** Samples, and what is asked for of the prompt beside them, as the answer of `asample`. */
import type { Sample, Sampler, TopLogprobs } from '../../engine/engine.ts';
import type { SampleResponse, WireTopLogprobs } from '../../engine/tinker/wire/sample-response.ts';
import type { ReadSampling } from './read-sampling.ts';

/** What fills the positions that have no likeliest tokens. */
const emptyCell = { token: 0, logprob: -99_999 };

/** Rejects with what the sampler says: a RangeError for what it cannot serve, an AbortError when the signal fires. */
export async function runSampling(
  sampler: Sampler,
  asked: ReadSampling,
  signal: AbortSignal,
): Promise<SampleResponse> {
  const [samples, top] = await Promise.all([
    sampler.sample({ ...asked.request, signal }),
    topOfPrompt(sampler, asked, signal),
  ]);
  return {
    sequences: samples.map((sample) => ({
      stopReason: sample.finish,
      tokens_T: sample.tokens_T,
      logprobs_T: sample.logprobs_T,
      versions: sample.versions,
      ...(sample.topLogprobs === undefined ? {} : { topLogprobs: wireTop(sample.topLogprobs) }),
    })),
    ...promptLogprobs(samples[0], asked),
    ...(top === undefined ? {} : { topPromptLogprobs: top }),
  };
}

/** As long as the prompt; NaN where none is asked for, and for the first token, which has nothing before it. */
function promptLogprobs(
  sample: Sample | undefined,
  { request, promptLogprobs: last }: ReadSampling,
): Pick<SampleResponse, 'promptLogprobs'> {
  const computed = sample?.promptLogprobs_T;
  if (last === undefined || computed === undefined) return {};
  const values = Float32Array.from(computed);
  values.fill(Number.NaN, 0, request.prompt_T.length - last);
  return { promptLogprobs: values };
}

/** The engine tells them of what it samples, so one token is sampled after each beginning of the prompt. */
async function topOfPrompt(
  sampler: Sampler,
  { request, promptLogprobs: last = 0, topPromptLogprobs: k }: ReadSampling,
  signal: AbortSignal,
): Promise<WireTopLogprobs | undefined> {
  if (k === 0) return undefined;
  const { length } = request.prompt_T;
  const tokens = new Int32Array(length * k).fill(emptyCell.token);
  const logprobs = new Float32Array(length * k).fill(emptyCell.logprob);
  const sampling = { maxTokens: 1, temperature: 0, stopTokenIds: [] };
  for (let position = length - last; position < length; position += 1) {
    const prompt_T = request.prompt_T.slice(0, position);
    const [sample] = await sampler.sample({ prompt_T, seeds_S: [0], sampling, topLogprobs: k, signal });
    tokens.set(sample?.topLogprobs?.tokens ?? [], position * k);
    logprobs.set(sample?.topLogprobs?.logprobs ?? [], position * k);
  }
  return { k, length, tokens, logprobs };
}

function wireTop({ count, tokens, logprobs }: TopLogprobs): WireTopLogprobs {
  return { k: count, length: tokens.length / count, tokens, logprobs };
}
