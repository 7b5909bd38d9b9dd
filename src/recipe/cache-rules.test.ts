import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cacheContradictions } from './cache-rules.ts';
import { rcSchema } from './schema-rc.ts';

const complaints = (settings: object, data: 'lab' | 'problems' = 'lab') =>
  cacheContradictions(
    rcSchema.parse({ steps: 4, optimiser: { kind: 'adamw', learningRate: 1e-3 }, ...settings }),
    data,
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

test('problems that are not of the lab are summed up by a model, within limits that the recipe gives', () => {
  const real = (settings: object) => complaints(settings, 'problems').join('; ');
  assert.match(real({}), /^rc\.summariser `claims` reads problems of the lab.*; rc\.summary is needed/);
  assert.equal(real({ summariser: 'frozen', summary: {} }), '');
  assert.match(real({ summariser: 'endpoint', summary: {} }), /^rc\.summary needs a model/);
  assert.equal(real({ summariser: 'endpoint', summary: { model: 'qed-nano', topP: 0.8, topK: 20 } }), '');
  assert.match(
    real({ summariser: 'model', summary: { topP: 0.8 } }),
    /are those of the summariser `endpoint`/,
  );
  assert.match(complaints({ summariser: 'endpoint' }).join(), /^rc\.summariser `endpoint` sums up problems/);
  assert.match(complaints({ summary: {} }).join(), /^rc\.summary has no use in the lab/);
});
