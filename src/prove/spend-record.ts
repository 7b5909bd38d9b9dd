/**
 * Spend that outlives the process. BUDGET-CAP: a call of a model with a price is written down at its worst before it
 * is made, and at what it came to after it; a call without the second row, whose process was killed, counts at its
 * worst, since nobody can say what the provider made of it. Seconds of work are written down every few seconds.
 */
import { randomUUID } from 'node:crypto';
import { canonicalJson } from '../journal/canonical-json.ts';
import type { Journal, Json } from '../journal/journal.ts';
import type { Budget } from './budget.ts';
import { nothing, type Spend } from './ledger.ts';

const reservedStream = 'spend/reserved';
const settledStream = 'spend/settled';
const timeStream = 'spend/time';
const budgetStream = 'spend/budget';

/** What was spent before this sitting. */
export interface SpentBefore {
  readonly total: Spend;
  /** By problem. */
  readonly problems: ReadonlyMap<string, Spend>;
  /** Seconds of work, of all and by problem. */
  readonly seconds: number;
  readonly problemSeconds: ReadonlyMap<string, number>;
  /** Calls whose end is not known, which count at their worst. */
  readonly unsettled: number;
}

interface SpendRow extends Spend {
  readonly problem: string;
  readonly call?: MeasuredCall;
}

/** Sizes of a call that gave a reply: what a plan for other problems goes by. */
export interface MeasuredCall {
  readonly model: string;
  readonly role: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** Sizes of all calls of a run that gave a reply. */
export async function readMeasuredCalls(
  events: (stream: string) => AsyncIterable<{ readonly value: Json }>,
): Promise<MeasuredCall[]> {
  const calls: MeasuredCall[] = [];
  for await (const { value } of events(settledStream)) {
    const { call } = value as unknown as SpendRow;
    if (call !== undefined) calls.push(call);
  }
  return calls;
}

interface TimeRow {
  readonly seconds: number;
  /** Seconds of problems that were worked on. */
  readonly problems: Readonly<Record<string, number>>;
}

export async function readSpend(journal: Pick<Journal, 'events'>): Promise<SpentBefore> {
  const rows = new Map<string, SpendRow>();
  for await (const { key, value } of journal.events(reservedStream))
    rows.set(key, value as unknown as SpendRow);
  let unsettled = rows.size;
  for await (const { key, value } of journal.events(settledStream)) {
    if (rows.has(key)) unsettled -= 1;
    rows.set(key, value as unknown as SpendRow);
  }
  let total = nothing;
  const problems = new Map<string, Spend>();
  for (const { problem, tokens, money } of rows.values()) {
    const before = problems.get(problem) ?? nothing;
    problems.set(problem, { tokens: before.tokens + tokens, money: before.money + money });
    total = { tokens: total.tokens + tokens, money: total.money + money };
  }
  let seconds = 0;
  const problemSeconds = new Map<string, number>();
  for await (const { value } of journal.events(timeStream)) {
    const row = value as unknown as TimeRow;
    seconds += row.seconds;
    for (const [problem, more] of Object.entries(row.problems)) {
      problemSeconds.set(problem, (problemSeconds.get(problem) ?? 0) + more);
    }
  }
  return { total, problems, seconds, problemSeconds, unsettled };
}

/** Writes down what the run may spend from now on, where that is another than before. Says nothing where nothing was ever capped. */
export async function recordBudget(
  journal: Pick<Journal, 'values' | 'append'>,
  budget: Budget,
): Promise<void> {
  let [count, last] = [0, '{}'];
  for await (const { value } of journal.values(budgetStream)) {
    count += 1;
    last = canonicalJson(value);
  }
  const value = { ...budget } satisfies Json;
  if (canonicalJson(value) !== last) await journal.append(budgetStream, String(count), { value });
}

/** Writes down a call that is about to be made; resolves when it is on disk. The key is for `recordSettled`. */
export async function recordReserved(journal: Journal, problem: string, worst: Spend): Promise<string> {
  const key = randomUUID();
  await journal.append(reservedStream, key, { value: { problem, ...worst } });
  return key;
}

/** Writes down what a call came to. Without a key it was not reserved, because its model is free. */
export async function recordSettled(
  journal: Journal,
  problem: string,
  actual: Spend,
  {
    key = randomUUID(),
    call,
  }: { readonly key?: string | undefined; readonly call?: MeasuredCall | undefined } = {},
): Promise<void> {
  const value = { problem, ...actual, ...(call === undefined ? {} : { call: { ...call } }) };
  await journal.append(settledStream, key, { value });
}

export async function recordTime(journal: Journal, row: TimeRow): Promise<void> {
  await journal.append(timeStream, randomUUID(), { value: { ...row } satisfies Json });
}
