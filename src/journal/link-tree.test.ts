import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from './fixtures/temporary-directory.ts';
import { linkTree } from './link-tree.ts';

function tree(directory: string): string {
  const from = join(directory, 'from');
  mkdirSync(join(from, 'deep'), { recursive: true });
  writeFileSync(join(from, 'a.txt'), 'a');
  writeFileSync(join(from, 'deep', 'b.txt'), 'b');
  writeFileSync(join(from, '.hidden.tmp-1-1'), 'half');
  return from;
}

test('files are shared by hard links; what another process was writing is left out', async (t) => {
  const directory = temporaryDirectory(t);
  const from = tree(directory);
  const to = join(directory, 'runs', 'to');
  await linkTree(from, to);
  assert.deepEqual(readdirSync(to, { recursive: true }).sort(), ['a.txt', 'deep', join('deep', 'b.txt')]);
  assert.equal(statSync(join(to, 'deep', 'b.txt')).ino, statSync(join(from, 'deep', 'b.txt')).ino);
  assert.deepEqual(readdirSync(join(directory, 'runs')), ['to']);
});

test('where there are no hard links the files are copied; another failure leaves nothing', async (t) => {
  const directory = temporaryDirectory(t);
  const from = tree(directory);
  const refusing = (code: string) => async () => {
    throw Object.assign(new Error(code), { code });
  };
  const to = join(directory, 'to');
  await linkTree(from, to, { link: refusing('EXDEV') });
  assert.equal(readFileSync(join(to, 'deep', 'b.txt'), 'utf8'), 'b');
  assert.notEqual(statSync(join(to, 'a.txt')).ino, statSync(join(from, 'a.txt')).ino);

  await assert.rejects(linkTree(from, join(directory, 'other'), { link: refusing('EIO') }), /EIO/);
  assert.deepEqual(readdirSync(directory).sort(), ['from', 'to']);
});

test('a copy that is there stays as it is', async (t) => {
  const directory = temporaryDirectory(t);
  const from = tree(directory);
  const to = join(directory, 'to');
  mkdirSync(to);
  writeFileSync(join(to, 'mine.txt'), 'mine');
  await linkTree(from, to);
  assert.deepEqual(readdirSync(to), ['mine.txt']);
});
