/**
 * BUDGET-CAP for `qed prove`: caps of money, tokens and time with 64 calls in flight, on a server that works, on one that
 * misbehaves, and over kills. What is settled never passes a cap, and the server's own account of what it would charge
 * never passes what is settled. Where money is capped, a model without a price is refused before anybody is called.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { openJournal } from '../../../src/journal/open-journal.ts';
import { faultKinds } from '../../../src/model/openai/fixtures/fault-kinds.ts';
import { chargedTokens, type Served } from '../../../src/model/openai/fixtures/misbehaving-server.ts';
import { dollarsOf } from '../../../src/prove/ledger.ts';
import { readSpend } from '../../../src/prove/spend-record.ts';
import { Random } from '../../../src/stats/random.ts';
import type { Section } from '../setting.ts';
import { readJson } from './outcome.ts';
import { few, inPlace, type Place, type ProveFaultOptions, presetText, problemLines } from './setting.ts';
import { errorsOf, type ProveSitting, startQed } from './sitting.ts';

export interface BudgetOptions extends ProveFaultOptions {
  readonly problems: number;
  readonly kills: number;
  readonly dollars: number;
  readonly tokens: number;
  readonly seconds: number;
  /** Calls in flight. */
  readonly atOnce: number;
}

export const longBudget = (seed: number): BudgetOptions => ({
  ...{ seed, problems: 200, kills: 8, dollars: 1, tokens: 300_000, seconds: 5, atOnce: 64 },
});

/** Dollars for a million tokens. */
const price = { prompt: 2, completion: 12 };

interface Case {
  readonly name: string;
  readonly budget: string;
  readonly cap: { readonly dollars?: number; readonly tokens?: number; readonly seconds?: number };
  readonly isFaulty?: boolean;
  readonly kills?: number;
}

export function proveBudget(options: BudgetOptions): Promise<Section> {
  const settings = { seed: options.seed, firstByte: [20, 80], retryAfter: 200 } as const;
  return inPlace('prove-budget', settings, async (place) => {
    const { dollars, tokens, seconds, kills, atOnce } = options;
    const concurrency = { initial: atOnce, most: atOnce };
    const patience = { deadlines: { firstToken: 1, idle: 1 }, retry: { firstDelay: 0.05 } };
    place.write('problems.jsonl', problemLines(options.problems));
    place.write('model.yaml', presetText({ price, concurrency, ...patience }));
    place.write('unpriced.yaml', presetText({ price: undefined }));
    const money = { budget: `$${dollars}`, cap: { dollars } };
    const cases: readonly Case[] = [
      { name: 'money', ...money },
      { name: 'money, misbehaving', ...money, isFaulty: true },
      { name: `money, ${kills} kills`, ...money, kills },
      { name: `money, misbehaving, ${kills} kills`, ...money, isFaulty: true, kills },
      { name: 'tokens', budget: `${tokens} tokens`, cap: { tokens } },
      { name: 'tokens, misbehaving', budget: `${tokens} tokens`, cap: { tokens }, isFaulty: true },
      { name: 'time', budget: `${seconds} s`, cap: { seconds } },
    ];
    const rows: string[][] = [];
    const faults: string[] = [];
    for (const one of cases) {
      const found = await within(place, options, one);
      rows.push(found.row);
      faults.push(...found.faults.map((fault) => `${one.name}: ${fault}`));
    }
    const refused = await refusedWithoutPrice(place);
    rows.push(['no price', '', '', refused.row, '']);
    faults.push(...refused.faults);
    return {
      title: `prove: budgets (${atOnce} calls in flight, ${options.problems} problems)`,
      heading: ['capped', 'cap', 'settled', 'charged for by the server', 'at once'],
      rows,
      faults,
      summary: faults.length === 0 ? 'no cap was passed by one unit' : `${faults.length} faults`,
    };
  });
}

