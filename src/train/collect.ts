/**
 * Attempts at one problem: sampled, taken apart and graded, every call durable. A group that was collected before
 * comes from the journal (PAY-ONCE), so that a killed run neither samples nor grades it again.
 */
import { createHash } from 'node:crypto';
import type { FullDistributionSampling, PolicyVersion, Sample, Sampler } from '../engine/engine.ts';
import { type Grade, type Grader, gradeOfNoProof, type Ungraded } from '../grade/grade.ts';
import { gradeDurably } from '../grade/grade-durably.ts';
import type { Journal } from '../journal/journal.ts';
import { runTogether } from '../journal/run-together.ts';
import type { Problem } from '../problems/problem.ts';
import { seedFrom } from '../stats/random.ts';
import type { ChatFormat, Message, ParsedReply } from '../tokenizer/tokenizer.ts';
import { decodeSamples, encodeSamples } from './rollout-codec.ts';

/** What to do with an attempt that was cut at the token limit (by its finish reason, never by looking for a token). */
export type TruncationPolicy = 'zero' | 'mask' | 'grade-what-exists';

export interface Rollout {
  readonly sample: Sample;
  readonly reply: ParsedReply;
  /** Cut at the token limit. */
  readonly overflowed: boolean;
  readonly grade: Grade;
  /** points / 7; undefined when ungraded or masked. */
  readonly reward: number | undefined;
}

export interface RolloutGroup {
  readonly problem: Problem;
  readonly prompt_T: Int32Array;
  readonly rollouts_G: readonly Rollout[];
}

export interface RolloutSource {
  readonly journal: Journal;
  readonly sampler: Sampler;
  readonly format: ChatFormat;
  readonly grader: Grader;
  readonly signal: AbortSignal;
}

export interface GroupRequest {
  /** Names the group within the run, for example `rl/12/3`. Unique. */
  readonly unit: string;
  readonly problem: Problem;
  readonly messages: readonly Message[];
  readonly attempts: number;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly truncation: TruncationPolicy;
  /** Weights that sample it: part of the request, for other weights give another answer. */
  readonly version: PolicyVersion;
  readonly seed: number;
  /** Attempts, by index, that a batch committed before has as ungraded: they are not asked about again. */
  readonly ungraded?: ReadonlyMap<number, Ungraded>;
}

/** Samples and grades one group. Rejects with an AbortError when the signal cuts it off. */
export async function collectGroup(source: RolloutSource, request: GroupRequest): Promise<RolloutGroup> {
  const { unit, problem } = request;
  const prompt_T = source.format.renderPrompt(request.messages);
  const seeds_S = Array.from({ length: request.attempts }, (_, index) => seedFrom(request.seed, unit, index));
  // Behaviour log-probs are those of the whole distribution: with truncation they would be another's.
  const sampling = {
    maxTokens: request.maxTokens,
    temperature: request.temperature,
    stopTokenIds: source.format.stopTokenIds,
  } satisfies FullDistributionSampling;
  const prompt = createHash('sha256').update(
    Buffer.from(prompt_T.buffer, prompt_T.byteOffset, prompt_T.byteLength),
  );
  const { payload } = await source.journal.effect(
    {
      unit,
      label: 'attempts',
      request: { prompt: prompt.digest('hex'), seeds_S, sampling, version: request.version },
    },
    async () => {
      const samples = await source.sampler.sample({ prompt_T, seeds_S, sampling, signal: source.signal });
      return { value: samples.map((sample) => sample.tokens_T.length), payload: encodeSamples(samples) };
    },
  );
  if (payload === undefined) throw new Error(`the record of ${unit} has no samples`);
  const rollouts_G = await runTogether(decodeSamples(payload), source.signal, (sample, index, signal) =>
    judge({ ...source, signal }, request, sample, index),
  );
  return { problem, prompt_T, rollouts_G };
}

async function judge(
  source: RolloutSource,
  request: GroupRequest,
  sample: Sample,
  index: number,
): Promise<Rollout> {
  const reply = source.format.parseReply(sample.tokens_T);
  const overflowed = sample.finish === 'length';
  const common = { sample, reply, overflowed };
  if (overflowed && request.truncation !== 'grade-what-exists') {
    const grade = gradeOfNoProof(source.grader.name, 'The attempt was cut at the token limit.');
    return { ...common, grade, reward: request.truncation === 'zero' ? 0 : undefined };
  }
  const grade =
    request.ungraded?.get(index) ??
    (await gradeDurably({
      ...{ journal: source.journal, grader: source.grader, signal: source.signal },
      unit: `${request.unit}/${index}`,
      problem: request.problem,
      proof: reply.answer,
      seed: seedFrom(request.seed, request.unit, 'grade', index),
    }));
  return { ...common, grade, reward: grade.kind === 'graded' ? grade.points / 7 : undefined };
}
