/** However much work comes at once, timers have their turn, and the order holds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from './turns.ts';

function busy(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test('work that fits a turn is done at once', () => {
  let done = 0;
  const turns = new Turns();
  for (let i = 0; i < 5; i += 1) turns.take(() => (done += 1));
  assert.equal(done, 5);
});

test('more than a turn’s work is spread over turns, in order, and others come between', async () => {
  const turns = new Turns();
  const order: number[] = [];
  let others = 0;
  const other = setInterval(() => (others += 1), 1);
  await new Promise<void>((resolve) => {
    for (let i = 0; i < 40; i += 1) {
      turns.take(() => {
        busy(2);
        order.push(i);
        if (i === 20) turns.take(() => resolve(void order.push(100)));
      });
    }
  });
  clearInterval(other);
  assert.deepEqual(order, [...Array.from({ length: 40 }, (_, i) => i), 100]);
  assert.ok(others >= 5, `timers had ${others} turns in 80 ms of work`);
});
