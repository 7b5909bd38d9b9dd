import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BudgetExhausted } from '../scaffold/scaffold.ts';
import {
  Account,
  addDollars,
  dollarsOf,
  Ledger,
  type ReservationRequest,
  type Spend,
  spendOf,
} from './ledger.ts';

const price = { prompt: 2, completion: 12 };
const never = new AbortController().signal;

function ask(accounts: readonly Account[], more: Partial<ReservationRequest> = {}): ReservationRequest {
  return { accounts, promptTokens: 100, wanted: 1000, least: 250, price, signal: never, ...more };
}

test('a reply costs its tokens at the price of a million, cached ones at theirs, and sums are exact', () => {
  assert.equal(dollarsOf(spendOf({ promptTokens: 1e6, completionTokens: 1e6 }, price)), 14);
  const cached = { promptTokens: 1000, completionTokens: 0, cachedPromptTokens: 900 };
  assert.equal(dollarsOf(spendOf(cached, { ...price, cachedPrompt: 0.2 })), (100 * 2 + 900 * 0.2) / 1e6);
  const parts = [0.000778, 0.0008, 0.000814, 0.000742, 0.000706].map((dollars) => addDollars(0, dollars));
  const [up, down] = [parts.reduce(addDollars, 0), parts.toReversed().reduce(addDollars, 0)];
  assert.equal(up, down);
  assert.equal(up, 0.00384);
  assert.equal(dollarsOf(spendOf(cached, price)), (1000 * 2) / 1e6);
  assert.deepEqual(spendOf({ promptTokens: 3, completionTokens: 4 }, undefined), { tokens: 7, money: 0 });
});

test('a call waits for those outstanding, gets fewer tokens when none is, and is refused when they are too few', async () => {
  const ledger = new Ledger();
  const account = new Account('this problem', { tokens: 2000 });
  const first = await ledger.reserve(ask([account]));
  let second: number | undefined;
  const waiting = ledger.reserve(ask([account])).then((reservation) => {
    second = reservation.maxTokens;
    return reservation;
  });
  await new Promise(setImmediate);
  assert.equal(second, undefined);
  first.settle({ tokens: 1000, money: 0 });
  const lowered = await waiting;
  assert.equal(lowered.maxTokens, 900);
  lowered.settle({ tokens: 700, money: 0 });
  await assert.rejects(ledger.reserve(ask([account])), (error) => {
    assert.ok(error instanceof BudgetExhausted);
    assert.equal(
      error.message,
      'the budget of this problem is spent: 1,700 tokens of 2,000 tokens; the next call needs up to 350 tokens',
    );
    return true;
  });
});

test('every account has to allow a call, and one that is spent refuses it without waiting for another', async () => {
  const ledger = new Ledger();
  const run = new Account('this run', { dollars: 1 });
  const problem = new Account('this problem', { tokens: 1100 });
  const other = await ledger.reserve(ask([run], { wanted: 80_000 }));
  const own = await ledger.reserve(ask([problem, run]));
  own.settle({ tokens: 1000, money: 0 });
  await assert.rejects(ledger.reserve(ask([problem, run])), /budget of this problem is spent/);
  other.settle(other.worst);
  assert.ok(run.spent.money > 0);
});

test('who waits keeps those who came later from the account, and leaves when its signal fires', async () => {
  const ledger = new Ledger();
  const account = new Account('this run', { tokens: 1500 });
  const first = await ledger.reserve(ask([account]));
  const stop = new AbortController();
  const order: string[] = [];
  const large = ledger.reserve(ask([account], { signal: stop.signal })).catch(() => order.push('large left'));
  const small = ledger.reserve(ask([account], { wanted: 100, least: 100 })).then(() => order.push('small'));
  await new Promise(setImmediate);
  assert.deepEqual(order, []);
  stop.abort(new Error('stopped'));
  await Promise.all([large, small]);
  assert.deepEqual(order, ['large left', 'small']);
  first.settle({ tokens: 1100, money: 0 });
});

test('BUDGET-CAP: no cap is passed, whatever is asked at once and whatever the calls come to', async () => {
  const call = fc.record({
    problem: fc.nat(2),
    prompt: fc.integer({ min: 0, max: 400 }),
    wanted: fc.integer({ min: 1, max: 2000 }),
    /** How much of the worst case it comes to. */
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(call, { maxLength: 30 }),
      fc.record({
        tokens: fc.integer({ min: 1, max: 9000 }),
        dollars: fc.double({ min: 1e-6, max: 0.05, noNaN: true }),
      }),
      fc.integer({ min: 1, max: 5000 }),
      async (scheduler, calls, budget, perProblem) => {
        const ledger = new Ledger();
        const run = new Account('this run', budget);
        const problems = [0, 1, 2].map(() => new Account('this problem', { tokens: perProblem }));
        let refused = 0;
        const check = (): void => {
          const held = { run: run.left(), problems: problems.map((account) => account.left()) };
          assert.ok(held.run.tokens >= 0 && held.run.money >= 0);
          assert.ok(held.problems.every(({ tokens }) => tokens >= 0));
        };
        const work = calls.map(async ({ problem, prompt, wanted, share }) => {
          await scheduler.schedule(Promise.resolve(), 'ask');
          const accounts = [problems[problem] ?? assert.fail(), run];
          const least = Math.ceil(wanted / 4);
          try {
            const reservation = await ledger.reserve(ask(accounts, { promptTokens: prompt, wanted, least }));
            check();
            assert.ok(reservation.maxTokens >= least && reservation.maxTokens <= wanted);
            await scheduler.schedule(Promise.resolve(), 'settle');
            const completionTokens = Math.round(share * reservation.maxTokens);
            const actual: Spend = spendOf({ promptTokens: prompt, completionTokens }, price);
            reservation.settle(actual);
            check();
          } catch (error) {
            if (!(error instanceof BudgetExhausted)) throw error;
            refused += 1;
          }
        });
        await scheduler.waitFor(Promise.all(work));
        assert.equal(run.outstanding, 0);
        assert.ok(run.spent.tokens <= budget.tokens && dollarsOf(run.spent) <= budget.dollars);
        assert.ok(problems.every(({ spent }) => spent.tokens <= perProblem));
        // Everything that was refused did not fit in what is left.
        if (run.left().tokens > 2400 && problems.every((account) => account.left().tokens > 2400)) {
          if (dollarsOf(run.left()) > 0.03) assert.equal(refused, 0);
        }
      },
    ),
    { seed: 5, numRuns: 300 },
  );
});
