/** Columns of a stage: what is new is read once, whatever the order in which figures and costs come. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inPlace, rlCost, rlStep } from './fixtures/small-run.ts';
import { StageSeries } from './stage-series.ts';

test('an update reads only what was appended since the last one', async () => {
  await inPlace(async ({ workplace, run }) => {
    await run('a', async (journal) => {
      for (let step = 1; step <= 3; step += 1) await rlStep(journal, step);
    });
    const series = new StageSeries('rl');
    const steps: number[] = [];
    const read: { stream: string; after: number; rows: number }[] = [];
    const update = async (): Promise<void> =>
      await workplace.journal('a', async (reader) => {
        const counted = {
          values: async function* (stream: string, after = 0) {
            const own = { stream, after, rows: 0 };
            read.push(own);
            for await (const row of reader.values(stream, after)) {
              own.rows += 1;
              yield row;
            }
          },
        };
        await series.update(counted, (step) => steps.push(step));
      });
    await update();
    assert.deepEqual(
      read.map(({ rows }) => rows),
      [3, 3],
    );
    await run('a', async (journal) => await rlStep(journal, 4));
    await update();
    await update();
    assert.deepEqual(
      read.map(({ rows }) => rows),
      [3, 3, 1, 1, 0, 0],
    );
    assert.deepEqual(steps, [1, 2, 3, 4]);
    assert.deepEqual(series.column('reward'), [0.05, 0.1, 0.15, 0.2]);
    assert.deepEqual(series.column('cost/seconds'), [2, 2, 2, 2]);
    assert.deepEqual(series.columns(2, 1)['groups/allZero'], [1]);
  });
});

test('a step that was applied again has the cost of its first time, and one without a cost has none', async () => {
  await inPlace(async ({ workplace, run }) => {
    await run('a', async (journal) => {
      await rlStep(journal, 1, { heldOut: { score: 0.5, ci: [0.25, 0.75] } });
      await rlCost(journal, 1, 99, 'again');
      await rlCost(journal, 2, 7, 'before its figures');
      await journal.append('rl/seconds', 'of an older version', { value: { step: 3, seconds: 1 } });
    });
    const series = new StageSeries('rl');
    await workplace.journal('a', async (reader) => await series.update(reader));
    assert.equal(series.length, 1);
    await run('a', async (journal) => {
      for (const step of [2, 3]) await journal.append('rl/step', String(step), { value: { reward: 1 / 3 } });
    });
    await workplace.journal('a', async (reader) => await series.update(reader));
    assert.deepEqual(series.column('cost/seconds'), [2, 7, null]);
    assert.deepEqual(series.column('reward'), [0.05, 0.333333, 0.333333]);
    assert.deepEqual(series.columns()['heldOut/ci/1'], [0.75, null, null]);
    assert.equal('heldOut/score' in series.columns(1), false);
  });
});
