import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { temporaryDirectory } from '../../journal/fixtures/temporary-directory.ts';
import { type HistoryCounts, historyPlans, livedHistory } from '../fixtures/rl-history.ts';

test('REPLAY, EMIT-ONCE, PAY-ONCE: after any history of steps, drops, retries and kills the record is what is known', async (t) => {
  const directory = temporaryDirectory(t);
  const all: HistoryCounts[] = [];
  await fc.assert(
    fc.asyncProperty(historyPlans(fc), async (plan) => {
      all.push(await livedHistory(path.join(directory, `${all.length}`), plan));
    }),
    // Smaller histories are sought by hand: each takes a moment, and shrinking makes hundreds.
    { numRuns: 25, seed: 11, endOnFailure: true },
  );
  const total = (of: (counts: HistoryCounts) => number): number =>
    all.reduce((sum, counts) => sum + of(counts), 0);
  const reasons = new Set(all.flatMap(({ dropped }) => Object.keys(dropped)));
  // So that it is known to have tested something.
  for (const reason of ['all-zero', 'all-full', 'attempt-timeout', 'stale', 'straggler'])
    assert.ok(reasons.has(reason), `nothing was dropped as ${reason}: ${[...reasons]}`);
  assert.ok(total(({ sittings }) => sittings) > 3 * all.length, 'there have to be kills');
  assert.ok(total(({ replayed }) => replayed) > all.length, 'and batches that are made again');
  assert.ok(total(({ ungraded }) => ungraded) > 0, 'and attempts without a grade');
  assert.ok(total(({ stoppedForGrades }) => stoppedForGrades) > 0, 'and steps that are tried again');
});
