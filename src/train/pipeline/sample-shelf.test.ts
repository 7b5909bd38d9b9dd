import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyVersion, Sample } from '../../engine/engine.ts';
import { SampleShelf } from './sample-shelf.ts';

function sampleOf(...ids: number[]): Sample {
  const version = (number: number) => number as PolicyVersion;
  return {
    tokens_T: Int32Array.from(ids),
    logprobs_T: Float32Array.from(ids, (id) => -id / 8),
    finish: 'stop',
    versions: [
      { start: 0, version: version(3) },
      { start: 1, version: version(4) },
    ],
  };
}

/** A shelf with room for two samples of two tokens to wait, and for two in hand. */
function shelfOfTwo() {
  const shelf = new SampleShelf(64);
  let reloads = 0;
  const put = (...ids: number[]) =>
    shelf.put(sampleOf(...ids), async () => {
      reloads += 1;
      return sampleOf(...ids);
    });
  return { shelf, put, reloads: () => reloads };
}

test('TOKEN-EXACT: beyond its bytes a shelf lets samples go, and what comes back is what was sampled', async () => {
  const { shelf, put, reloads } = shelfOfTwo();
  const shelved = [put(5, 6), put(7, 8), put(9, 10)];
  assert.equal(shelf.heldBytes, 32);
  assert.deepEqual(
    shelved.map(({ tokens, finish, oldestVersion }) => [tokens, finish, oldestVersion]),
    new Array(3).fill([2, 'stop', 3]),
  );
  const graded = await Promise.all(shelved.map((one) => one.inHand(async ({ tokens_T }) => tokens_T[0])));
  assert.deepEqual([graded, reloads()], [[5, 7, 9], 1]);
  const taken = await Promise.all(shelved.map((one) => one.take()));
  assert.deepEqual(taken, [sampleOf(5, 6), sampleOf(7, 8), sampleOf(9, 10)]);
  assert.deepEqual([shelf.heldBytes, reloads()], [0, 2]);
});

test('one budget: what is in hand again counts too, and waits for room', async () => {
  const { shelf, put } = shelfOfTwo();
  const shelved = Array.from({ length: 20 }, (_, id) => put(id, id));
  let most = 0;
  await Promise.all(
    shelved.map((one) =>
      one.inHand(async () => {
        most = Math.max(most, shelf.heldBytes);
        await Promise.resolve();
      }),
    ),
  );
  assert.equal(most, 64);
  assert.equal(shelf.heldBytes, 32);
});

test('what nobody wants any longer makes room, once; and a stopped grading does not wait for room', async () => {
  const { shelf, put } = shelfOfTwo();
  const [first, second, third, fourth, fifth] = [put(1, 1), put(2, 2), put(3, 3), put(4, 4), put(5, 5)];
  assert.ok(first && second && third && fourth && fifth);
  first.letGo();
  first.letGo();
  assert.equal(shelf.heldBytes, 16);
  let end: () => void = () => undefined;
  const busy = [third, fourth].map((one) =>
    one.inHand(() => new Promise<void>((resolve) => (end = chained(end, resolve)))),
  );
  const stop = new AbortController();
  const stopped = fifth.inHand(async () => assert.fail('it was stopped'), stop.signal);
  stop.abort();
  await assert.rejects(stopped, { name: 'AbortError' });
  await new Promise(setImmediate);
  end();
  await Promise.all(busy);
  assert.equal(shelf.heldBytes, 16);
});

function chained(first: () => void, second: () => void): () => void {
  return () => {
    first();
    second();
  };
}
