import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openInProcess } from '../../journal/fixtures/in-process-journal.ts';
import { temporaryDirectory } from '../../journal/fixtures/temporary-directory.ts';
import { type RlSettings, recipeSchema } from '../schema.ts';
import { recordedAlarms, resumedWatch, watchedStep } from './rl-alarms.ts';

/** Figures as a step records them: 36 attempts of 10 tokens. */
const figures = {
  ...{ reward: 0.5, lengthMean: 10, sampledTokens: 360, overflowShare: 0.1, entropy: 1, mismatchKl: 1e-4 },
  ...{ ungradedAttempts: 9, groups: { trained: 3, allZero: 2, allFull: 0, allEqual: 1, tooFewGrades: 0 } },
  dropped: { straggler: 1, stale: 1, 'all-equal': 2 },
};

function settings(alarms: Partial<RlSettings['alarms']> = {}): RlSettings {
  const rl = { steps: 20, optimiser: { kind: 'adamw', learningRate: 1e-3 }, alarms };
  const parsed = recipeSchema.shape.rl.parse(rl);
  return parsed ?? assert.fail('the schema has the stage');
}

test('shares are of the attempts of the step, and of the groups that ended since the one before', () => {
  assert.deepEqual(watchedStep(3, figures), {
    ...{ step: 3, reward: 0.5, lengthMean: 10, overflowShare: 0.1, entropy: 1, mismatchKl: 1e-4 },
    ...{ ungradedShare: 0.25, lateShare: 0.2 },
  });
  const untrained = watchedStep(1, { lengthMean: 10, sampledTokens: 360, overflowShare: 0 });
  assert.deepEqual(Object.keys(untrained), [
    'step',
    'lengthMean',
    'overflowShare',
    'ungradedShare',
    'lateShare',
  ]);
});

test('what the report lists is what a run that is killed and goes on remarks, each alarm once', async (t) => {
  const journal = openInProcess(temporaryDirectory(t));
  const overflowAt = (step: number) => (step > 8 ? 0.9 : 0.1);
  for (let step = 1; step <= 12; step += 1) {
    const value = { ...figures, ungradedAttempts: 0, dropped: {}, overflowShare: overflowAt(step) };
    await journal.append('rl/step', `${step}`, { value });
  }
  const found = await recordedAlarms(journal, 'rl', settings());
  assert.deepEqual(
    found.map(({ step, kind }) => [step, kind]),
    [[11, 'overflow']],
  );
  // The checkpoint is of step 10: steps 11 and 12 are applied again, and 13 is new.
  const watch = await resumedWatch(journal, 'rl', { settings: settings(), done: 10 });
  const again = [11, 12, 13].flatMap((step) =>
    watch.add(watchedStep(step, { ...figures, ungradedAttempts: 0, dropped: {}, overflowShare: 0.9 })),
  );
  assert.deepEqual(again, found);
  assert.deepEqual(await recordedAlarms(journal, 'rl', settings({ overflow: 'off' })), []);
  await journal.close();
});
