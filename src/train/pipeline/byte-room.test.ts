import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteRoom } from './byte-room.ts';

/** Work that ends when it is told to. */
function openEnded(begun: string[], name: string) {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const work = async () => {
    begun.push(name);
    await ended;
  };
  return { work, end: () => end() };
}

test('so many bytes in hand at a time, the others in the order in which they came', async () => {
  const room = new ByteRoom(10);
  const begun: string[] = [];
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => openEnded(begun, name));
  assert.ok(a && b && c && d);
  const all = [room.run(6, a.work), room.run(5, b.work), room.run(4, c.work), room.run(4, d.work)];
  assert.deepEqual(begun, ['a'], 'c would fit beside a, but b came first');
  a.end();
  await all[0];
  assert.deepEqual([begun, room.bytesInHand], [['a', 'b', 'c'], 9]);
  b.end();
  c.end();
  d.end();
  await Promise.all(all);
  assert.equal(room.bytesInHand, 0);
});

test('what needs more than there is gets all of it, alone', async () => {
  const room = new ByteRoom(10);
  const begun: string[] = [];
  const [large, small] = ['large', 'small'].map((name) => openEnded(begun, name));
  assert.ok(large && small);
  const all = [room.run(50, large.work), room.run(1, small.work)];
  assert.deepEqual(begun, ['large']);
  large.end();
  small.end();
  await Promise.all(all);
  assert.deepEqual(begun, ['large', 'small']);
});

test('who leaves before its turn takes no room, and does not keep those behind it waiting; a failure gives room back', async () => {
  const room = new ByteRoom(10);
  const begun: string[] = [];
  const first = openEnded(begun, 'first');
  const leaving = new AbortController();
  const all = [
    room.run(6, first.work),
    assert.rejects(
      room.run(9, async () => assert.fail('it has left'), leaving.signal),
      { name: 'AbortError' },
    ),
    assert.rejects(
      room.run(4, async () => {
        begun.push('last');
        throw new Error('failed');
      }),
      /failed/,
    ),
  ];
  leaving.abort();
  await all[1];
  await all[2];
  assert.deepEqual([begun, room.bytesInHand], [['first', 'last'], 6]);
  first.end();
  await Promise.all(all);
  assert.equal(room.bytesInHand, 0);
});
