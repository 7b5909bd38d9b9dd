import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meanInterval } from './mean-interval.ts';
import { overProblems } from './over-problems.ts';
import { Random } from './random.ts';

test('NULL-NOT-ZERO: problems without the figure are left out of the mean and counted', () => {
  const all = overProblems([1, undefined, 0, null, 0.5], { random: new Random('x') });
  assert.deepEqual(all.mean, meanInterval([[1], [0], [0.5]], { random: new Random('x') }));
  assert.deepEqual([all.problems, all.notComputable], [3, 2]);
});

test('where no problem has the figure there is no mean', () => {
  const none = overProblems([undefined, null], { random: new Random('x') });
  assert.deepEqual(none, { mean: undefined, problems: 0, notComputable: 2 });
});
