/** Spending over the time of work: a call counts at its worst until it is settled. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordBudget, recordReserved, recordSettled, recordTime } from '../../prove/spend-record.ts';
import { collected } from './fixtures/collected.ts';
import { inPlace } from './fixtures/small-run.ts';
import { runSpend } from './run-spend.ts';

test('the curve has what calls came to, and the budget of the newest sitting, which an older run has once it has refused a call', async () => {
  await inPlace(async ({ workplace, run }) => {
    await run('a', async (journal) => {
      const key = await recordReserved(journal, 'p', { tokens: 100, money: 2e11 });
      await recordTime(journal, { seconds: 3, problems: {} });
      await recordSettled(journal, 'p', { tokens: 40, money: 1e11 }, { key });
      await recordTime(journal, { seconds: 2, problems: {} });
    });
    assert.deepEqual(await runSpend.read(workplace, { run: 'a' }), {
      ...{ seconds: [0, 3, 5], tokens: [0, 0, 40], dollars: [0, 0, 1] },
      ...{ tokensAtWorst: [0, 100, 40], dollarsAtWorst: [0, 2, 1] },
      budget: { tokens: null, dollars: null, hasRefused: false },
    });
    await run('a', async (journal) => {
      const budget = { problem: {}, run: { dollars: 1 } };
      await journal.append('budget/refused', `prove/1 ${JSON.stringify(budget)}`, {
        value: { message: 'spent' },
      });
    });
    assert.deepEqual((await runSpend.read(workplace, { run: 'a' })).budget, {
      ...{ tokens: null, dollars: 1, hasRefused: true },
    });
    await run('a', async (journal) => {
      await recordBudget(journal, { dollars: 2, tokens: 100 });
      await recordBudget(journal, { tokens: 100, dollars: 2 });
    });
    assert.deepEqual((await runSpend.read(workplace, { run: 'a' })).budget, {
      ...{ tokens: 100, dollars: 2, hasRefused: true },
    });
    await run('a', async (journal) => await recordBudget(journal, {}));
    assert.deepEqual((await runSpend.read(workplace, { run: 'a' })).budget.dollars, null);
    await run('b', async () => undefined);
    await assert.rejects(runSpend.read(workplace, { run: 'b' }), /no record of spending/);
    assert.deepEqual(await collected(runSpend.instances(workplace)), [{ run: 'a' }]);
  });
});
