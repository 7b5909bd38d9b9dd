import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proveDisk } from './disk.ts';

test('DISK-FULL: qed prove names what it could not write, and with room again ends as its twin', async (t) => {
  const { faults, rows, summary } = await proveDisk({ seed: 1, moments: 4, problems: 8 });
  if (summary.startsWith('skipped')) {
    t.skip(summary);
    return;
  }
  assert.deepEqual(faults, []);
  assert.ok(rows.some(([kind, , , said]) => kind === 'run' && said?.startsWith('disk full: ')));
  assert.ok(rows.some(([kind, , , said]) => kind === 'files' && said?.startsWith('disk full: made/')));
});
