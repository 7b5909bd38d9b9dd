/**
 * REPLAY over very many random histories of stage rl: after each kill the record is held against what was known live (the
 * property of src/recipe/stages/rl-replay.test.ts, whose own count is small).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { type HistoryCounts, historyPlans, livedHistory } from '../../../src/recipe/fixtures/rl-history.ts';
import { type Section, secondsText } from '../setting.ts';

export interface ReplayOptions {
  readonly seed: number;
  readonly histories: number;
}

export async function replayedHistories({ seed, histories }: ReplayOptions): Promise<Section> {
  const root = mkdtempSync(path.join(tmpdir(), 'qed-replay-'));
  const began = performance.now();
  const total = { histories: 0, sittings: 0, replayed: 0, ungraded: 0, stoppedForGrades: 0 };
  const dropped = new Map<string, number>();
  const add = (counts: HistoryCounts): void => {
    total.histories += 1;
    total.sittings += counts.sittings;
    total.replayed += counts.replayed;
    total.ungraded += counts.ungraded;
    total.stoppedForGrades += counts.stoppedForGrades;
    for (const [reason, count] of Object.entries(counts.dropped))
      dropped.set(reason, (dropped.get(reason) ?? 0) + count);
  };
  const outcome = await fc.check(
    fc.asyncProperty(historyPlans(fc), async (plan) => {
      const directory = path.join(root, `${total.histories}`);
      add(await livedHistory(directory, plan));
      rmSync(directory, { recursive: true });
    }),
    // Smaller histories are sought by hand: each takes a moment, and shrinking makes hundreds.
    { numRuns: histories, seed, endOnFailure: true },
  );
  const faults: string[] = [];
  if (outcome.failed)
    faults.push(`${JSON.stringify(outcome.counterexample)}: ${String(outcome.errorInstance)} (in ${root})`);
  else rmSync(root, { recursive: true });
  return {
    title: 'train: random histories of steps, drops, retries and kills, replayed',
    heading: ['what', 'figure'],
    rows: [
      ['histories', `${total.histories}`],
      ['sittings, ended by kills but for the last of each', `${total.sittings}`],
      ['batches made again from the record', `${total.replayed}`],
      ['groups dropped', [...dropped].map(([reason, count]) => `${count} ${reason}`).join(', ')],
      ['attempts without a grade, steps stopped for them', `${total.ungraded}, ${total.stoppedForGrades}`],
    ],
    faults,
    summary: `${total.histories} of ${histories} histories${faults.length === 0 ? ', each as its record says' : ''}; ${secondsText((performance.now() - began) / 1000)}`,
  };
}
