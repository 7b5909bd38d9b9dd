/**
 * The batch of one step of stage rl: its problems, their attempts, and what was committed of it before the optimiser
 * steps, so that a killed run makes the same batch again.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Datum } from '../../engine/engine.ts';
import { type Ungraded, ungradedSchema } from '../../grade/grade.ts';
import { checkUngraded, UngradedCount } from '../../grade/ungraded-rate.ts';
import type { Problem } from '../../problems/problem.ts';
import { Random } from '../../stats/random.ts';
import type { RolloutGroup } from '../../train/collect.ts';
import { type GrpoBatch, grpoBatch } from '../../train/grpo.ts';
import { collect, type RlRun } from './rl-attempts.ts';

export /** The attempts of one step and the batch they make. */
interface Gathered {
  readonly groups: readonly RolloutGroup[];
  readonly batch: GrpoBatch;
  /** Nothing was sampled or graded: an earlier sitting had done it. */
  readonly isReplayed: boolean;
  readonly seconds: number;
}

/** What was committed with the batch of a step. */
const committedBatchSchema = z.object({
  /** [group, attempt, outcome] of the attempts that had no grade when the batch was made. */
  ungraded: z.array(z.tuple([z.int(), z.int(), ungradedSchema])).default([]),
});

/**
 * Samples and grades the attempts of a step and commits its batch. A batch that was committed before a kill is made
 * again from the record: an attempt that had no grade then has none now, though its grader might answer by now.
 */
export async function gather(run: RlRun, step: number): Promise<Gathered> {
  const { context, settings, model } = run;
  const { journal, signal } = context;
  const began = performance.now();
  const { made } = journal.counts();
  await model.publishWeights();
  const committed = await journal.find('rl/batch', String(step));
  const before = committed === undefined ? undefined : committedBatchSchema.parse(committed.value).ungraded;
  const groups = await collect(run, `rl/${step}`, problemsOfStep(run, step), {
    attempts: settings.groupSize,
    version: step - 1,
    truncation: settings.truncation,
    grader: run.grader,
    signal,
    ...(before === undefined ? {} : { ungraded: before }),
  });
  const isReplayed = journal.counts().made === made;
  if (committed === undefined) checkGrades(groups, settings.maxUngraded, step);
  const batch = grpoBatch(groups, run.grpo(step));
  const ungraded = groups.flatMap(({ rollouts_G }, group) =>
    rollouts_G.flatMap(({ grade }, attempt) =>
      grade.kind === 'ungraded' ? [[group, attempt, withoutReports(grade)] as const] : [],
    ),
  );
  await journal.append('rl/batch', String(step), {
    value: {
      groups: groups.map((group) => group.problem.id),
      outcomes: { ...batch.outcomes },
      sha256: digest(batch.data),
      ...(ungraded.length === 0 ? {} : { ungraded }),
    },
  });
  return { groups, batch, isReplayed, seconds: (performance.now() - began) / 1000 };
}

/**
 * NULL-NOT-ZERO: a batch of which much could not be graded is not trained on, for what is left of it is another batch than
 * was meant. It is not committed either, so the next sitting asks the grader again. Throws a TooManyUngradedError.
 */
function checkGrades(groups: readonly RolloutGroup[], limit: number, step: number): void {
  const count = new UngradedCount();
  for (const { rollouts_G } of groups) for (const { grade } of rollouts_G) count.add(grade);
  checkUngraded(
    count,
    limit,
    `Step ${step} was not trained; the same command grades those attempts again. rl.maxUngraded is the limit`,
  );
}

/** Problems in a shuffled order without repeats until all have been used, then in another order. */
function problemsOfStep(run: RlRun, step: number): Problem[] {
  const { problems, settings, context } = run;
  const first = (step - 1) * settings.problemsPerStep;
  const indices = problems.map((_, index) => index);
  const orders = new Map<number, readonly number[]>();
  return Array.from({ length: settings.problemsPerStep }, (_, index) => {
    const position = first + index;
    const epoch = Math.floor(position / problems.length);
    const order = orders.get(epoch) ?? new Random('rl-order', context.recipe.seed, epoch).shuffled(indices);
    orders.set(epoch, order);
    return problems[order[position % problems.length] ?? 0] as Problem;
  });
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
