/**
 * BUDGET-CAP: what is spent never passes a cap, however many calls are made at once. Before a call its worst case is
 * reserved in every account that it concerns; afterwards the reservation is settled for what it came to. A call that
 * does not fit waits while others are outstanding, since they mostly come to less than they reserved; when nothing is
 * outstanding it gets fewer tokens, and where those would be too few it is refused.
 *
 * Money is counted in whole units of 1e-11 dollars, so that sums are exact (up to $90,000).
 */
import type { Price, Usage } from '../model/chat-model.ts';
import { BudgetExhausted } from '../scaffold/scaffold.ts';
import { type Budget, budgetText } from './budget.ts';

const unitsPerDollar = 1e11;

/** What calls came to, or may come to. */
export interface Spend {
  /** Prompt and reply. */
  readonly tokens: number;
  /** In units of 1e-11 dollars. */
  readonly money: number;
}

export const nothing: Spend = { tokens: 0, money: 0 };

export function dollarsOf({ money }: Pick<Spend, 'money'>): number {
  return money / unitsPerDollar;
}

/** Dollars that were counted in these units, added up: the same sum in whatever order. */
export function addDollars(a: number, b: number): number {
  return Math.round((a + b) * unitsPerDollar) / unitsPerDollar;
}

/** What a reply cost. A model without a price costs nothing that is known. */
export function spendOf(usage: Usage, price: Price | undefined): Spend {
  const cached = price?.cachedPrompt === undefined ? 0 : (usage.cachedPromptTokens ?? 0);
  const prompt = unitsPerToken(price?.prompt) * (usage.promptTokens - cached);
  const money =
    prompt +
    unitsPerToken(price?.cachedPrompt) * cached +
    unitsPerToken(price?.completion) * usage.completionTokens;
  return { tokens: usage.promptTokens + usage.completionTokens, money };
}

/** Dollars for a million tokens in units for one. */
function unitsPerToken(price = 0): number {
  return Math.round((price * unitsPerDollar) / 1e6);
}

/** One level at which spending is capped: a problem, a run, a sitting. */
export class Account {
  /** As a person calls it, for example `this problem`. */
  readonly name: string;
  readonly budget: Budget;
  #spent: Spend;
  #reserved: Spend = nothing;
  #outstanding = 0;

  constructor(name: string, budget: Budget, spent: Spend = nothing) {
    this.name = name;
    this.budget = budget;
    this.#spent = spent;
  }

  get spent(): Spend {
    return this.#spent;
  }

  /** Reservations that are not settled. */
  get outstanding(): number {
    return this.#outstanding;
  }

  fits({ tokens, money }: Spend): boolean {
    const left = this.left();
    return tokens <= left.tokens && money <= left.money;
  }

  /** What is neither spent nor reserved; Infinity where nothing is capped. */
  left(): Spend {
    const { tokens = Number.POSITIVE_INFINITY, dollars = Number.POSITIVE_INFINITY } = this.budget;
    return {
      tokens: tokens - this.#spent.tokens - this.#reserved.tokens,
      money: Math.floor(dollars * unitsPerDollar) - this.#spent.money - this.#reserved.money,
    };
  }

  hold(worst: Spend): void {
    this.#reserved = plus(this.#reserved, worst);
    this.#outstanding += 1;
  }

  release(worst: Spend, actual: Spend): void {
    this.#reserved = plus(this.#reserved, { tokens: -worst.tokens, money: -worst.money });
    this.#outstanding -= 1;
    this.#spent = plus(this.#spent, actual);
  }
}

/** A call that an account does not allow. */
export class AccountExhausted extends BudgetExhausted {
  readonly account: Account;

  constructor(account: Account, message: string) {
    super(message, account.name);
    this.account = account;
  }
}

export interface ReservationRequest {
  readonly accounts: readonly Account[];
  /** No fewer than the prompt has. */
  readonly promptTokens: number;
  /** Most tokens of the reply that are wanted, and the fewest that are of use. */
  readonly wanted: number;
  readonly least: number;
  readonly price: Price | undefined;
  readonly signal: AbortSignal;
}

