import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cacheContradictions } from './cache-rules.ts';
import { rcSchema } from './schema-rc.ts';

const complaints = (settings: object) =>
  cacheContradictions(
    rcSchema.parse({ steps: 4, optimiser: { kind: 'adamw', learningRate: 1e-3 }, ...settings }),
  ).map(({ path, message }) => `${path.join('.')} ${message}`);

test('a trajectory has no more states than its turns begin with and the one after them', () => {
  assert.deepEqual(complaints({}), []);
  assert.deepEqual(complaints({ turns: 1, statesPerTrajectory: 2 }), []);
  assert.match(
    complaints({ turns: 2, statesPerTrajectory: 4 }).join(),
    /^rc\.statesPerTrajectory must not exceed 3/,
  );
});

test('without lag no state may wait for a later step', () => {
  assert.deepEqual(complaints({ backlog: 2 }), []);
  assert.match(complaints({ backlog: 2, pipeline: { maxLag: 0 } }).join(), /^rc\.backlog must be 0/);
});
