/** A run at a glance: stages, what it is at, alarms, failures; and what is shown of a damaged one. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { RunOverview } from '../api/run.ts';
import type { Workplace } from '../workplace.ts';
import { endStage, inPlace, rlStep } from './fixtures/small-run.ts';
import { runOverview } from './overview.ts';

const read = async (workplace: Workplace, run: string): Promise<RunOverview> =>
  await runOverview.read(workplace, { run });

test('stages that are done, the one under way and those to come, while a process holds the run', async () => {
  await inPlace(async ({ workplace, run }) => {
    await run('a', async (journal) => {
      await journal.append('run', 'started', { value: { at: '2026-01-02T03:04:05.000Z' } });
      for (const stage of ['data', 'pretrain', 'sft']) await endStage(journal, stage);
      await journal.append('time', 'sft/x/1', { value: { stage: 'sft', seconds: 1.5 } });
      await journal.append('time', 'sft/x/2', { value: { stage: 'sft', seconds: 2 } });
      const heldOut = { score: 0.25, ci: [0.125, 0.375] };
      await journal.append('rl/held-out', '0', { value: heldOut });
      for (let step = 1; step <= 6; step += 1) await rlStep(journal, step, { overflowShare: 0.75 });
      await journal.effect({ unit: 'rl/12/0', label: 'attempt', request: 1 }, async () => ({ value: 1 }));
      await journal.effect({ unit: 'rl/13/3', label: 'attempt', request: 1 }, async () => ({ value: 1 }));
      await assert.rejects(
        journal.effect({ unit: 'rl/13/3', label: 'grade', request: 1 }, async () => {
          throw new TypeError('the judge said nothing');
        }),
      );
      const { stages, state, health, alarms, failures, totals } = await read(workplace, 'a');
      assert.equal(state, 'running');
      assert.deepEqual(
        stages.map(({ id, state: own, done, all }) => [id, own, done, all]),
        [
          ['data', 'done', 0, null],
          ['pretrain', 'done', 0, null],
          ['sft', 'done', 0, null],
          ['rl', 'running', 6, 12],
          ['evaluate', 'to-come', 0, 3],
          ['report', 'to-come', 0, null],
        ],
      );
      assert.equal(stages[2]?.seconds, 3.5);
      assert.equal(stages[2]?.summary, 'sft is done');
      assert.deepEqual(stages[3]?.heldOutBefore, { score: 0.25, interval: [0.125, 0.375] });
      assert.equal(health.started, '2026-01-02T03:04:05.000Z');
      assert.equal(health.holder?.pid, process.pid);
      assert.equal(health.lastStepAt, 1_800_000_012);
      assert.equal(health.doing, 'Step 7 of 12 waits for its groups: 2 of 8 attempts are sampled.');
      assert.deepEqual(
        alarms.map(({ stage, step, kind }) => [stage, step, kind]),
        [['rl', 5, 'overflow']],
      );
      assert.match(alarms[0]?.meaning ?? '', /cut/);
      assert.deepEqual(failures, [
        { label: 'grade', name: 'TypeError', count: 1, message: 'the judge said nothing' },
      ]);
      assert.equal(totals.sampledTokens, 1440);
    });
    const stopped = await read(workplace, 'a');
    assert.equal(stopped.state, 'stopped');
    assert.equal(stopped.stages[3]?.state, 'stopped');
    assert.match(stopped.health.doing ?? '', /stopped in reinforcement learning, after 6 of 12 steps/);
  });
});

test('the time that is left follows from the steps of this sitting alone', async () => {
  await inPlace(async ({ workplace, run }) => {
    await run('a', async (journal) => {
      for (const stage of ['data', 'pretrain', 'sft']) await endStage(journal, stage);
      for (let step = 1; step <= 6; step += 1) await rlStep(journal, step);
      const { health } = await read(workplace, 'a');
      const left = health.stageSecondsLeft;
      // Steps end every two seconds, far in the future of this clock: nothing has passed since the last.
      assert.ok(left !== null && left >= 12, String(left));
    });
    assert.equal((await read(workplace, 'a')).health.stageSecondsLeft, null);
  });
});

test('what is damaged or missing is said, and the rest is shown', async () => {
  await inPlace(async ({ folder, workplace, run }) => {
    await run('a', async (journal) => await rlStep(journal, 1));
    await run('b', async (journal) => await rlStep(journal, 1));
    await run('c', async (journal) => await rlStep(journal, 1));
    writeFileSync(path.join(folder, 'a', 'recipe.yaml'), 'name: [');
    writeFileSync(path.join(folder, 'b', 'journal.db'), 'no database');
    rmSync(path.join(folder, 'c', 'journal.db'));
    writeFileSync(path.join(folder, 'c', 'finished.json'), '{}');
    const a = await read(workplace, 'a');
    assert.match(a.troubles.join(), /recipe\.yaml is damaged/);
    assert.deepEqual(a.stages, []);
    const b = await read(workplace, 'b');
    assert.equal(b.state, 'damaged');
    assert.equal(b.name, 'small');
    const c = await read(workplace, 'c');
    assert.equal(c.state, 'damaged');
    assert.match(c.troubles.join(), /journal\.db is missing/);
    await assert.rejects(read(workplace, 'd'), /there is no run d/);
  });
});
