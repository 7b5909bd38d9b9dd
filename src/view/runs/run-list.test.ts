/**
 * The list of runs over a run that is being written: it is running while it is held and stopped afterwards, what it has come to
 * is seen however soon after it was written, and a run that stays as it is is not read again.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { stringify } from 'yaml';
import { openJournal } from '../../journal/open-journal.ts';
import { rlStep, smallRecipe } from '../run/fixtures/small-run.ts';
import { provedRun } from '../trace/fixtures/proved-run.ts';
import { traceSummary } from '../trace/trace-summary.ts';
import { Workplace } from '../workplace.ts';
import { runList } from './run-list.ts';

const day = 86_400_000;

async function runIn(context: TestContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'qed-run-list-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const directory = path.join(folder, 'small');
  const journal = await openJournal(directory);
  writeFileSync(path.join(directory, 'recipe.yaml'), stringify(smallRecipe));
  for (const stage of ['data', 'pretrain', 'sft'])
    await journal.append('stage', stage, { value: { summary: '' } });
  await rlStep(journal, 1);
  return { folder, directory, journal };
}

const only = async (workplace: Workplace) => {
  const { runs } = await runList.read(workplace, {});
  assert.equal(runs.length, 1);
  const [run] = runs;
  assert.ok(run !== undefined);
  return run;
};

test('a held run is running, with every step as soon as it is written; a released one is stopped', async (context) => {
  const { folder, journal } = await runIn(context);
  const workplace = new Workplace({ folder });
  context.after(() => workplace.close());
  assert.equal(workplace.stamp('small'), undefined, 'another change could bear the same time');
  const before = await only(workplace);
  assert.equal(before.state, 'running');
  assert.match(before.detail, /rl, step 1 of 12/);
  await rlStep(journal, 2);
  const after = await only(workplace);
  assert.match(after.detail, /rl, step 2 of 12/);
  assert.ok((after.progress ?? 0) > (before.progress ?? 0));
  await journal.close();
  assert.equal((await only(workplace)).state, 'stopped');
});

test('a run that has not changed is not read again, and one that has is', async (context) => {
  const { folder, directory, journal } = await runIn(context);
  await journal.close();
  const workplace = new Workplace({ folder, now: () => Date.now() + day });
  context.after(() => workplace.close());
  const before = await only(workplace);
  const journalReads = context.mock.method(workplace, 'journal');
  assert.deepEqual(await only(workplace), before);
  assert.equal(journalReads.mock.callCount(), 0);
  writeFileSync(path.join(directory, 'finished.json'), '{"version":1}');
  assert.equal((await only(workplace)).state, 'finished');
  assert.ok(journalReads.mock.callCount() > 0);
});

test('a run of qed prove has its spending in dollars, as its trace has', async (context) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'qed-run-list-'));
  context.after(() => rmSync(folder, { recursive: true }));
  await provedRun({ directory: path.join(folder, 'p'), scaffold: 'single-turn' });
  const workplace = new Workplace({ folder });
  context.after(() => workplace.close());
  const run = await only(workplace);
  const { totals } = await traceSummary.read(workplace, { run: 'p', trace: 'prove~2f0~2f0' });
  const { dollars } = totals;
  assert.ok(dollars !== null && dollars > 0 && dollars < 1);
  assert.ok(Math.abs((run.dollars ?? 0) - dollars) < 1e-9, `${run.dollars} and ${dollars}`);
});
