import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../stats/random.ts';
import { VirtualClock } from './virtual-clock.ts';

test('timers fire in the order of their time, then of being set, also those that timers set, and no cancelled one', async () => {
  const random = new Random('clock');
  const clock = new VirtualClock();
  const expected: { at: number; order: number }[] = [];
  const fired: { at: number; order: number }[] = [];
  let order = 0;
  const set = (depth: number): void => {
    const timer = { at: clock.now() + random.below(40), order: order++ };
    const isCancelled = random.chance(0.3);
    const { cancel } = clock.after(timer.at - clock.now(), () => {
      assert.equal(clock.now(), timer.at);
      fired.push(timer);
      if (depth > 0) set(depth - 1);
    });
    if (isCancelled) {
      cancel();
      cancel();
    } else expected.push(timer);
  };
  for (let count = 0; count < 500; count += 1) set(2);
  await clock.advance(200);
  assert.ok(fired.length > 500);
  assert.deepEqual(
    fired,
    expected.toSorted((a, b) => a.at - b.at || a.order - b.order),
  );
  assert.equal(clock.waiting, 0);
  assert.equal(clock.now(), 200);
});

test('it runs from timer to timer until a promise is settled, and leaves what comes later', async () => {
  const clock = new VirtualClock();
  let isLate = false;
  const promise = new Promise<string>((resolve) => void clock.after(1000, () => resolve('there')));
  clock.after(5000, () => {
    isLate = true;
  });
  assert.equal(await clock.runUntil(promise), 'there');
  assert.equal(clock.now(), 1000);
  assert.equal(isLate, false);
  assert.equal(clock.waiting, 1);
});
