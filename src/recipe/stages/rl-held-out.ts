/**
 * The held-out score of reinforcement learning: what the policy can do on problems that it is never trained on, graded
 * exactly where that can be, and by the stage's grader elsewhere.
 */
import type { JournalEvent } from '../../journal/journal.ts';
import { meanInterval } from '../../stats/mean-interval.ts';
import { Random } from '../../stats/random.ts';
import { lastStep } from '../run-context.ts';
import type { PolicyStage } from '../schema.ts';
import { collectAt, type RlRun } from './rl-attempts.ts';

export interface HeldOut {
  readonly score: number;
  readonly ci: readonly [number, number];
}

/** The last held-out score up to a step, as an earlier sitting recorded it. */
export async function recordedHeldOut(run: RlRun, step: number): Promise<HeldOut | undefined> {
  const scoreOf = ({ value }: JournalEvent) => (value as { readonly heldOut?: HeldOut }).heldOut;
  const event = await lastStep(
    run.context.journal,
    run.stage,
    (candidate) => Number(candidate.key) <= step && scoreOf(candidate) !== undefined,
  );
  return event === undefined ? undefined : scoreOf(event);
}

/** One attempt at a validation problem: [reward, or null where it is ungraded; tokens; cut at the limit]. */
export type HeldOutAttempt = readonly [reward: number | null, tokens: number, overflowed: boolean];

/**
 * One attempt at every validation problem, recorded for the report and graded: what the policy can do after `step`
 * steps, whose weights the sampler has to have. Before the first step it can be stopped; later it belongs to its step,
 * which is finished. What is on record stands: an attempt that had no grade then has none now, and one that never ended is none.
 */
export async function heldOutScore(run: RlRun, step: number): Promise<HeldOut> {
  const { journal, recipe } = run.context;
  const stream = heldOutStream(run.stage);
  const recorded = (await journal.find(stream, String(step)))?.payload;
  const attempts =
    recorded === undefined
      ? await heldOutAttempts(run, step)
      : (JSON.parse(Buffer.from(recorded).toString('utf8')) as readonly HeldOutAttempt[]);
  if (recorded === undefined) {
    await journal.append(stream, String(step), {
      value: attempts.length,
      payload: Buffer.from(JSON.stringify(attempts)),
    });
  }
  const scores_P_A = attempts.flatMap(([reward]) => (reward === null ? [] : [[reward]]));
  const { estimate, low, high } = meanInterval(scores_P_A, {
    random: new Random('held-out', recipe.seed, step),
  });
  return { score: estimate, ci: [low, high] };
}

async function heldOutAttempts(run: RlRun, step: number): Promise<readonly HeldOutAttempt[]> {
  const stop = step === 0 ? run.context.signal : new AbortController().signal;
  const attempts = await collectAt(run, step, run.validation, run.exact ?? run.grader, stop);
  return attempts.map(
    ({ reward, shelved, overflowed }) => [reward ?? null, shelved.tokens, overflowed] as const,
  );
}

/** The attempts behind every held-out score, by step. */
export function heldOutStream(stage: PolicyStage): string {
  return `${stage}/held-out-attempts`;
}

/** Whether a score is due after `step` steps, the last one included. */
export function isHeldOutDue({ evaluateEvery, steps }: RlRun['settings'], step: number): boolean {
  return evaluateEvery !== 'never' && (step === steps || step % evaluateEvery === 0);
}

/** The held-out score of the checkpoint that the stage begins from, recorded for the report; none where there are none. */
export async function heldOutBefore(run: RlRun): Promise<HeldOut | undefined> {
  if (run.settings.evaluateEvery === 'never') return undefined;
  const { score, ci } = await heldOutScore(run, 0);
  await run.context.journal.append(`${run.stage}/held-out`, '0', { value: { score, ci } });
  return { score, ci };
}
