import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scaledSlow, slow } from './slow.ts';

test('qed prove waits for what is slow, beyond its limit for silence, and gives up what went quiet', async () => {
  const { mostLate: _, ...size } = scaledSlow(1);
  const { faults, rows } = await slow({ ...size, firstByte: 1.1, idle: 1, drip: 0.1 });
  assert.deepEqual(faults, []);
  assert.deepEqual(rows[2]?.slice(0, 2), ['gone quiet', 'failed idle-timeout']);
});
