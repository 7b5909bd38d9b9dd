import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawnTurns } from './drawn-turns.ts';

test('two of four states, without replacement, each as likely, and the same again for the same trajectory', () => {
  const settings = { turns: 3, statesPerTrajectory: 2, seed: 5 };
  const counts = new Map<number, number>();
  for (let number = 0; number < 2000; number += 1) {
    const turns = drawnTurns(settings, number);
    assert.equal(new Set(turns).size, 2);
    assert.deepEqual(drawnTurns(settings, number), turns);
    for (const turn of turns) counts.set(turn, (counts.get(turn) ?? 0) + 1);
  }
  assert.deepEqual([...counts.keys()].sort(), [1, 2, 3, 4]);
  for (const [turn, count] of counts)
    assert.ok(Math.abs(count - 1000) < 90, `turn ${turn}: ${count} of 2000`);
});

test('another seed draws others, and a trajectory has no more states than turns and the one after them', () => {
  const all = (seed: number) =>
    Array.from({ length: 20 }, (_, number) => drawnTurns({ turns: 3, statesPerTrajectory: 2, seed }, number));
  assert.notDeepEqual(all(1), all(2));
  assert.deepEqual(drawnTurns({ turns: 1, statesPerTrajectory: 2, seed: 1 }, 0).toSorted(), [1, 2]);
});
