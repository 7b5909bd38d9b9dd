import assert from 'node:assert/strict';
import { test } from 'node:test';
import { weightSync } from './weight-sync.ts';

test('LAG-BOUND, SAME-LOGPROB: a sampler that misses an update, silently or not, stops the run before anything is trained on it', async () => {
  const options = { steps: 3, atUpdate: 3, paritySteps: 3, parityBounds: [0] };
  const { faults } = await weightSync({
    ...options,
    faults: ['throws', 'confirm-throws', 'half-silent', 'torn', 'restarted'],
  });
  assert.deepEqual(faults, []);
});
