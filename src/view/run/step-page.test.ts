/** Pages of steps: all but the last are full, and every one that there is can be exported. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collected } from './fixtures/collected.ts';
import { inPlace } from './fixtures/small-run.ts';
import { stepsPerPage } from './run-stages.ts';
import { stepPage } from './step-page.ts';

test('a long stage comes in pages of columns', async () => {
  await inPlace(async ({ workplace, run }) => {
    await run('a', async (journal) => {
      const steps = Array.from({ length: stepsPerPage + 3 }, (_, i) => i + 1);
      await Promise.all(
        steps.map((step) => journal.append('sft/step', String(step), { value: { loss: 1 / step } })),
      );
    });
    const page = async (name: string, stage = 'sft') =>
      await stepPage.read(workplace, { run: 'a', stage, page: name });
    const [first, last] = [await page('0'), await page('1')];
    assert.equal(first.columns.step?.length, stepsPerPage);
    assert.deepEqual(last.columns.step, [stepsPerPage + 1, stepsPerPage + 2, stepsPerPage + 3]);
    assert.equal(last.steps, stepsPerPage + 3);
    await assert.rejects(page('2'), /pages 0 to 1/);
    await assert.rejects(page('-1'), /pages 0 to 1/);
    await assert.rejects(page('0', 'nonsense'), /its stages are data, pretrain, sft, rl, evaluate, report/);
    assert.deepEqual((await page('0', 'rl')).columns, {});
    const all = await collected(stepPage.instances(workplace));
    assert.deepEqual(all, [
      { run: 'a', stage: 'sft', page: '0' },
      { run: 'a', stage: 'sft', page: '1' },
    ]);
  });
});