async function within(
  place: Place,
  options: BudgetOptions,
  { name, budget, cap, isFaulty = false, kills = 0 }: Case,
): Promise<{ readonly row: string[]; readonly faults: string[] }> {
  const { server, qed, directory } = place;
  const run = `run ${name}`;
  await server.set({
    rates: isFaulty ? Object.fromEntries(faultKinds.map((kind) => [kind, 0.04])) : {},
  });
  await server.mostAtOnce();
  const from = (await server.log()).length;
  const args = [
    ...['prove', 'problems.jsonl', '-m', 'model.yaml', '-s', 'rsa(n=4,k=2,rounds=2)', '--budget', budget],
    ...['--parallel', `${options.atOnce / 4}`, '--run', run, '--json'],
  ];
  const random = new Random('prove-budget', options.seed, name);
  let last: ProveSitting | undefined;
  for (let deaths = 0; last === undefined; deaths += 1) {
    const before = (await server.log()).length;
    const running = startQed(args, qed);
    if (deaths < kills) {
      await Promise.race([server.reached(before + random.integer(10, 90)), running.ended]);
      running.kill('SIGKILL');
    }
    const sitting = await running.ended;
    if (sitting.signal !== 'SIGKILL') last = sitting;
  }
  const log = await server.log(from);
  const most = await server.mostAtOnce();
  const journal = await openJournal(path.join(directory, run));
  const { total, seconds } = await readSpend(journal);
  await journal.close();
  const chargedUnits = log.reduce((sum, one) => sum + chargedMoney(one), 0);
  const chargedSum = log.reduce((sum, one) => sum + chargedTokens(one), 0);
  const faults: string[] = [];
  const json = readJson(last.output);
  const ended = json.problems.flatMap(({ attempts }) => attempts.map(({ status }) => status));
  if (!ended.includes('budget')) faults.push(`its budget did not end it: ${[...new Set(ended)].join(', ')}`);
  if (cap.dollars !== undefined) {
    // To the last unit, which is 1e-11 dollars.
    if (total.money > Math.round(cap.dollars * 1e11)) faults.push(`${total.money} units are settled`);
    if (chargedUnits > total.money) faults.push(`${chargedUnits} units were charged, ${total.money} settled`);
    if (total.money < 0.3e11 * cap.dollars) faults.push(`only $${dollarsOf(total)} were used`);
  }
  if (cap.tokens !== undefined) {
    if (total.tokens > cap.tokens) faults.push(`${total.tokens} tokens are settled`);
    if (chargedSum > total.tokens) faults.push(`${chargedSum} tokens were charged, ${total.tokens} settled`);
  }
  // Time is cut off, not reserved: what a timer and the last rows take is beyond it.
  if (cap.seconds !== undefined && (seconds < cap.seconds - 0.1 || seconds > cap.seconds + 0.5))
    faults.push(`it worked for ${seconds.toFixed(2)} s`);
  if (most < options.atOnce / 2) faults.push(`only ${most} calls were in flight`);
  const settled =
    cap.dollars !== undefined
      ? `$${dollarsOf(total)}`
      : cap.tokens !== undefined
        ? `${total.tokens} tokens`
        : `${seconds.toFixed(3)} s`;
  const charged = cap.dollars === undefined ? `${chargedSum} tokens` : `$${chargedUnits / 1e11}`;
  return { row: [name, budget, settled, charged, `${most}`], faults };
}

function chargedMoney({ end, promptTokens, sentTokens }: Served): number {
  if (end === 'refused') return 0;
  return Math.round((price.prompt * promptTokens + price.completion * sentTokens) * 1e5);
}

/** At plan time and at prove time, before anything is sent or made. */
async function refusedWithoutPrice({ server, qed, directory }: Place) {
  const from = (await server.log()).length;
  const faults: string[] = [];
  for (const command of ['plan', 'prove']) {
    const more = command === 'prove' ? ['--run', 'unpriced'] : [];
    const args = [command, 'problems.jsonl', '-m', 'unpriced.yaml', '--budget', '$1', ...more];
    const { code, output, ...rest } = await startQed(args, qed).ended;
    const words = errorsOf({ code, output, ...rest });
    if (code !== 1 || output !== '' || !/money is capped, but nobody said what this model costs/.test(words))
      faults.push(`qed ${command} with a model without a price ended with ${code}: ${words}${output}`);
  }
  const requests = (await server.log(from)).length;
  if (requests > 0) faults.push(`${requests} requests to a model without a price`);
  if (existsSync(path.join(directory, 'unpriced'))) faults.push('a run was made for a model without a price');
  return { row: `plan and prove refused it, ${requests} requests`, faults: few(faults) };
}
