/**
 * What a problem may still spend: the accounts of problem, run and sitting, and the time left to each. BUDGET-CAP: calls
 * are made through here only. A time that is over cuts off the calls in flight. Budgets of problem and run last; that of
 * a sitting ends with it, so it refuses nothing for good.
 */
import { type Budget, budgetText } from './budget.ts';
import {
  type Account,
  AccountExhausted,
  type Ledger,
  type Reservation,
  type ReservationRequest,
} from './ledger.ts';
import { afterSeconds } from './stopwatch.ts';

export interface Allowance {
  /** Names the problem in rows of spend, or what else it is spent for. */
  readonly problem: string;
  /** The budgets that a refusal is recorded under. */
  readonly lasting: { readonly problem: Budget; readonly run: Budget };
  /** Fires when the work is stopped, or with BudgetExhausted when time is over. */
  readonly signal: AbortSignal;
  /** Fires sooner than `signal` when a person stops the work: nothing begins any more, what is under way may end. */
  readonly stopping: AbortSignal;
  reserve(request: Omit<ReservationRequest, 'accounts' | 'signal'>): Promise<Reservation>;
  /** False where another sitting has a budget of its own. */
  isLasting(refusal: Error): boolean;
  /** Lets timers go. */
  close(): void;
}

/** An account with the seconds that have passed on it. */
export interface TimedAccount {
  readonly account: Account;
  readonly seconds: () => number;
}

export function createAllowance(options: {
  readonly problem: string;
  readonly ledger: Ledger;
  readonly problemAccount: TimedAccount;
  readonly runAccount: TimedAccount;
  readonly sittingAccount: TimedAccount;
  readonly signal: AbortSignal;
  readonly stopping: AbortSignal;
}): Allowance {
  const { ledger, problemAccount, runAccount, sittingAccount, signal, stopping } = options;
  const timed = [problemAccount, runAccount, sittingAccount];
  const accounts = timed.map(({ account }) => account);
  const over = new AbortController();
  const cancels = timed.flatMap((one) => {
    const cap = one.account.budget.seconds;
    if (cap === undefined) return [];
    const end = (): void => over.abort(outOfTime(one));
    if (one.seconds() < cap) return [afterSeconds(cap - one.seconds(), end)];
    end();
    return [];
  });
  const either = AbortSignal.any([signal, over.signal]);
  const anyEnd = AbortSignal.any([either, stopping]);
  return {
    problem: options.problem,
    lasting: { problem: problemAccount.account.budget, run: runAccount.account.budget },
    signal: either,
    stopping,
    reserve: (request) => ledger.reserve({ ...request, accounts, signal: anyEnd }),
    isLasting: (refusal) =>
      !(refusal instanceof AccountExhausted && refusal.account === sittingAccount.account),
    close: () => {
      for (const cancel of cancels) cancel();
    },
  };
}

function outOfTime({ account }: TimedAccount): AccountExhausted {
  const { seconds } = account.budget;
  return new AccountExhausted(
    account,
    `the time of ${account.name} is over: ${budgetText(seconds === undefined ? {} : { seconds })}`,
  );
}
