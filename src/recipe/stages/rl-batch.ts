/**
 * The batch of one step of reinforcement learning: its groups, and what was committed of them before the optimiser steps, so that a
 * killed run makes the same batch again. EMIT-ONCE: the record of a step names the groups that it trains and those that
 * were dropped since the step before, with the reason; a group is in one record, once. REPLAY: those
 * records are all that a later sitting needs to know which groups have ended.
 */
import { createHash } from 'node:crypto';
import type { Datum } from '../../engine/engine.ts';
import type { Ungraded } from '../../grade/grade.ts';
import { checkUngraded, UngradedCount } from '../../grade/ungraded-rate.ts';
import { runTogether } from '../../journal/run-together.ts';
import { type GrpoBatch, grpoBatch } from '../../train/grpo.ts';
import type { Dropped } from '../../train/pipeline/group-ledger.ts';
import type { Pipeline } from '../../train/pipeline/pipeline.ts';
import { takeGroup } from '../../train/shelved-group.ts';
import { type CommittedBatch, committedBatchSchema } from './committed-batch.ts';
import { type CollectedGroup, collectedGroup, type RlRun, type WaitingGroup } from './rl-attempts.ts';

/** The attempts of one step and the batch they make. */
export interface Gathered {
  readonly groups: readonly CollectedGroup[];
  readonly batch: GrpoBatch;
  readonly dropped: readonly Dropped[];
  /** Nothing was sampled or graded: an earlier sitting had done it. */
  readonly isReplayed: boolean;
  /** How long the step waited for its groups, and how much of that for stragglers. */
  readonly waitedSeconds: number;
  readonly stragglerSeconds: number;
}

const streamOf = ({ stage }: Pick<RlRun, 'stage'>): string => `${stage}/batch`;

/** The batches that earlier sittings have committed, by step. */
export async function committedBatches(
  run: Pick<RlRun, 'context' | 'stage'>,
): Promise<ReadonlyMap<number, CommittedBatch>> {
  const batches = new Map<number, CommittedBatch>();
  for await (const { key, value } of run.context.journal.values(streamOf(run))) {
    batches.set(Number(key), committedBatchSchema.parse(value));
  }
  return batches;
}

/** Numbers of all groups that have ended in these steps. */
export function endedGroups(batches: Iterable<CommittedBatch>): number[] {
  return [...batches].flatMap(({ groups, dropped }) => [...groups, ...dropped.map(([index]) => index)]);
}

/** Those of them that a sitting has no more to do with: it goes on after step `done`, and makes later batches again. */
export function goneGroups(batches: ReadonlyMap<number, CommittedBatch>, done: number): Set<number> {
  const gone = [...batches].flatMap(([step, { groups, dropped }]) => [
    ...(step <= done ? groups : []),
    ...dropped.map(([index]) => index),
  ]);
  return new Set(gone);
}

/** Waits for the groups of a step, and commits the batch that they make. */
export async function gather(run: RlRun, pipeline: Pipeline<WaitingGroup>, step: number): Promise<Gathered> {
  const taken = await pipeline.take(step);
  const groups = await Promise.all(
    taken.groups.map(async ({ group: { origin, shelved } }) => ({
      ...(await takeGroup(shelved)),
      origin,
    })),
  );
  checkGrades(run, groups, step);
  const batch = grpoBatch(groups, run.grpo(step));
  const indices = taken.groups.map(({ index }) => index);
  await commit(run, step, { indices, groups, batch, dropped: taken.dropped });
  const { dropped, waitedSeconds, stragglerSeconds } = taken;
  return { groups, batch, dropped, isReplayed: false, waitedSeconds, stragglerSeconds };
}

/**
 * A batch that was committed before, made again from the record: an attempt that had no grade then has none now, though
 * its grader might answer by now.
 */
export async function replay(run: RlRun, step: number, committed: CommittedBatch): Promise<Gathered> {
  const groups = await runTogether(committed.groups, run.context.signal, (index, place) => {
    const ungraded = committed.ungraded.flatMap(([group, attempt, grade]) =>
      group === place ? [[attempt, grade] as const] : [],
    );
    return collectedGroup(run, index, new Map(ungraded));
  });
  const batch = grpoBatch(groups, run.grpo(step));
  const dropped = committed.dropped.map(([index, reason]) => ({ index, reason }));
  // The journal compares: what does not come out the same is a conflict.
  await commit(run, step, { indices: committed.groups, groups, batch, dropped });
  return { groups, batch, dropped, isReplayed: true, waitedSeconds: 0, stragglerSeconds: 0 };
}

async function commit(
  run: RlRun,
  step: number,
  {
    indices,
    groups,
    batch,
    dropped,
  }: {
    readonly indices: readonly number[];
    readonly groups: readonly CollectedGroup[];
    readonly batch: GrpoBatch;
    readonly dropped: readonly Dropped[];
  },
): Promise<void> {
  const ungraded = groups.flatMap(({ rollouts_G }, group) =>
    rollouts_G.flatMap(({ grade }, attempt) =>
      grade.kind === 'ungraded' ? [[group, attempt, withoutReports(grade)] as const] : [],
    ),
  );
  await run.context.journal.append(streamOf(run), String(step), {
    value: {
      groups: indices,
      problems: groups.map((group) => group.problem.id),
      dropped: dropped.map(({ index, reason }) => [index, reason]),
      outcomes: { ...batch.outcomes },
      sha256: digest(batch.data),
      ...(ungraded.length === 0 ? {} : { ungraded }),
    },
  });
}

/**
 * NULL-NOT-ZERO: a batch of which much could not be graded is not trained on, for what is left of it is another batch than
 * was meant. It is not committed either, so the next sitting asks the grader again. Throws a TooManyUngradedError.
 */
function checkGrades({ stage, settings }: RlRun, groups: readonly CollectedGroup[], step: number): void {
  const count = new UngradedCount();
  for (const { rollouts_G } of groups) for (const { grade } of rollouts_G) count.add(grade);
  checkUngraded(
    count,
    settings.maxUngraded,
    `Step ${step} was not trained; the same command grades those attempts again. ${stage}.maxUngraded is the limit`,
  );
}

/** SHA-256 over all ids, weights, advantages and log-probs of a batch: a repeated step must train on the same. */
function digest(data: readonly Datum[]): string {
  const hash = createHash('sha256');
  for (const datum of data) {
    for (const array of [datum.tokens_T, datum.weights_T, datum.advantages_T, datum.logprobs_T]) {
      if (array !== undefined) hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    }
  }
  return hash.digest('hex');
}

/** A row stays small: what each judge of several said is with the grading. */
function withoutReports({ kind, cause, detail, grader }: Ungraded): Omit<Ungraded, 'members'> {
  return { kind, cause, detail, grader };
}
