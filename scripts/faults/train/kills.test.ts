import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killKinds } from './kill-moments.ts';
import { trainKills } from './kills.ts';

test('EMIT-ONCE, LAG-BOUND, PAY-ONCE: an asynchronous run with a judge, both killed, ends with its accounts in order', {
  skip: process.platform === 'win32' && 'signals are POSIX',
}, async () => {
  const { faults } = await trainKills({
    ...{ seed: 1, kinds: killKinds, killsOfEach: 1 },
    ...{ steps: 6, maxLag: 2 },
  });
  assert.deepEqual(faults, []);
});
