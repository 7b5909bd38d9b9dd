import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proveSignals } from './signals.ts';

test('qed prove asked to stop sends nothing more and keeps what comes; unread or with the clock set it goes on', {
  skip: process.platform === 'win32',
}, async () => {
  const { faults, rows } = await proveSignals({
    seed: 1,
    problems: 12,
    after: 70,
    isShort: true,
    isTimed: false,
  });
  assert.deepEqual(faults, []);
  assert.ok(rows.length >= 4);
});
