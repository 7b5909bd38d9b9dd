/**
 * Proves many problems, several at a time, each as often as asked, within budgets of problem, run and sitting. Everything
 * that was paid for and every decision of a budget is in the journal, so a killed or stopped run goes on by being called
 * again; an attempt that has finished is recorded as that, and stays so. A problem that fails is reported with its
 * reason; the others go on, unless the reason concerns them all.
 */
import type { Journal } from '../journal/journal.ts';
import type { SamplingSettings } from '../model/chat-model.ts';
import type { Problem } from '../problems/problem.ts';
import type { Scaffold } from '../scaffold/scaffold.ts';
import { readFinished, recordFinished } from './finished-record.ts';
import { assertPriced } from './price-check.ts';
import {
  allModels,
  type Models,
  outcomeOf,
  type ProveEvent,
  type ProveOutcome,
  proveProblem,
} from './prove-problem.ts';
import type { Trace } from './trace.ts';
import {
  type Budgets,
  concernsAll,
  type SpendMeter,
  type SpentSoFar,
  type WorkDone,
  workWithinBudgets,
} from './within-budgets.ts';

export interface ProveProblemsRequest {
  readonly problems: readonly Problem[];
  readonly attempts: number;
  /** Problems that are worked on at once. */
  readonly parallel: number;
  readonly scaffold: Scaffold;
  readonly models: Models;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly sampling?: SamplingSettings;
  readonly budgets: Budgets;
  /** Of this run alone: the same problems, scaffold, models, limits and seed. */
  readonly journal: Journal;
  readonly seed: number;
  /** Asks to stop: no call begins, and what is in flight has `graceSeconds` to end. */
  readonly stopping: AbortSignal;
  readonly graceSeconds: number;
  /** False: traces are given to `onEvent` only, so that many problems take no more memory than a few. Default true. */
  readonly keepTraces?: boolean;
  /**
   * True where the traces of a problem are not wanted, because they are written up already: when all its attempts have
   * finished, they are taken from the record without going through their calls.
   */
  readonly isWrittenUp?: (problem: number) => boolean;
  readonly onEvent?: (event: RunEvent) => void;
}

/** Which attempt at which problem. */
export interface AttemptPlace {
  /** Index of the problem. */
  readonly problem: number;
  readonly attempt: number;
}

export type RunEvent = AttemptPlace &
  (
    | { readonly kind: 'attempt-started' }
    /** It had finished in an earlier sitting, and its trace is not wanted. */
    | { readonly kind: 'attempt-recalled'; readonly outcome: ProveOutcome }
    | { readonly kind: 'attempt-ended'; readonly outcome: AttemptOutcome; readonly spent: SpentSoFar }
    | ProveEvent
  );

export type AttemptOutcome =
  | ProveOutcome
  | { readonly status: 'failed'; readonly error: Error }
  /** Its turn did not come. */
  | { readonly status: 'waiting' };

export interface ProveProblemsOutcome extends WorkDone {
  /** By problem, then attempt. */
  readonly attempts: readonly (readonly AttemptOutcome[])[];
}

/** Throws what concerns the whole run: a full disk, a wrong key, a bug. `onMeter` is told where to read the spend. */
export async function proveProblems(
  request: ProveProblemsRequest,
  onMeter?: (meter: SpendMeter) => void,
): Promise<ProveProblemsOutcome> {
  const { problems, budgets, journal, stopping, graceSeconds, parallel, onEvent, isWrittenUp } = request;
  assertPriced(allModels(request.models), budgets);
  const finished = await readFinished(journal);
  const attempts: AttemptOutcome[][] = problems.map(() =>
    Array.from({ length: request.attempts }, () => ({ status: 'waiting' })),
  );
  const recalled = new Set<number>();
  for (const [problem, own] of attempts.entries()) {
    const recorded = own.flatMap((_, attempt) => finished.get(unitOf({ problem, attempt })) ?? []);
    if (recorded.length < own.length || isWrittenUp?.(problem) !== true) continue;
    recalled.add(problem);
    recorded.forEach((one, attempt) => {
      const outcome = outcomeOf(one, noTrace);
      own[attempt] = outcome;
      onEvent?.({ kind: 'attempt-recalled', problem, attempt, outcome });
    });
  }
  const done = await workWithinBudgets<AttemptPlace>({
    problems: problems.length,
    pieces: placesOf(problems.length, request.attempts).filter(({ problem }) => !recalled.has(problem)),
    problemOf: ({ problem }) => problem,
    ...{ parallel, budgets, journal, stopping, graceSeconds, onMeter },
    work: async (place, { allowance, spent }) => {
      const problem = problems[place.problem];
      const own = attempts[place.problem];
      if (problem === undefined || own === undefined) return;
      onEvent?.({ kind: 'attempt-started', ...place });
      let outcome: AttemptOutcome;
      let fatal: { readonly error: unknown } | undefined;
      try {
        const unit = unitOf(place);
        const recorded = finished.get(unit);
        const proven = await proveProblem({
          ...attemptRequest(request, problem, unit),
          allowance,
          ...(recorded === undefined ? {} : { finished: recorded }),
          ...(onEvent === undefined ? {} : { onEvent: (event) => onEvent({ ...event, ...place }) }),
        });
        if (recorded === undefined && proven.status === 'finished')
          await recordFinished(journal, unit, proven);
        outcome = proven;
      } catch (error) {
        // Only what a model says of one problem is that problem's alone.
        if (concernsAll(error)) fatal = { error };
        outcome = { status: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
      }
      own[place.attempt] = request.keepTraces === false ? withoutTrace(outcome) : outcome;
      onEvent?.({ kind: 'attempt-ended', ...place, outcome, spent: spent() });
      if (fatal !== undefined) throw fatal.error;
    },
  });
  return { attempts, ...done };
}

/** Attempt by attempt, problem by problem. */
export function* placesOf(problems: number, attempts: number): Generator<AttemptPlace> {
  for (let problem = 0; problem < problems; problem += 1)
    for (let attempt = 0; attempt < attempts; attempt += 1) yield { problem, attempt };
}

function unitOf({ problem, attempt }: AttemptPlace): string {
  return `prove/${problem}/${attempt}`;
}

function attemptRequest(
  request: ProveProblemsRequest,
  problem: Problem,
  unit: string,
): Omit<Parameters<typeof proveProblem>[0], 'allowance' | 'onEvent'> {
  const { scaffold, models, maxTokens, temperature, sampling, journal, seed, stopping } = request;
  return {
    problem,
    scaffold,
    models,
    maxTokens,
    temperature,
    ...(sampling === undefined ? {} : { sampling }),
    journal,
    unit,
    seed,
    stopping,
  };
}

const noTrace: Trace = { calls: [], notes: [], kept: [] };

function withoutTrace(outcome: AttemptOutcome): AttemptOutcome {
  if (outcome.status === 'failed' || outcome.status === 'waiting') return outcome;
  return { ...outcome, trace: noTrace };
}
