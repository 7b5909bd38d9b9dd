/** Results settle once, are waited for, told of in groups, kept for a while, and end with their session. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invalidRequest } from '../api-error.ts';
import { FutureStore, failureOf } from './futures.ts';

const never = new AbortController().signal;

function store(): { readonly futures: FutureStore; pass(milliseconds: number): void } {
  let now = 0;
  const futures = new FutureStore({ fetchedMilliseconds: 100, unfetchedMilliseconds: 1000 }, () => now);
  return {
    futures,
    pass: (milliseconds) => {
      now += milliseconds;
      futures.sweep();
    },
  };
}

test('a result is kept a while after it was fetched, and longer when nobody comes', () => {
  const { futures, pass } = store();
  const [fetched, forgotten, running] = [futures.create('s'), futures.create('s'), futures.create('s')];
  for (const future of [fetched, forgotten]) futures.settle(future, { kind: 'json', body: {} });
  futures.markFetched(fetched.id);
  pass(99);
  assert.equal(futures.find(fetched.id), fetched);
  pass(1);
  assert.throws(() => futures.find(fetched.id), /there is no future fut_/);
  pass(900);
  assert.throws(() => futures.find(forgotten.id));
  assert.equal(futures.find(running.id), running);
  assert.equal(futures.pending, 1);
});

test('who waits gets the outcome, or nothing when the time is over', async () => {
  const { futures } = store();
  const future = futures.create('s');
  assert.equal(await futures.wait(future, 1, never), undefined);
  const waiting = futures.wait(future, 60_000, never);
  await futures.run(future, () => Promise.reject(new Error('it broke')));
  assert.deepEqual(await waiting, { kind: 'failed', message: 'it broke', category: 'server' });
  futures.settle(future, { kind: 'json', body: {} });
  assert.equal(future.outcome?.kind, 'failed', 'the first outcome counts');
  assert.equal(failureOf(invalidRequest('a', 'a: wrong')).category, 'user');
});

test('a stop answers who waits', async () => {
  const { futures } = store();
  const waiting = futures.wait(futures.create('s'), 60_000, never);
  const group = futures.completions('g', 0, 60_000, never);
  futures.stop();
  assert.equal(await waiting, undefined);
  assert.deepEqual(await group, { completions: [], cursor: 0 });
});

test('a group tells what has settled after its cursor, and forgets what the cursor has passed', async () => {
  const { futures } = store();
  const [a, b, other] = [futures.create('s', 'g'), futures.create('s', 'g'), futures.create('s', 'h')];
  const waiting = futures.completions('g', 0, 60_000, never);
  futures.settle(other, { kind: 'json', body: {} });
  futures.settle(a, { kind: 'json', body: {} });
  assert.deepEqual(await waiting, { completions: [{ id: a.id, isFailed: false }], cursor: 1 });
  futures.cancel(b.id);
  assert.ok(b.signal.aborted);
  const both = await futures.completions('g', 0, 0, never);
  assert.equal(both.completions.length, 2);
  const next = await futures.completions('g', 1, 0, never);
  assert.deepEqual(next, { completions: [{ id: b.id, isFailed: true }], cursor: 2 });
  assert.deepEqual(await futures.completions('g', 2, 0, never), { completions: [], cursor: 2 });
});

test('a session takes its results with it, and stops what runs', async () => {
  const { futures } = store();
  const [mine, theirs] = [futures.create('s'), futures.create('t')];
  const waiting = futures.wait(mine, 60_000, never);
  futures.endSession('s');
  assert.deepEqual(await waiting, { kind: 'failed', message: 'session s has ended', category: 'user' });
  assert.ok(mine.signal.aborted && !theirs.signal.aborted);
  assert.equal(futures.size, 1);
});
