/** However much comes at once, others have their turn, and the order holds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Turns } from './turns.ts';

function busy(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test('a turn has time until it was used, and the next one has time again', async () => {
  const turns = new Turns();
  assert.equal(turns.hasTime, true);
  busy(5);
  assert.deepEqual([turns.hasTime, turns.hasTime], [false, false]);
  await nextTurn();
  assert.equal(turns.hasTime, true);
});

test('what waits begins in later turns, a part of the line in each, in order', async () => {
  const turns = new Turns();
  const begun: number[] = [];
  const count = 1_000;
  for (let i = 0; i < count; i += 1) {
    turns.later(() => {
      begun.push(i);
      if (i === 0) turns.later(() => begun.push(count));
    });
  }
  assert.deepEqual(begun, [], 'not in this turn');
  let others = 0;
  for (; begun.length <= count; others += 1) await nextTurn();
  assert.deepEqual(begun, [...begun.keys()]);
  assert.ok(others >= 10, `others had ${others} turns`);
});
