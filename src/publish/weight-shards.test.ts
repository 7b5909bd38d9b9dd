import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { configurations, writeModel } from '../engine/gguf/model-fixture.ts';
import { openWeights } from '../engine/sharded-safetensors.ts';
import { copyWeights } from './weight-shards.ts';

test('weights are one file up to the bound, above it files of whole tensors with an index, and the same numbers', async (t) => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'qed-shards-'));
  t.after(() => rmSync(scratch, { recursive: true }));
  const [from, whole, split, back] = ['from', 'whole', 'split', 'back'].map((name) =>
    path.join(scratch, name),
  ) as [string, string, string, string];
  await writeModel(from, configurations['qwen3, untied'] ?? assert.fail());
  for (const place of [whole, split, back]) mkdirSync(place);
  assert.deepEqual((await copyWeights(from, whole)).files, ['model.safetensors']);
  assert.deepEqual(
    readFileSync(path.join(whole, 'model.safetensors')),
    readFileSync(path.join(from, 'model.safetensors')),
  );

  const largest = 80_000;
  const { files } = await copyWeights(from, split, { largest });
  assert.ok(files.length > 3, files.join(' '));
  assert.deepEqual([...files].sort(), readdirSync(split).sort());
  assert.match(files[0] ?? '', /^model-00001-of-0000\d\.safetensors$/);
  const [one, other] = [await openWeights(from), await openWeights(split)];
  try {
    assert.deepEqual([...other.tensors.keys()].sort(), [...one.tensors.keys()].sort());
    for (const name of one.tensors.keys())
      assert.deepEqual(await other.read(name), await one.read(name), name);
  } finally {
    await Promise.all([one.close(), other.close()]);
  }
  const index = JSON.parse(readFileSync(path.join(split, 'model.safetensors.index.json'), 'utf8')) as {
    metadata: { total_size: number };
  };
  const expected = [...one.tensors.values()].reduce((sum, { begin, end }) => sum + end - begin, 0);
  assert.equal(index.metadata.total_size, expected);

  // What came in shards and fits into one file is one file again.
  assert.deepEqual((await copyWeights(split, back)).files, ['model.safetensors']);
  const again = await openWeights(back);
  try {
    for (const name of one.tensors.keys()) assert.ok(again.tensors.has(name));
  } finally {
    await again.close();
  }
});
