/** Concurrency finds what a server takes: it grows only when it holds calls back, yields at once, and keeps the order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Reply } from '../chat-model.ts';
import { ModelError } from '../model-error.ts';
import { AdaptiveLimit, limit, type Slot } from './adaptive-limit.ts';
import type { Call } from './call.ts';
import { settle, VirtualClock } from './virtual-clock.ts';

const limits = { initial: 4, most: 100, cooldown: 15_000 };

test('grows by one with each beginning while saturated, and not beyond the most', async () => {
  const state = new AdaptiveLimit({ ...limits, most: 10 }, new VirtualClock());
  const slots: Slot[] = [];
  for (let i = 0; i < 30; i += 1) void state.acquire().then((slot) => slots.push(slot));
  await settle();
  assert.equal(slots.length, 4);
  for (let i = 0; i < 4; i += 1) slots[i]?.began();
  await settle();
  assert.deepEqual([state.limit, slots.length], [8, 8]);
  for (const slot of [...slots]) slot.began();
  await settle();
  assert.deepEqual([state.limit, state.inFlight, state.queued], [10, 10, 20]);
});

test('does not grow while it holds nothing back', async () => {
  const state = new AdaptiveLimit({ ...limits, initial: 10 }, new VirtualClock());
  const slot = await state.acquire();
  for (let i = 0; i < 50; i += 1) slot.began();
  assert.equal(state.limit, 10);
});

test('is cut by a fifth of what was under way, once in a cooldown; then it grows by one a round', async () => {
  const clock = new VirtualClock();
  const events: number[] = [];
  const state = new AdaptiveLimit({ ...limits, initial: 50 }, clock, (event) => {
    if (event.kind === 'concurrency') events.push(event.limit);
  });
  const slots = await Promise.all(Array.from({ length: 20 }, () => state.acquire()));
  for (const slot of slots) slot.overloaded();
  assert.equal(state.limit, 16, 'twenty were under way: one crowd, one cut');
  await clock.advance(15_000);
  slots[0]?.overloaded();
  assert.equal(state.limit, 12);
  for (const slot of slots.slice(0, 8)) slot.release();
  assert.equal(state.inFlight, 12);
  for (const slot of slots.slice(8)) slot.began();
  assert.equal(state.limit, 13);
  for (const slot of slots) slot.release();
  assert.deepEqual(events, [16, 12, 13]);
});

test('never below one', async () => {
  const clock = new VirtualClock();
  const state = new AdaptiveLimit(limits, clock);
  for (let i = 0; i < 20; i += 1) {
    const slot = await state.acquire();
    slot.overloaded();
    slot.release();
    await clock.advance(20_000);
  }
  assert.equal(state.limit, 1);
  (await state.acquire()).release();
});

test('calls are let in in the order they came, and those given up leave at once', async () => {
  const clock = new VirtualClock();
  const state = new AdaptiveLimit({ ...limits, initial: 1 }, clock);
  const first = await state.acquire();
  const order: number[] = [];
  const controllers = Array.from({ length: 5 }, () => new AbortController());
  const waits = controllers.map(({ signal }, i) =>
    state.acquire(signal).then(
      (slot) => {
        order.push(i);
        slot.release();
        return slot.waitedMilliseconds;
      },
      (reason: Error) => reason.message,
    ),
  );
  controllers[1]?.abort(new Error('given up'));
  controllers[3]?.abort(new Error('given up'));
  assert.equal(state.queued, 3);
  await clock.advance(2_000);
  first.release();
  assert.deepEqual(await Promise.all(waits), [2_000, 'given up', 2_000, 'given up', 2_000]);
  assert.deepEqual(order, [0, 2, 4]);
  assert.equal(state.inFlight, 0);
  await assert.rejects(state.acquire(AbortSignal.abort(new Error('before'))), /before/);
});

test('against a server that takes twelve, it settles near twelve and loses no call', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 24 }),
      fc.integer({ min: 1, max: 16 }),
      async (takes, initial) => {
        const clock = new VirtualClock();
        const state = new AdaptiveLimit({ initial, most: 64, cooldown: 1_000 }, clock);
        let [atOnce, served, late] = [0, 0, 0];
        const server: Call = async (_request, context) => {
          if (atOnce >= takes) {
            if (served > 300) late += 1;
            throw new ModelError('429', { kind: 'overloaded', isRetryable: true, status: 429 });
          }
          atOnce += 1;
          context.onFirstToken();
          await new Promise<void>((resolve) => clock.after(700, resolve));
          atOnce -= 1;
          served += 1;
          return { finish: 'stop' } as Reply;
        };
        const call = limit(server, state);
        const one = async (): Promise<void> => {
          for (let wasTooMuch = false; ; wasTooMuch = true) {
            try {
              await call(
                { messages: [], maxTokens: 1, temperature: 1, seed: 0 },
                { wasTooMuch, onFirstToken: () => {}, onQueued: () => {} },
              );
              return;
            } catch {
              await new Promise<void>((resolve) => clock.after(900, resolve));
            }
          }
        };
        const all = Promise.all(Array.from({ length: 400 }, one));
        await clock.runUntil(all);
        assert.equal(served, 400);
        assert.equal(state.inFlight, 0);
        assert.ok(late < 100, `${late} of the last hundred calls were sent away`);
      },
    ),
    { numRuns: 8, seed: 4 },
  );
});

test('a reply that begins after its call was sent away is no sign that there is room', async () => {
  const state = new AdaptiveLimit({ ...limits, initial: 1 }, new VirtualClock());
  const call: Call = async (_request, context) => {
    context.onFirstToken();
    return { finish: 'stop' } as Reply;
  };
  const context = { onFirstToken: () => {}, onQueued: () => {} };
  const request = { messages: [], maxTokens: 1, temperature: 1, seed: 0 };
  await limit(call, state)(request, { ...context, wasTooMuch: true });
  assert.equal(state.limit, 1);
  await limit(call, state)(request, { ...context, wasTooMuch: false });
  assert.equal(state.limit, 2);
});

test('asked to stop, a call that waits for its turn is never made, and one that is under way goes on', async () => {
  const state = new AdaptiveLimit({ ...limits, initial: 1, most: 1 }, new VirtualClock());
  const stop = new AbortController();
  const ends: (() => void)[] = [];
  const call: Call = () => new Promise((resolve) => ends.push(() => resolve({ finish: 'stop' } as Reply)));
  const request = { messages: [], maxTokens: 1, temperature: 1, seed: 0 };
  const made = (waits: boolean[]) =>
    limit(call, state)(request, {
      stopping: stop.signal,
      onWaiting: (isWaiting) => void waits.push(isWaiting),
      wasTooMuch: false,
      onFirstToken: () => {},
      onQueued: () => {},
    });
  const waits: [boolean[], boolean[]] = [[], []];
  const first = made(waits[0]);
  await settle();
  const second = made(waits[1]);
  stop.abort(new Error('stop'));
  await assert.rejects(second, /stop/);
  ends[0]?.();
  assert.equal((await first).finish, 'stop');
  assert.deepEqual([ends.length, waits, state.queued, state.inFlight], [1, [[true, false], [true]], 0, 0]);
});