export interface Reservation {
  /** Most tokens that the reply may have. */
  readonly maxTokens: number;
  readonly worst: Spend;
  /** To be called once, with what the call came to. */
  settle(actual: Spend): void;
}

interface Waiting {
  readonly request: ReservationRequest;
  readonly grant: (reservation: Reservation) => void;
  readonly refuse: (error: unknown) => void;
}

/** Hands out reservations, first come first served among calls that compete for an account. */
export class Ledger {
  #waiting: Waiting[] = [];

  /** Throws AccountExhausted, or the signal's reason. */
  async reserve(request: ReservationRequest): Promise<Reservation> {
    const { signal } = request;
    signal.throwIfAborted();
    return await new Promise<Reservation>((resolve, reject) => {
      const waiting: Waiting = {
        request,
        grant: (reservation) => {
          signal.removeEventListener('abort', leave);
          resolve(reservation);
        },
        refuse: (error) => {
          signal.removeEventListener('abort', leave);
          reject(error);
        },
      };
      const leave = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        reject(signal.reason);
        this.#serve();
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(waiting);
      this.#serve();
    });
  }

  #serve(): void {
    // Who waits for an account keeps those who came later from it.
    const taken = new Set<Account>();
    for (const waiting of [...this.#waiting]) {
      const { accounts } = waiting.request;
      const decision = accounts.some((account) => taken.has(account)) ? 'wait' : decide(waiting.request);
      if (decision === 'wait') {
        for (const account of accounts) taken.add(account);
        continue;
      }
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
      if (decision instanceof AccountExhausted) waiting.refuse(decision);
      else waiting.grant(this.#reservation(waiting.request, decision));
    }
  }

  #reservation({ accounts, promptTokens, price }: ReservationRequest, maxTokens: number): Reservation {
    const worst = spendOf({ promptTokens, completionTokens: maxTokens }, price);
    for (const account of accounts) account.hold(worst);
    let settled = false;
    return {
      maxTokens,
      worst,
      settle: (actual) => {
        if (settled) throw new Error('a reservation is settled once');
        settled = true;
        for (const account of accounts) account.release(worst, actual);
        this.#serve();
      },
    };
  }
}

/** Tokens of the reply, or that the call must wait, or that it cannot be made. */
function decide(request: ReservationRequest): number | 'wait' | AccountExhausted {
  const { accounts, promptTokens, wanted, least, price } = request;
  const worst = spendOf({ promptTokens, completionTokens: wanted }, price);
  const short = accounts.filter((account) => !account.fits(worst));
  if (short.length === 0) return wanted;
  const settled = short.filter(({ outstanding }) => outstanding === 0);
  for (const account of settled) {
    // Waiting for other accounts would not help.
    if (tokensLeft(account, promptTokens, price) < least) return refusal(account, request);
  }
  if (settled.length < short.length) return 'wait';
  return Math.min(wanted, ...settled.map((account) => tokensLeft(account, promptTokens, price)));
}

/** Tokens of a reply that the account still allows after such a prompt. */
function tokensLeft(account: Account, promptTokens: number, price: Price | undefined): number {
  const left = account.left();
  const money = left.money - spendOf({ promptTokens, completionTokens: 0 }, price).money;
  const perToken = unitsPerToken(price?.completion);
  const byMoney = money < 0 ? -1 : perToken === 0 ? Number.POSITIVE_INFINITY : Math.floor(money / perToken);
  return Math.min(left.tokens - promptTokens, byMoney);
}

function refusal(account: Account, { promptTokens, least }: ReservationRequest): AccountExhausted {
  const { tokens, money } = account.spent;
  const spent = budgetText({
    ...(account.budget.tokens === undefined ? {} : { tokens }),
    ...(account.budget.dollars === undefined ? {} : { dollars: dollarsOf({ money }) }),
  });
  const { seconds: _, ...caps } = account.budget;
  return new AccountExhausted(
    account,
    `the budget of ${account.name} is spent: ${spent} of ${budgetText(caps)}; ` +
      `the next call needs up to ${(promptTokens + least).toLocaleString('en-US')} tokens`,
  );
}

function plus(a: Spend, b: Spend): Spend {
  return { tokens: a.tokens + b.tokens, money: a.money + b.money };
}
