import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benchKills } from './kills.ts';

test('PAY-ONCE: qed bench with a scaffold and a judge, killed anywhere, has the grades and tables of its twin', {
  skip: process.platform === 'win32',
}, async () => {
  const size = { problems: 20, runs: 2, scaffold: 'rsa(n=4,k=2,rounds=1)' };
  const { faults, rows } = await benchKills({ seed: 1, kills: 8, ...size });
  assert.deepEqual(faults, []);
  assert.deepEqual(rows[2], ['of these asked for again', '0']);
});
