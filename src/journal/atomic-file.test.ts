import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeFileAtomic } from './atomic-file.ts';
import { DiskFullError } from './errors.ts';
import { failingFileLayer, recordingFileLayer } from './fixtures/failing-file-layer.ts';
import { temporaryDirectory } from './fixtures/temporary-directory.ts';

test('the n-th operation fails, for every n until none does: the file is the old one or the new one', async (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'recipe.yaml');
  await writeFileAtomic(path, 'old');
  let failures = 0;
  for (let n = 1; ; n += 1) {
    const files = failingFileLayer(n);
    const error = await writeFileAtomic(path, 'new', files).catch((thrown: unknown) => thrown);
    assert.deepEqual(readdirSync(directory), ['recipe.yaml'], 'no temporary is left');
    const now = readFileSync(path, 'utf8');
    if (!files.failed()) {
      assert.equal(error, undefined);
      assert.equal(now, 'new');
      break;
    }
    failures += 1;
    assert.ok(error instanceof DiskFullError && error.path === path);
    assert.ok(now === 'old' || now === 'new');
    await writeFileAtomic(path, 'old');
  }
  assert.equal(failures, 4);
});

test('the data is synced before the rename, and the directory after it', async (t) => {
  const path = join(temporaryDirectory(t), 'file');
  const { files, operations } = recordingFileLayer();
  await writeFileAtomic(path, new Uint8Array([1, 2]), files);
  assert.deepEqual(operations, ['write', 'sync file', 'rename', 'sync directory']);
  assert.ok(existsSync(path));
});
