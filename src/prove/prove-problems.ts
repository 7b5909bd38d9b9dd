/**
 * Proves many problems, several at a time, each as often as asked, within budgets of problem, run and sitting. Everything
 * that was paid for and every decision of a budget is in the journal, so a killed or stopped run goes on by being called
 * again. A problem that fails is reported with its reason; the others go on, unless the reason concerns them all.
 */
import type { Journal } from '../journal/journal.ts';
import type { SamplingSettings } from '../model/chat-model.ts';
import { ModelError } from '../model/model-error.ts';
import type { Problem } from '../problems/problem.ts';
import type { Scaffold } from '../scaffold/scaffold.ts';
import { createAllowance } from './allowance.ts';
import type { Budget } from './budget.ts';
import { Account, dollarsOf, Ledger, nothing, type Spend } from './ledger.ts';
import { assertPriced } from './price-check.ts';
import { type Models, type ProveEvent, type ProveOutcome, proveProblem } from './prove-problem.ts';
import { readSpend } from './spend-record.ts';
import { afterSeconds, startStopwatch } from './stopwatch.ts';

export interface Budgets {
  /** Each problem, all its attempts and all sittings together. */
  readonly problem: Budget;
  /** The run, all sittings together. */
  readonly run: Budget;
  /** This sitting alone. */
  readonly sitting: Budget;
}

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
  readonly journal: Journal;
  readonly seed: number;
  /** Asks to stop: no call begins, and what is in flight has `graceSeconds` to end. */
  readonly stopping: AbortSignal;
  readonly graceSeconds: number;
  /** False: traces are given to `onEvent` only, so that many problems take no more memory than a few. Default true. */
  readonly keepTraces?: boolean;
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
    | { readonly kind: 'attempt-ended'; readonly outcome: AttemptOutcome; readonly spent: SpentSoFar }
    | ProveEvent
  );

export type AttemptOutcome =
  | ProveOutcome
  | { readonly status: 'failed'; readonly error: Error }
  /** Its turn did not come. */
  | { readonly status: 'waiting' };

export interface SpentSoFar {
  readonly tokens: number;
  readonly dollars: number;
  readonly seconds: number;
}

export interface ProveProblemsOutcome {
  /** By problem, then attempt. */
  readonly attempts: readonly (readonly AttemptOutcome[])[];
  readonly spent: SpentSoFar;
  readonly problems: readonly SpentSoFar[];
  /** Calls of earlier sittings whose end is not known; they count at their worst. */
  readonly unsettled: number;
}

/** Where to look at spend while a run goes on. */
export interface SpendMeter {
  read(): SpentSoFar;
}

/** Throws what concerns the whole run: a full disk, a wrong key, a bug. `onMeter` is told where to read the spend. */
export async function proveProblems(
  request: ProveProblemsRequest,
  onMeter?: (meter: SpendMeter) => void,
): Promise<ProveProblemsOutcome> {
  const { problems, budgets, journal, stopping, onEvent } = request;
  assertPriced(request.models, budgets);
  const before = await readSpend(journal);
  const stopwatch = startStopwatch(journal, before);
  const ledger = new Ledger();
  const run = new Account('this run', budgets.run, before.total);
  const sitting = new Account('this sitting', budgets.sitting);
  const accounts = problems.map(
    (_, index) => new Account('this problem', budgets.problem, before.problems.get(`${index}`) ?? nothing),
  );
  const began = stopwatch.total();
  const spentOf = (spend: Spend, seconds: number): SpentSoFar => ({
    tokens: spend.tokens,
    dollars: dollarsOf(spend),
    seconds,
  });
  const total = (): SpentSoFar => spentOf(run.spent, stopwatch.total());
  onMeter?.({ read: total });

  const cut = new AbortController();
  let cancelGrace: () => void = () => undefined;
  const onStop = (): void => {
    cancelGrace = afterSeconds(request.graceSeconds, () => cut.abort(abortError()));
  };
  if (stopping.aborted) onStop();
  stopping.addEventListener('abort', onStop, { once: true });
  let fatal: { readonly error: unknown } | undefined;
  const attempts: AttemptOutcome[][] = problems.map(() =>
    Array.from({ length: request.attempts }, () => ({ status: 'waiting' })),
  );

  const proveOne = async (index: number, attempt: number): Promise<void> => {
    const problem = problems[index];
    const account = accounts[index];
    const own = attempts[index];
    if (problem === undefined || account === undefined || own === undefined) return;
    const place = { problem: index, attempt };
    onEvent?.({ kind: 'attempt-started', ...place });
    const endTime = stopwatch.begin(`${index}`);
    const allowance = createAllowance({
      problem: `${index}`,
      ledger,
      problemAccount: { account, seconds: () => stopwatch.of(`${index}`) },
      runAccount: { account: run, seconds: () => stopwatch.total() },
      sittingAccount: { account: sitting, seconds: () => stopwatch.total() - began },
      signal: cut.signal,
    });
    try {
      own[attempt] = await proveProblem({
        ...attemptRequest(request, problem, place),
        allowance,
        ...(onEvent === undefined ? {} : { onEvent: (event) => onEvent({ ...event, ...place }) }),
      });
    } catch (error) {
      // Only what a model says of one problem is that problem's alone.
      if (!(error instanceof ModelError) || concernsAll(error)) {
        fatal ??= { error };
        cut.abort(abortError());
      }
      own[attempt] = { status: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
    } finally {
      endTime();
      allowance.close();
    }
    const outcome = own[attempt];
    onEvent?.({
      kind: 'attempt-ended',
      ...place,
      outcome,
      spent: spentOf(account.spent, stopwatch.of(`${index}`)),
    });
    if (request.keepTraces === false && 'trace' in outcome) {
      own[attempt] = { ...outcome, trace: { calls: [], notes: [], kept: [] } };
    }
  };

  const places = problems.flatMap((_, index) =>
    Array.from({ length: request.attempts }, (__, attempt) => [index, attempt] as const),
  );
  const next = places[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const [index, attempt] of next) {
      // A run that stops leaves no trace of what it did not come to; a replay of what is done costs nothing.
      if (fatal !== undefined || stopping.aborted) return;
      await proveOne(index, attempt);
    }
  };
  try {
    const workers = Math.min(Math.max(request.parallel, 1), places.length);
    await Promise.all(Array.from({ length: workers }, worker));
  } finally {
    stopping.removeEventListener('abort', onStop);
    cancelGrace();
    await stopwatch.stop();
  }
  if (fatal !== undefined) throw fatal.error;
  return {
    attempts,
    spent: total(),
    problems: accounts.map((account, index) => spentOf(account.spent, stopwatch.of(`${index}`))),
    unsettled: before.unsettled,
  };
}

function attemptRequest(
  request: ProveProblemsRequest,
  problem: Problem,
  { problem: index, attempt }: AttemptPlace,
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
    unit: `prove/${index}/${attempt}`,
    seed,
    stopping,
  };
}

/** Failures that every further call would meet. */
function concernsAll({ kind }: ModelError): boolean {
  return ['authentication', 'invalid-request', 'circuit-open', 'connection'].includes(kind);
}

function abortError(): Error {
  return new DOMException('the work was stopped', 'AbortError');
}
