/**
 * What a run has spent over the time it worked, from the rows that keep its budgets. Each call counts at its worst until it
 * is settled, as the budget counts it.
 */
import type { JournalReader } from '../../journal/journal-reader.ts';
import { dollarsOf, type Spend } from '../../prove/ledger.ts';
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

interface Course {
  readonly seconds: number[];
  readonly tokens: number[];
  readonly dollars: number[];
}

/** A point wherever time was written down, and one at the end. */
async function course(reader: JournalReader): Promise<Course> {
  const rows: { readonly sequence: number; readonly spend?: Spend; readonly seconds?: number }[] = [];
  const reserved = new Map<string, Spend>();
  for await (const { sequence, key, value } of reader.values('spend/reserved')) {
    const spend = value as unknown as Spend;
    reserved.set(key, spend);
    rows.push({ sequence, spend });
  }
  for await (const { sequence, key, value } of reader.values('spend/settled')) {
    const { tokens, money } = value as unknown as Spend;
    const before = reserved.get(key) ?? { tokens: 0, money: 0 };
    rows.push({ sequence, spend: { tokens: tokens - before.tokens, money: money - before.money } });
  }
  for await (const { sequence, value } of reader.values('spend/time'))
    rows.push({ sequence, seconds: (value as { readonly seconds: number }).seconds });
  rows.sort((a, b) => a.sequence - b.sequence);
  const found: Course = { seconds: [0], tokens: [0], dollars: [0] };
  let total: Spend = { tokens: 0, money: 0 };
  let time = 0;
  const point = (): void => {
    found.seconds.push(time);
    found.tokens.push(total.tokens);
    found.dollars.push(dollarsOf(total));
  };
  for (const { spend, seconds } of rows) {
    if (spend !== undefined)
      total = { tokens: total.tokens + spend.tokens, money: total.money + spend.money };
    if (seconds !== undefined) {
      time += seconds;
      point();
    }
  }
  if (rows.at(-1)?.seconds === undefined) point();
  return found;
}

function thinned({ seconds, tokens, dollars }: Course): Course {
  const stride = Math.max(1, Math.ceil(seconds.length / mostPoints));
  const keep = (_: number, place: number): boolean => place % stride === 0 || place === seconds.length - 1;
  return { seconds: seconds.filter(keep), tokens: tokens.filter(keep), dollars: dollars.filter(keep) };
}

/** A budget is on record once it has refused a call, as part of that refusal's key. */
function budgetOf(reader: JournalReader): SpendBudget {
  const key = reader.last('budget/refused')?.key ?? '';
  const text = key.slice(key.indexOf('{'));
  try {
    const { run } = JSON.parse(text) as {
      readonly run?: { readonly tokens?: number; readonly dollars?: number };
    };
    return { tokens: run?.tokens ?? null, dollars: run?.dollars ?? null };
  } catch {
    return { tokens: null, dollars: null };
  }
}
