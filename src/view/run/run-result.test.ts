/** Results: scores as they are recorded, then those of the report with intervals and claims. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { inPlace } from './fixtures/small-run.ts';
import { runResult } from './run-result.ts';

const effect = (id: string, ci: [number, number], more: object = {}) => ({
  ...{ id, shown: ci[0] > 0, estimate: (ci[0] + ci[1]) / 2, ci },
  ...more,
});

test('scores come from the journal until there is a report', async () => {
  await inPlace(async ({ folder, workplace, run }) => {
    await run('a', async (journal) => {
      const value = { score: 25, graded: 8, attempts: 10, tokens: 200 };
      await journal.append('evaluation', 'base/single', { value });
      // Nothing was graded: no score, not 0.
      await journal.append('evaluation', 'sft/single', { value: { ...value, score: 0, graded: 0 } });
    });
    const before = await runResult.read(workplace, { run: 'a' });
    assert.deepEqual(before.scores, [
      { checkpoint: 'base', scaffold: 'single', mean: 25, interval: null, attempts: 8, tokens: 20 },
    ]);
    assert.deepEqual([before.hasReport, before.claims], [false, []]);
    const score = {
      checkpoint: 'base',
      scaffold: 'single',
      suite: 's',
      seed: 1,
      mean: 25,
      ci: [20, 30],
      n: 8,
      tokens: 20,
    };
    const effects = [
      effect('sft-over-base', [1, 3]),
      effect('rl-shortens', [-4, -2], { claim: 'RL shortens', unit: 'tokens' }),
      effect('rc-alike-rl', [-6, 2], { shown: false, within: 5 }),
    ];
    const report = {
      version: 1,
      recipe: 'small',
      seeds: [1],
      seconds: 1,
      stages: [],
      scores: [score],
      effects,
    };
    writeFileSync(path.join(folder, 'a', 'report.json'), JSON.stringify(report));
    const after = await runResult.read(workplace, { run: 'a' });
    assert.deepEqual(after.scores[0]?.interval, [20, 30]);
    assert.deepEqual(
      after.claims.map(({ claim, verdict, unit }) => [claim, verdict, unit]),
      [
        ['SFT scores higher than base', 'shown', 'points'],
        ['RL shortens', 'opposite', 'tokens'],
        ['RC alike RL', 'not-shown', 'points'],
      ],
    );
  });
});

test('a study has its claims, also those that were not measured', async () => {
  await inPlace(async ({ folder, workplace }) => {
    mkdirSync(path.join(folder, 'study'));
    writeFileSync(path.join(folder, 'study', 'run.lock'), '');
    const claims = [
      {
        effect: '1. Stages',
        id: 'x',
        claim: 'X helps',
        unit: 'points',
        estimate: 2,
        ci: [1, 3],
        shown: true,
        opposite: false,
      },
      { effect: '1. Stages', id: 'y', claim: 'Y helps', notMeasured: 'no arm has it' },
    ];
    writeFileSync(path.join(folder, 'study', 'report.json'), JSON.stringify({ study: 's', claims }));
    const result = await runResult.read(workplace, { run: 'study' });
    assert.deepEqual(
      result.claims.map(({ heading, verdict, why }) => [heading, verdict, why]),
      [
        ['1. Stages', 'shown', null],
        ['1. Stages', 'not-measured', 'no arm has it'],
      ],
    );
  });
});
