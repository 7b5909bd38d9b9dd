import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Slots } from './slots.ts';

test('so many at once and no more, in the order in which they came, and a failure frees its slot', async () => {
  const slots = new Slots(2);
  const began: number[] = [];
  const ends: (() => void)[] = [];
  const work = Array.from({ length: 5 }, (_, i) =>
    slots.run(async () => {
      began.push(i);
      await new Promise<void>((resolve, reject) => {
        ends[i] = i === 1 ? () => reject(new Error('one failed')) : resolve;
      });
      return i;
    }),
  );
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  await turn();
  assert.deepEqual(began, [0, 1]);
  ends[1]?.();
  await assert.rejects(work[1] ?? Promise.resolve(), /one failed/);
  await turn();
  assert.deepEqual(began, [0, 1, 2]);
  for (const i of [0, 2]) ends[i]?.();
  await turn();
  assert.deepEqual(began, [0, 1, 2, 3, 4]);
  for (const i of [3, 4]) ends[i]?.();
  assert.deepEqual(await Promise.all(work.filter((_, i) => i !== 1)), [0, 2, 3, 4]);
});
