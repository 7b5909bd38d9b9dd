/**
 * What a sitting of a stage of reinforcement learning works with, and how it gets attempts: by the newest weights for
 * training, by those of a step for the held-out score. Each is durable by itself, so that nothing is sampled or graded
 * twice.
 */
import type { PolicyVersion, Sampler, TrainableModel } from '../../engine/engine.ts';
import type { Grader, Ungraded } from '../../grade/grade.ts';
import { runTogether } from '../../journal/run-together.ts';
import type { Problem } from '../../problems/problem.ts';
import { seedFrom } from '../../stats/random.ts';
import type { ChatFormat } from '../../tokenizer/tokenizer.ts';
import { groupAdvantages } from '../../train/advantages.ts';
import { collectGroup, collectOnShelf, type GroupRequest, type RolloutGroup } from '../../train/collect.ts';
import type { GrpoSettings } from '../../train/grpo.ts';
import { LeaseExpiredError } from '../../train/pipeline/lease.ts';
import type { Roll } from '../../train/pipeline/pipeline.ts';
import type { SampleShelf } from '../../train/pipeline/sample-shelf.ts';
import type { Slots } from '../../train/pipeline/slots.ts';
import { letGroupGo, type ShelvedGroup, type ShelvedRollout } from '../../train/shelved-group.ts';
import type { RunContext } from '../run-context.ts';
import type { PolicyStage, RlSettings } from '../schema.ts';
import { attemptLease } from './rl-lease.ts';
import type { Ask } from './rl-questions.ts';
import { type GroupOrigin, type GroupSource, plainOrigin } from './rl-source.ts';

export interface RlRun {
  readonly stage: PolicyStage;
  readonly context: RunContext;
  readonly settings: RlSettings;
  readonly format: ChatFormat;
  readonly model: TrainableModel;
  readonly sampler: Sampler;
  readonly grader: Grader;
  /** One that never errs, where there is one: in the lab. It grades what is held out, and tells what another's grades are worth. */
  readonly exact: Grader | undefined;
  /** What an attempt at a problem as it stands is asked. */
  readonly ask: Ask;
  /** What the groups are attempts at. */
  readonly source: GroupSource;
  readonly validation: readonly Problem[];
  /** The objective of a step, from 1 on. */
  readonly grpo: (step: number) => GrpoSettings;
  /** Where the objective has a KL term. */
  readonly reference: TrainableModel | undefined;
  /** Version of the weights before the first step of the stage. */
  readonly firstVersion: number;
  readonly sampling: Slots;
  readonly grading: Slots;
  /** Where samples wait for their grades and their steps. */
  readonly shelf: SampleShelf;
}

/** A group with where it comes from. */
export interface CollectedGroup extends RolloutGroup {
  readonly origin: GroupOrigin;
}

/** A finished group until its step. */
export interface WaitingGroup {
  readonly origin: GroupOrigin;
  readonly shelved: ShelvedGroup;
}

/** Groups by their number, their samples on one shelf until their step. */
export function rollerOf(run: RlRun): Roll<WaitingGroup> {
  const { context, settings, firstVersion, sampling, grading, shelf } = run;
  const lease = attemptLease(settings);
  return async (index, { signal: unwanted, progressed, queued, begun, restsOn }) => {
    const signal = AbortSignal.any([unwanted, context.signal]);
    try {
      const origin = await run.source.origin(index, { signal, progressed, restsOn });
      if ('dropped' in origin) return { kind: 'dropped', reason: origin.dropped };
      const request = groupRequest(run, index, origin);
      const source = { ...rolloutSource(run), signal, sampling, grading, lease, progressed, begun };
      queued();
      const shelved = await collectOnShelf(source, shelf, request);
      const letGo = () => letGroupGo(shelved);
      const reason =
        settings.zeroVarianceGroups === 'refill' ? sameness(shelved, settings.advantage) : undefined;
      if (reason !== undefined) {
        letGo();
        return { kind: 'dropped', reason };
      }
      const oldestVersion = oldestIn(shelved, origin) - firstVersion;
      return { kind: 'group', group: { origin, shelved }, oldestVersion, letGo };
    } catch (error) {
      if (error instanceof LeaseExpiredError) return { kind: 'dropped', reason: 'attempt-timeout' };
      throw error;
    }
  };
}

/** A group that an earlier sitting has collected, as the batch that was committed with it has it. */
export async function collectedGroup(
  run: RlRun,
  index: number,
  ungraded: ReadonlyMap<number, Ungraded>,
): Promise<CollectedGroup> {
  const { signal } = run.context;
  const origin = await run.source.origin(index, { signal });
  if ('dropped' in origin)
    throw new Error(`group ${index} was trained before, and is dropped now: ${origin.dropped}`);
  const request = { ...groupRequest(run, index, origin), ungraded };
  return { ...(await collectGroup({ ...rolloutSource(run), signal }, request)), origin };
}

/**
 * One attempt at each problem by the weights after `step` steps, which the sampler has to have: all but what it said. What
 * has not ended in any of its leases is left out.
 */
export async function collectAt(
  run: RlRun,
  step: number,
  problems: readonly Problem[],
  grader: Grader,
  stop: AbortSignal,
): Promise<ShelvedRollout[]> {
  const groups = await runTogether(problems, stop, async (problem, index, signal) => {
    const source = { ...rolloutSource(run), grader, signal, lease: attemptLease(run.settings) };
    const request: GroupRequest = {
      ...requestFor(run, `${run.stage}/held-out/${step}/${index}`, plainOrigin(problem, run.ask)),
      attempts: 1,
      truncation: 'grade-what-exists',
      version: step as PolicyVersion,
    };
    try {
      const group = await collectOnShelf(source, run.shelf, request);
      letGroupGo(group);
      return group.rollouts_G;
    } catch (error) {
      if (!(error instanceof LeaseExpiredError)) throw error;
      run.context.progress.remark(`${run.stage}: left out of the held-out score: ${error.message}`);
      return [];
    }
  });
  return groups.flat();
}

function rolloutSource({ context, sampler, format, grader }: RlRun) {
  return { journal: context.journal, sampler, format, grader };
}

function groupRequest(run: RlRun, index: number, origin: GroupOrigin): GroupRequest {
  return requestFor(run, `${run.stage}/${index}`, origin);
}

function requestFor(
  { context, settings, stage }: RlRun,
  unit: string,
  { problem, messages }: GroupOrigin,
): GroupRequest {
  return {
    ...{ unit, problem, messages },
    attempts: settings.groupSize,
    maxTokens: settings.maxTokens,
    temperature: settings.temperature,
    truncation: settings.truncation,
    seed: seedFrom(context.recipe.seed, stage),
  };
}

/** What the rewards of a group are, where they are all the same. */
function sameness({ rollouts_G }: ShelvedGroup, advantage: RlSettings['advantage']): string | undefined {
  const {
    zeroVariance,
    graded,
    meanReward = 0,
  } = groupAdvantages(
    rollouts_G.map(({ reward }) => reward),
    advantage,
  );
  // A group without grades is the grader's failure, which is counted elsewhere.
  if (!zeroVariance || graded === 0) return undefined;
  if (meanReward < 1e-9) return 'all-zero';
  return meanReward > 1 - 1e-9 ? 'all-full' : 'all-equal';
}

/** Version of the oldest token, of the attempts and of the state that they begin with. */
function oldestIn({ rollouts_G }: ShelvedGroup, { state }: GroupOrigin): number {
  const oldest = rollouts_G.map(({ shelved }) => shelved.oldestVersion);
  return Math.min(...oldest, state?.oldestVersion ?? Number.POSITIVE_INFINITY);
}
