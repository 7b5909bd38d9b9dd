import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openInProcess } from '../journal/fixtures/in-process-journal.ts';
import { temporaryDirectory } from '../journal/fixtures/temporary-directory.ts';
import { compareRepeated } from './repeated-step.ts';
import { type RunContext, recordStep } from './run-context.ts';

const recorded = {
  reward: 0.5,
  groups: { trained: 3 },
  loss: 0.2,
  gradientNorm: 1,
  entropy: 0.4,
  maxRatio: 1.001,
};

test('what the record decides must be the same; what a model computes may differ in its last digits', () => {
  assert.deepEqual(compareRepeated(recorded, { ...recorded, gradientNorm: 1.001, maxRatio: 1.4 }), {
    ...{ altered: [], apart: [] },
  });
  assert.deepEqual(compareRepeated(recorded, { ...recorded, groups: { trained: 2 }, reward: 0.6 }).altered, [
    ...['reward', 'groups'],
  ]);
  const { apart } = compareRepeated(recorded, { ...recorded, gradientNorm: 2, loss: 0.205 });
  assert.deepEqual(apart, ['gradientNorm is 2 and was 1']);
  const { entropy: _, ...without } = recorded;
  assert.match(compareRepeated(recorded, without).apart.join(), /^entropy is undefined/);
});

test('a repeated step keeps the figures of the first time on a server, and is an error on the embedded engine', async (t) => {
  const journal = openInProcess(temporaryDirectory(t));
  const remarks: string[] = [];
  const written: unknown[] = [];
  const contextOf = (kind: 'ort' | 'tinker') =>
    ({
      journal,
      ...{ recipe: { engine: { kind } }, progress: { remark: (text: string) => remarks.push(text) } },
      metrics: { write: ({ figures }: { figures: unknown }) => written.push(figures) },
    }) as unknown as RunContext;
  const cost = { seconds: 1, trainingSeconds: 1, residentBytes: 1, peakBytes: 1 };
  const again = { ...recorded, gradientNorm: 1.5 };
  await recordStep(contextOf('tinker'), 'rl', 1, recorded, cost);
  await recordStep(contextOf('tinker'), 'rl', 1, again, cost);
  assert.deepEqual(written, [recorded, recorded]);
  assert.deepEqual(remarks, ['rl: step 1 was applied again: gradientNorm is 1.5 and was 1']);
  await assert.rejects(recordStep(contextOf('ort'), 'rl', 1, again, cost), /repeats bit for bit/);
  await assert.rejects(
    recordStep(contextOf('tinker'), 'rl', 1, { ...recorded, reward: 0.6 }, cost),
    /what follows from its record is not the same now \(reward\)/,
  );
  await journal.close();
});
