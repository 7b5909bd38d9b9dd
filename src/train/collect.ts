/**
 * Attempts at one problem: sampled, taken apart and graded, each by itself and every call durable. What was sampled or
 * graded before comes from the journal (PAY-ONCE), so that a killed run loses no more than the attempts in flight. And
 * because it is there, an attempt that waits for its grade or its group need not be held: it goes on a shelf.
 */
import type { PolicyVersion, Sample, Sampler } from '../engine/engine.ts';
import { type Grade, type Grader, gradeOfNoProof, type Ungraded } from '../grade/grade.ts';
import { gradeDurably } from '../grade/grade-durably.ts';
import type { Journal } from '../journal/journal.ts';
import { runTogether } from '../journal/run-together.ts';
import type { Problem } from '../problems/problem.ts';
import { seedFrom } from '../stats/random.ts';
import type { ChatFormat, Message } from '../tokenizer/tokenizer.ts';
import type { Lease } from './pipeline/lease.ts';
import { SampleShelf, type ShelvedSample } from './pipeline/sample-shelf.ts';
import type { Slots } from './pipeline/slots.ts';
import { recordedSample, type SampleKey, sampleDurably, sampleKey } from './sample-durably.ts';
import { leanGrade, type ShelvedGroup, type ShelvedRollout, takeGroup } from './shelved-group.ts';

/** What to do with an attempt that was cut at the token limit (by its finish reason, never by looking for a token). */
export type TruncationPolicy = 'zero' | 'mask' | 'grade-what-exists';

export interface Rollout {
  /** Its text is read from the tokens where it is needed: it is as large, and most of the time nobody asks. */
  readonly sample: Sample;
  /** Cut at the token limit. */
  readonly overflowed: boolean;
  /** Without the report: the journal has it. */
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
  /** Places that attempts are sampled and graded in; without them all are at once. */
  readonly sampling?: Slots;
  readonly grading?: Slots;
  /** How long an attempt may be sampled; without it, as long as it takes. */
  readonly lease?: Lease;
  /** Called when the first attempt has a place, or is on record; and again for the others. */
  readonly begun?: () => void;
  /** Called when an attempt has been sampled, and when it has been graded. */
  readonly progressed?: () => void;
}

export interface GroupRequest {
  /** Names the group within the run, for example `rl/120`. Unique. */
  readonly unit: string;
  readonly problem: Problem;
  readonly messages: readonly Message[];
  readonly attempts: number;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly truncation: TruncationPolicy;
  /**
   * Weights that sample it, where they are meant: part of the request then, for other weights give another answer. Without
   * it the newest weights sample it, and the samples say which those were.
   */
  readonly version?: PolicyVersion;
  readonly seed: number;
  /** Attempts, by index, that a batch committed before has as ungraded: they are not asked about again. */
  readonly ungraded?: ReadonlyMap<number, Ungraded>;
}

/**
 * Samples and grades one group. Rejects with an AbortError when the signal cuts it off, and with a LeaseExpiredError when
 * an attempt does not end.
 */
export async function collectGroup(source: RolloutSource, request: GroupRequest): Promise<RolloutGroup> {
  const shelf = new SampleShelf(Number.POSITIVE_INFINITY);
  return await takeGroup(await collectOnShelf(source, shelf, request));
}

/** The same, and its samples are on the shelf: as many of them in memory as that has room for. */
export async function collectOnShelf(
  source: RolloutSource,
  shelf: SampleShelf,
  request: GroupRequest,
): Promise<ShelvedGroup> {
  const { problem } = request;
  const prompt_T = source.format.renderPrompt(request.messages);
  const onShelf: ShelvedSample[] = [];
  try {
    const rollouts_G = await runTogether(
      attemptKeys(source.format, request, prompt_T),
      source.signal,
      async (key, index, signal): Promise<ShelvedRollout> => {
        const own = { ...source, signal };
        const shelved = await sampleOnShelf(own, shelf, prompt_T, key);
        onShelf.push(shelved);
        source.progressed?.();
        const rollout = await judge(own, request, shelved, index);
        source.progressed?.();
        return { ...rollout, shelved };
      },
    );
    return { problem, prompt_T, rollouts_G };
  } catch (error) {
    for (const shelved of onShelf) shelved.letGo();
    throw error;
  }
}

/** A function of its own, so that nothing but the shelf holds the sample while it waits. */
async function sampleOnShelf(
  source: RolloutSource,
  shelf: SampleShelf,
  prompt_T: Int32Array,
  key: SampleKey,
): Promise<ShelvedSample> {
  const leave = await shelf.entrance.enter();
  try {
    const sample = await sampleDurably({ ...source, isNew: leave }, prompt_T, key);
    const shelved = shelf.put(sample, () => recordedSample(source.journal, key));
    leave(shelved.bytes);
    return shelved;
  } finally {
    leave();
  }
}

function attemptKeys(
  format: ChatFormat,
  { unit, attempts, seed, maxTokens, temperature, version }: GroupRequest,
  prompt_T: Int32Array,
) {
  // Behaviour log-probs are those of the whole distribution: with truncation they would be another's.
  const sampling = { maxTokens, temperature, stopTokenIds: format.stopTokenIds };
  return Array.from({ length: attempts }, (_, index) =>
    sampleKey({ unit: `${unit}/${index}`, label: 'attempt' }, prompt_T, {
      seed: seedFrom(seed, unit, index),
      sampling,
      ...(version === undefined ? {} : { version }),
    }),
  );
}

async function judge(
  source: RolloutSource,
  request: GroupRequest,
  shelved: ShelvedSample,
  index: number,
): Promise<Omit<ShelvedRollout, 'shelved'>> {
  const overflowed = shelved.finish === 'length';
  const { journal, grader, format, signal, grading } = source;
  if (overflowed && request.truncation !== 'grade-what-exists') {
    const grade = gradeOfNoProof(grader.name, 'The attempt was cut at the token limit.');
    return { overflowed, grade: leanGrade(grade), reward: request.truncation === 'zero' ? 0 : undefined };
  }
  const gradeOf = (sample: Sample): Promise<Grade> =>
    gradeDurably({
      ...{ journal, grader, signal },
      unit: `${request.unit}/${index}`,
      problem: request.problem,
      proof: format.parseReply(sample.tokens_T).answer,
      seed: seedFrom(request.seed, request.unit, 'grade', index),
    });
  const graded = () => shelved.inHand(gradeOf, signal);
  const grade =
    request.ungraded?.get(index) ??
    (grading === undefined ? await graded() : await grading.run(graded, signal));
  const reward = grade.kind === 'graded' ? grade.points / 7 : undefined;
  return { overflowed, grade: leanGrade(grade), reward };
}
