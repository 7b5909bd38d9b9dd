import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../model/openai/virtual-clock.ts';
import { Slots } from './slots.ts';

function sleeping(clock: VirtualClock, seconds: number): () => Promise<void> {
  return () => new Promise((resolve) => void clock.after(1000 * seconds, resolve));
}

test('so many at a time, the others in the order in which they came, and the use is counted', async () => {
  const clock = new VirtualClock();
  const slots = new Slots(2, clock);
  const ends: string[] = [];
  const all = Promise.all(
    (['a', 'b', 'c', 'd'] as const).map(async (name, index) => {
      await slots.run(sleeping(clock, index === 0 ? 5 : 2));
      ends.push(`${name} ${clock.now() / 1000}`);
    }),
  );
  assert.deepEqual([slots.use().inUse, slots.use().waiting], [2, 2]);
  await clock.runUntil(all);
  assert.deepEqual(ends, ['b 2', 'c 4', 'a 5', 'd 6']);
  await clock.advance(4_000);
  assert.deepEqual(slots.use(), { inUse: 0, waiting: 0, workSeconds: 11, busySeconds: 6 });
});

test('who leaves before its turn takes no place, and a failure gives its place back', async () => {
  const clock = new VirtualClock();
  const slots = new Slots(1, clock);
  const leaving = new AbortController();
  const first = slots.run(async () => {
    await sleeping(clock, 1)();
    throw new Error('failed');
  });
  const second = slots.run(async () => assert.fail('it has left'), leaving.signal);
  const third = slots.run(async () => 'done');
  leaving.abort();
  await assert.rejects(second, { name: 'AbortError' });
  await assert.rejects(clock.runUntil(first), /failed/);
  assert.equal(await third, 'done');
  assert.equal(slots.use().inUse, 0);
});
