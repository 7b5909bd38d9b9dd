import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StratifiedSample } from './stratified-sample.ts';

function drawnOf(ids: readonly string[], seed: number, size: number): string[] {
  const sample = new StratifiedSample<string>(seed, size);
  for (const id of ids) sample.add('s', id.startsWith('b') ? 'b' : 'a', id, () => id);
  return sample.drawn().flatMap(({ items }) => items);
}

const ids = Array.from({ length: 200 }, (_, index) => `${index < 190 ? 'a' : 'b'}${index}`);

test('the same rows and seed give the same sample, in whatever order they come', () => {
  assert.deepEqual(drawnOf(ids, 1, 8), drawnOf([...ids].reverse(), 1, 8));
  assert.notDeepEqual(drawnOf(ids, 1, 8), drawnOf(ids, 2, 8));
});

test('sources are drawn in turn, however small', () => {
  const drawn = drawnOf(ids, 1, 8);
  assert.equal(drawn.filter((id) => id.startsWith('b')).length, 4);
  assert.equal(drawnOf(ids, 1, 40).filter((id) => id.startsWith('b')).length, 10);
  assert.deepEqual(drawnOf(ids, 1, 0), []);
});
