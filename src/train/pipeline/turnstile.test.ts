import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turnstile } from './turnstile.ts';

test('one is in at a time, in the order in which they came, and leaving twice lets nobody else in', async () => {
  const turnstile = new Turnstile();
  const order: string[] = [];
  let inside = 0;
  await Promise.all(
    Array.from({ length: 5 }, async (_, index) => {
      const leave = await turnstile.enter();
      inside += 1;
      assert.equal(inside, 1);
      order.push(`${index}`);
      await Promise.resolve();
      inside -= 1;
      leave();
      leave();
    }),
  );
  assert.equal(order.join(' '), '0 1 2 3 4');
});

test('after much that was read the event loop gets its turn', async () => {
  const turnstile = new Turnstile();
  let turns = 0;
  const turn = (): void => {
    turns += 1;
    immediate = setImmediate(turn);
  };
  let immediate = setImmediate(turn);
  for (let count = 0; count < 40; count += 1) (await turnstile.enter())(2 ** 20);
  clearImmediate(immediate);
  assert.ok(turns >= 2, `${turns} turns`);
});
