/**
 * What a run has spent over the time it worked, from the rows that keep its budgets: what ended calls
 * came to, and with each other call at its worst, as the budget counts it.
 */
import type { JournalReader } from '../../journal/journal-reader.ts';
import { dollarsOf, nothing, type Spend } from '../../prove/ledger.ts';
import type { RunSpend, SpendBudget } from '../api/run.ts';
import { NotFoundError } from '../not-found-error.ts';
import type { Resource } from '../resource.ts';

/** Points of the curve: those between are left out evenly. */
const mostPoints = 400;

export const runSpend: Resource<'runs/:run/spend.json'> = {
  async read(workplace, { run }): Promise<RunSpend> {
    const none = () =>
      new NotFoundError('this run has no record of spending: its models have no price and no budget');
    if (!workplace.hasJournal(run)) throw none();
    return await workplace.journal(run, async (reader) => {
      if (reader.last('spend/settled') === undefined) throw none();
      return { ...thinned(await course(reader)), budget: budgetOf(reader) };
    });
  },
  async *instances(workplace) {
    for (const { id } of workplace.runs()) {
      if (!workplace.hasJournal(id)) continue;
      const has = await workplace
        .journal(id, (reader) => reader.last('spend/settled') !== undefined)
        .catch(() => false);
      if (has) yield { run: id };
    }
  },
};

type Course = { readonly [Name in Exclude<keyof RunSpend, 'budget'>]: number[] };

/** What a row adds to what ended calls came to, and to what all may come to. */
interface Row {
  readonly sequence: number;
  readonly settled?: Spend;
  readonly worst?: Spend;
  readonly seconds?: number;
}

/** A point wherever time was written down, and one at the end. */
async function course(reader: JournalReader): Promise<Course> {
  const rows = await rowsOf(reader);
  const found: Course = {
    ...{ seconds: [0], tokens: [0], dollars: [0] },
    ...{ tokensAtWorst: [0], dollarsAtWorst: [0] },
  };
  let [settled, worst] = [nothing, nothing];
  let time = 0;
  const point = (): void => {
    found.seconds.push(time);
    found.tokens.push(settled.tokens);
    found.dollars.push(dollarsOf(settled));
    found.tokensAtWorst.push(worst.tokens);
    found.dollarsAtWorst.push(dollarsOf(worst));
  };
  for (const row of rows) {
    settled = sum(settled, row.settled);
    worst = sum(worst, row.worst);
    if (row.seconds === undefined) continue;
    time += row.seconds;
    point();
  }
  if (rows.at(-1)?.seconds === undefined) point();
  return found;
}

/** All rows that say something of spending, in the order in which they were written. */
async function rowsOf(reader: JournalReader): Promise<Row[]> {
  const rows: Row[] = [];
  const reserved = new Map<string, Spend>();
  for await (const { sequence, key, value } of reader.values('spend/reserved')) {
    const { tokens, money } = value as unknown as Spend;
    reserved.set(key, { tokens, money });
    rows.push({ sequence, worst: { tokens, money } });
  }
  for await (const { sequence, key, value } of reader.values('spend/settled')) {
    const { tokens, money } = value as unknown as Spend;
    const before = reserved.get(key) ?? nothing;
    const worst = { tokens: tokens - before.tokens, money: money - before.money };
    rows.push({ sequence, settled: { tokens, money }, worst });
  }
  for await (const { sequence, value } of reader.values('spend/time'))
    rows.push({ sequence, seconds: (value as { readonly seconds: number }).seconds });
  return rows.sort((a, b) => a.sequence - b.sequence);
}

function sum(before: Spend, more: Spend = nothing): Spend {
  return { tokens: before.tokens + more.tokens, money: before.money + more.money };
}

function thinned(course: Course): Course {
  const { length } = course.seconds;
  const stride = Math.max(1, Math.ceil(length / mostPoints));
  const thin = (values: number[]): number[] =>
    values.filter((_, place) => place % stride === 0 || place === length - 1);
  return {
    seconds: thin(course.seconds),
    tokens: thin(course.tokens),
    dollars: thin(course.dollars),
    tokensAtWorst: thin(course.tokensAtWorst),
    dollarsAtWorst: thin(course.dollarsAtWorst),
  };
}

/** Runs of before budgets were written down have one on record once it has refused a call, in that refusal's key. */
function budgetOf(reader: JournalReader): SpendBudget {
  const refusal = reader.last('budget/refused');
  const hasRefused = refusal !== undefined;
  const known = reader.last('spend/budget')?.value as Limits | undefined;
  const { tokens = null, dollars = null } = known ?? limitsIn(refusal?.key ?? '');
  return { tokens, dollars, hasRefused };
}

interface Limits {
  readonly tokens?: number;
  readonly dollars?: number;
}

function limitsIn(key: string): Limits {
  try {
    return (JSON.parse(key.slice(key.indexOf('{'))) as { readonly run?: Limits }).run ?? {};
  } catch {
    return {};
  }
}
