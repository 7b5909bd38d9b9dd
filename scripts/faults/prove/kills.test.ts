import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proveKills } from './kills.ts';

test('PAY-ONCE: qed prove over a file, killed anywhere, ends as its twin; nothing it said was done is asked for again', {
  skip: process.platform === 'win32',
}, async () => {
  const size = { problems: 20, attempts: 2, scaffold: 'rsa(n=4,k=2,rounds=1)', calls: 11 };
  const { faults, rows } = await proveKills({ seed: 1, kills: 8, ...size });
  assert.deepEqual(faults, []);
  assert.deepEqual(rows[2], ['of these asked for again', '0']);
});
