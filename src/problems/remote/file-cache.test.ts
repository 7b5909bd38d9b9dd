import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../journal/fixtures/temporary-directory.ts';
import { cacheDirectory } from './cache-directory.ts';
import { type FetchRequest, fetchFile } from './file-cache.ts';
import { file, fileServer } from './fixtures/file-server.ts';

const request = (cache: string, url: URL, more: Partial<FetchRequest> = {}): FetchRequest => ({
  ...{ cache, url, environment: {}, expected: {}, name: () => 'a.csv' },
  ...more,
});

test('a file is fetched once, and again when asked', async (context) => {
  const cache = temporaryDirectory(context);
  const server = await fileServer(context, { '/a': file('old') });
  const first = await fetchFile(request(cache, server.url('/a')));
  assert.equal(readFileSync(first.path, 'utf8'), 'old');
  assert.match(first.path, /a\.csv$/);
  server.serve('/a', file('new'));
  assert.deepEqual(await fetchFile(request(cache, server.url('/a'))), first);
  assert.equal(server.asked.length, 1);
  const again = await fetchFile(request(cache, server.url('/a'), { refresh: true }));
  assert.equal(readFileSync(again.path, 'utf8'), 'new');
  // What was there before stays, for those who know it by its checksum.
  const { sha256 } = first;
  assert.equal(
    (await fetchFile(request(cache, server.url('/elsewhere'), { expected: { sha256 } }))).path,
    first.path,
  );
  assert.deepEqual(readdirSync(path.join(cache, 'partial')), []);
});

test('a damaged file is not used but fetched again', async (context) => {
  const cache = temporaryDirectory(context);
  const server = await fileServer(context, { '/a': file('whole') });
  const sha256 = createHash('sha256').update('whole').digest('hex');
  const first = await fetchFile(request(cache, server.url('/a'), { expected: { sha256 } }));
  writeFileSync(first.path, 'damaged');
  const again = await fetchFile(request(cache, server.url('/a'), { expected: { sha256 } }));
  assert.equal(readFileSync(again.path, 'utf8'), 'whole');
  assert.equal(server.asked.length, 2);
});

test('what an address gave is forgotten when its record is broken', async (context) => {
  const cache = temporaryDirectory(context);
  const server = await fileServer(context, { '/a': file('x') });
  await fetchFile(request(cache, server.url('/a')));
  const records = path.join(cache, 'addresses');
  writeFileSync(path.join(records, readdirSync(records)[0] ?? ''), '{');
  await fetchFile(request(cache, server.url('/a')));
  assert.equal(server.asked.length, 2);
});

test('a name from outside never leads out of the cache', async (context) => {
  const cache = temporaryDirectory(context);
  const server = await fileServer(context, { '/a': file('x') });
  const found = await fetchFile(request(cache, server.url('/a'), { name: () => '../../../escaped.csv' }));
  assert.ok(found.path.startsWith(path.join(cache, 'files')));
});

test('the cache lies where QED_CACHE, the XDG variable or the system says', () => {
  const of = (environment: Record<string, string>, platform: NodeJS.Platform = 'linux') =>
    cacheDirectory(environment, platform);
  assert.equal(of({ QED_CACHE: '/tmp/c', XDG_CACHE_HOME: '/x' }), path.resolve('/tmp/c'));
  assert.equal(of({ XDG_CACHE_HOME: '/x' }), path.join('/x', 'qed'));
  assert.equal(
    of({ XDG_CACHE_HOME: 'relative', HOME: '/home/ada' }),
    path.join('/home/ada', '.cache', 'qed'),
  );
  assert.equal(of({ HOME: '/home/ada' }, 'darwin'), path.join('/home/ada', 'Library', 'Caches', 'qed'));
  assert.equal(of({ LOCALAPPDATA: '/l' }, 'win32'), path.join('/l', 'qed', 'cache'));
});
