/**
 * Works on many problems, several pieces of work at once, within budgets of problem, run and sitting (BUDGET-CAP is kept
 * by the accounts, ledger.ts). Knows nothing of what the work is: every piece gets an allowance, through which its calls
 * are made. When a person stops it no piece begins, and what is in flight has some seconds to end.
 */
import type { Journal } from '../journal/journal.ts';
import { ModelError, neverConnected } from '../model/model-error.ts';
import { type Allowance, createAllowance } from './allowance.ts';
import type { Budget } from './budget.ts';
import { Account, dollarsOf, Ledger, nothing, type Spend } from './ledger.ts';
import { readSpend, recordBudget } from './spend-record.ts';
import { afterSeconds, startStopwatch } from './stopwatch.ts';

export interface Budgets {
  /** Each problem, all its attempts and all sittings together. */
  readonly problem: Budget;
  /** The run, all sittings together. */
  readonly run: Budget;
  /** This sitting alone. */
  readonly sitting: Budget;
}

export interface SpentSoFar {
  readonly tokens: number;
  readonly dollars: number;
  readonly seconds: number;
}

/** Where to look at spend while a run goes on. */
export interface SpendMeter {
  read(): SpentSoFar;
}

/** What a piece of work may spend from. */
export interface Purse {
  /** Counts for its problem, the run and the sitting. */
  readonly allowance: Allowance;
  /** Counts for run and sitting only: what is done about a problem and not for it, such as its grading. */
  readonly shared: Allowance;
  /** What its problem has spent so far, this piece included. */
  spent(): SpentSoFar;
}

export interface BudgetedWork<Piece> {
  /** How many problems there are; a piece of work belongs to one of them. */
  readonly problems: number;
  readonly pieces: Iterable<Piece> | AsyncIterable<Piece>;
  /** Index of a piece's problem. */
  readonly problemOf: (piece: Piece) => number;
  /** Pieces that are worked on at once. */
  readonly parallel: number;
  readonly budgets: Budgets;
  readonly journal: Journal;
  /** Asks to stop: no piece begins, and what is in flight has `graceSeconds` to end. */
  readonly stopping: AbortSignal;
  readonly graceSeconds: number;
  /** Does one piece; what it throws ends the work as a whole. */
  readonly work: (piece: Piece, purse: Purse) => Promise<void>;
  /** Is told where to read the spend. */
  readonly onMeter?: ((meter: SpendMeter) => void) | undefined;
}

export interface WorkDone {
  readonly spent: SpentSoFar;
  readonly problems: readonly SpentSoFar[];
  /** Calls of earlier sittings whose end is not known; they count at their worst. */
  readonly unsettled: number;
}

/** Throws the first thing that `work` threw, after everything in flight has been cut off and has ended. */
export async function workWithinBudgets<Piece>(request: BudgetedWork<Piece>): Promise<WorkDone> {
  const { budgets, journal, stopping } = request;
  const before = await readSpend(journal);
  await recordBudget(journal, budgets.run);
  const stopwatch = startStopwatch(journal, before);
  const ledger = new Ledger();
  const run = new Account('this run', budgets.run, before.total);
  const sitting = new Account('this sitting', budgets.sitting);
  const accounts = Array.from(
    { length: request.problems },
    (_, index) => new Account(ownerOfProblems, budgets.problem, before.problems.get(`${index}`) ?? nothing),
  );
  const noOnes = new Account('what is shared', {});
  const began = stopwatch.total();
  const spentOf = (spend: Spend, seconds: number): SpentSoFar => ({
    tokens: spend.tokens,
    dollars: dollarsOf(spend),
    seconds,
  });
  const total = (): SpentSoFar => spentOf(run.spent, stopwatch.total());
  request.onMeter?.({ read: total });

  const cut = new AbortController();
  let cancelGrace: () => void = () => undefined;
  const onStop = (): void => {
    cancelGrace = afterSeconds(request.graceSeconds, () => cut.abort(abortError()));
  };
  if (stopping.aborted) onStop();
  stopping.addEventListener('abort', onStop, { once: true });
  let fatal: { readonly error: unknown } | undefined;

  const workOn = async (piece: Piece): Promise<void> => {
    const index = request.problemOf(piece);
    const account = accounts[index];
    if (account === undefined) throw new RangeError(`there is no problem ${index}`);
    const endTime = stopwatch.begin(`${index}`);
    const common = {
      ledger,
      runAccount: { account: run, seconds: () => stopwatch.total() },
      sittingAccount: { account: sitting, seconds: () => stopwatch.total() - began },
      signal: cut.signal,
      stopping,
    };
    const problemAccount = { account, seconds: () => stopwatch.of(`${index}`) };
    const allowance = createAllowance({ ...common, problem: `${index}`, problemAccount });
    const uncapped = { account: noOnes, seconds: () => 0 };
    const shared = createAllowance({ ...common, problem: 'shared', problemAccount: uncapped });
    const spent = (): SpentSoFar => spentOf(account.spent, stopwatch.of(`${index}`));
    try {
      await request.work(piece, { allowance, shared, spent });
    } catch (error) {
      fatal ??= { error };
      cut.abort(abortError());
    } finally {
      endTime();
      allowance.close();
      shared.close();
    }
  };

  const next = iteratorOf(request.pieces);
  const worker = async (): Promise<void> => {
    // A run that stops leaves no trace of what it did not come to; a replay of what is done costs nothing.
    while (fatal === undefined && !stopping.aborted) {
      const { done, value } = await next.next();
      if (done === true) return;
      await workOn(value);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.max(request.parallel, 1) }, worker));
  } finally {
    stopping.removeEventListener('abort', onStop);
    cancelGrace();
    await stopwatch.stop();
  }
  if (fatal !== undefined) throw fatal.error;
  return {
    spent: total(),
    problems: accounts.map((account, index) => spentOf(account.spent, stopwatch.of(`${index}`))),
    unsettled: before.unsettled,
  };
}

/** One iterator for all workers; that of an async generator keeps their calls in order. */
function iteratorOf<Piece>(
  pieces: Iterable<Piece> | AsyncIterable<Piece>,
): Iterator<Piece> | AsyncIterator<Piece> {
  return Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
}

/** What the budget of a problem is called where it refuses something. */
export const ownerOfProblems = 'this problem';

/** Failures that every further call would meet; any other, such as a connection that broke, is one problem's alone. */
export function concernsAll(error: unknown): boolean {
  if (!(error instanceof ModelError)) return true;
  return ['authentication', 'invalid-request', 'circuit-open'].includes(error.kind) || neverConnected(error);
}

function abortError(): Error {
  return new DOMException('the work was stopped', 'AbortError');
}
