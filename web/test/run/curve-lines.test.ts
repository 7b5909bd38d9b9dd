/** Lines of charts: axes, smoothing, two runs on one axis, pages put together; and what is derived from recorded figures. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunStage } from '../../../src/view/api/run.ts';
import { axisOf, joined, meanAt, onOneAxis, smoothed } from '../../src/pages/run/curve-lines.ts';
import { before, derived } from '../../src/pages/run/derived.ts';
import { differences, inSections } from '../../src/pages/run/recipe-fields.ts';

test('an axis of tokens adds up, and one of steps does not', () => {
  const columns = { step: [1, 2, 3], processedTokens: [10, null, 5], 'cost/seconds': [1800, 1800, 3600] };
  assert.deepEqual(axisOf(columns, 'step'), [1, 2, 3]);
  assert.deepEqual(axisOf(columns, 'trained'), [10, 10, 15]);
  assert.deepEqual(axisOf(columns, 'hours'), [0.5, 1, 2]);
  assert.deepEqual(axisOf(columns, 'sampled'), [0, 0, 0]);
});

test('smoothing is over the values that there are, and makes none up', () => {
  assert.deepEqual(smoothed([1, null, 4, 7], 3), [1, null, 5.5, 5.5]);
  assert.deepEqual(smoothed([1, 2], 1), [1, 2]);
  assert.deepEqual(smoothed([null], 5), [null]);
});

test('two runs come onto one axis that has the places of both', () => {
  const own = { label: 'a', at: [1, 2, 3], values: [10, 20, 30] };
  const other = { label: 'b', at: [2, 4], values: [5, 6], low: [4, 5], high: [6, 7] };
  const { x, lines } = onOneAxis([own, other]);
  assert.deepEqual(x, [1, 2, 3, 4]);
  assert.deepEqual(lines[0]?.values, [10, 20, 30, null]);
  assert.deepEqual(lines[1]?.values, [null, 5, null, 6]);
  assert.deepEqual(lines[1]?.band, { low: [null, 4, null, 5], high: [null, 6, null, 7] });
  assert.deepEqual(onOneAxis([]), { x: [], lines: [] });
});

test('pages are put together, also where one lacks a figure', () => {
  const pages = [
    { step: [1, 2], loss: [3, 4] },
    { step: [3], reward: [1] },
  ];
  assert.deepEqual(joined(pages), { step: [1, 2, 3], loss: [3, 4, null], reward: [null, null, 1] });
  assert.equal(meanAt([null, 1, 3, null], 'last', 2), 2);
  assert.equal(meanAt([null], 'first', 2), null);
});

const stage: RunStage = {
  ...{ id: 'rl', title: '', what: '', state: 'running', seconds: 0, done: 2, all: 4, unit: 'steps' },
  ...{ summary: null, trains: 'policy', reusedFrom: null, validationBefore: null, pages: 1 },
  heldOutBefore: { score: 0.5, interval: [0.25, 0.75] },
  tokenLimit: 48,
};

test('groups by outcome are shares of the groups, and outcomes that never come are left out', () => {
  const columns = derived(
    {
      ...{ step: [1, 2], lengthMean: [10, 11], 'groups/trained': [3, 0], 'groups/allZero': [1, 0] },
      ...{ 'groups/allFull': [0, 0], 'dropped/stale': [null, 2], 'dropped/straggler': [1, 1] },
    },
    stage,
  );
  assert.deepEqual(columns['share/trained'], [0.75, null]);
  assert.deepEqual(columns['share/allZero'], [0.25, null]);
  assert.equal(columns['share/allFull'], undefined);
  assert.deepEqual(columns.dropped, [1, 3]);
  assert.deepEqual(columns.limit, [48, 48]);
  assert.equal(before(stage, 'heldOut/ci/1'), 0.75);
  assert.equal(before(stage, 'reward'), null);
});

test('two recipes differ where a value differs or one lacks a field', () => {
  const field = (path: string, value: string) => ({ path, value, standard: null, meaning: null });
  const pairs = differences(
    [field('seed', '1'), field('rl.groupSize', '16'), field('sft.epochs', '1')],
    [field('seed', '1'), field('rl.groupSize', '4'), field('rc.turns', '3')],
  );
  assert.deepEqual(
    pairs.map(({ field: own, other }) => [own.path, own.value, other]),
    [
      ['rl.groupSize', '16', '4'],
      ['sft.epochs', '1', undefined],
      ['rc.turns', 'absent', '3'],
    ],
  );
  assert.deepEqual(
    inSections(pairs).map(({ name }) => name),
    ['rl', 'sft', 'rc'],
  );
});
