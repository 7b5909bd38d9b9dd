import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Graph } from './graph.ts';
import { serialiseOnnx } from './onnx.ts';
import { createSession, SessionCache } from './sessions.ts';

test('a cache keeps the sessions used last and makes the others again', async () => {
  const g = new Graph();
  g.output('y', g.negate(g.input('x', 'float32', [1])), 'float32', [1]);
  const bytes = serialiseOnnx(g.finish());
  const made: string[] = [];
  const cache = new SessionCache(2);
  const get = (key: string) =>
    cache.get(key, () => {
      made.push(key);
      return createSession(bytes, 1);
    });
  const first = await get('a');
  await get('b');
  assert.equal(await get('a'), first);
  await get('c');
  await get('a');
  assert.deepEqual(made, ['a', 'b', 'c']);
  await get('b');
  assert.deepEqual(made, ['a', 'b', 'c', 'b']);
  await cache.release();
});
