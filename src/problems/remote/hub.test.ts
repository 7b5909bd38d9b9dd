/** The hub's client against a server on this machine with the hub's paths. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../../journal/fixtures/temporary-directory.ts';
import { file } from './fixtures/file-server.ts';
import { type HubCommit, hubServer } from './fixtures/hub-server.ts';
import { fetchFromHub, type HubFiles } from './hub.ts';
import { splitsOf } from './hub-splits.ts';

const shaOf = (digit: string): string => digit.repeat(40);

async function hubOf(context: TestContext) {
  const cache = temporaryDirectory(context);
  const server = await hubServer(context, cache);
  const ask = (revision?: string, split?: string): Promise<HubFiles> =>
    fetchFromHub({ dataSet: 'ada/sums', revision, split, cache, environment: server.environment });
  const publish = (revision: string, commit: HubCommit): void => server.publish('ada/sums', revision, commit);
  return { server, ask, publish };
}

const texts = ({ files }: HubFiles): string[] => files.map((found) => readFileSync(found.path, 'utf8'));

test('a revision becomes a commit, a split its files in order, fetched over the redirect', async (context) => {
  const { server, ask, publish } = await hubOf(context);
  publish('main', {
    sha: shaOf('a'),
    files: {
      'README.md': '# Sums',
      'data/train-00001-of-00002.parquet': 'second',
      'data/train-00000-of-00002.parquet': 'first',
      'data/test-00000-of-00001.parquet': 'other',
    },
    card: { license: 'mit', configs: 'of a form that is not known' },
  });
  const found = await ask(undefined, 'train');
  assert.deepEqual([found.revision, found.split, texts(found)], [shaOf('a'), 'train', ['first', 'second']]);
  assert.deepEqual(
    found.files.map((one) => path.basename(one.path)),
    ['train-00000-of-00002.parquet', 'train-00001-of-00002.parquet'],
  );
  await assert.rejects(ask(), /hub:ada\/sums: name one of its splits; there are test, train/);
  await assert.rejects(ask(undefined, 'dev'), /it has no split dev; there are test, train/);
  assert.equal(server.asked.filter(({ path: asked }) => asked.startsWith('/cdn/')).length, 2);
});

test('a branch is asked again each time, a commit never; without the hub both are as last seen', async (context) => {
  const { server, ask, publish } = await hubOf(context);
  publish('main', { sha: shaOf('a'), files: { 'train.jsonl': 'old' } });
  const first = await ask();
  publish('main', { sha: shaOf('b'), files: { 'train.jsonl': 'new' } });
  assert.deepEqual(texts(await ask()), ['new']);
  const asked = server.asked.length;
  assert.deepEqual(texts(await ask(first.revision)), ['old']);
  assert.equal(server.asked.length, asked);
  await server.close();
  const later = await ask();
  assert.deepEqual([texts(later), later.revision, later.isFromMemory], [['new'], shaOf('b'), true]);
  const pinned = await ask(shaOf('a'));
  assert.deepEqual([texts(pinned), pinned.isFromMemory], [['old'], false]);
  await assert.rejects(ask('v2'), /ECONNREFUSED/);
});

test('a file that is not what the hub lists is refused', async (context) => {
  const { server, ask, publish } = await hubOf(context);
  publish('main', { sha: shaOf('a'), files: { 'train.parquet': 'listed', 'test.jsonl': 'listed' } });
  server.serve(`/cdn/${shaOf('a')}/train.parquet`, file('cheat!'));
  server.serve(`/cdn/${shaOf('a')}/test.jsonl`, file('short'));
  await assert.rejects(ask('main', 'train'), /its SHA-256 is/);
  await assert.rejects(ask('main', 'test'), /it has 5 bytes, where 6 were announced/);
});

test('a token goes to the hub; revisions may have slashes; what is not the hub is told from it', async (context) => {
  const { server, publish } = await hubOf(context);
  publish('refs/pr/1', { sha: shaOf('a'), files: { 'a.csv': 'x' } });
  const environment = { ...server.environment, HF_TOKEN: 'secret' };
  const request = { dataSet: 'ada/sums', split: undefined, cache: temporaryDirectory(context), environment };
  assert.deepEqual(texts(await fetchFromHub({ ...request, revision: 'refs/pr/1' })), ['x']);
  assert.equal(server.asked[0]?.headers.authorization, 'Bearer secret');
  assert.match(server.asked[0]?.path ?? '', /revision\/refs%2Fpr%2F1\?/);
  await assert.rejects(
    fetchFromHub({ ...request, revision: 'v9' }),
    /the hub answers 404.*no such data set or revision/,
  );
  server.serve('/api/datasets/ada/sums/revision/v9?blobs=true', file('<html>Sign in</html>'));
  await assert.rejects(
    fetchFromHub({ ...request, revision: 'v9' }),
    /not the hub's description of a data set \(the answer: not JSON/,
  );
  server.serve('/api/datasets/ada/sums/revision/v9?blobs=true', file('{"sha": "main", "siblings": []}'));
  await assert.rejects(fetchFromHub({ ...request, revision: 'v9' }), /\(sha: /);
  // What names a directory of the cache is a checksum, whatever a server says.
  const lfs = { sha256: '../../elsewhere' };
  const hostile = { sha: shaOf('a'), siblings: [{ rfilename: 'a.csv', lfs }] };
  server.serve('/api/datasets/ada/sums/revision/v9?blobs=true', file(JSON.stringify(hostile)));
  await assert.rejects(fetchFromHub({ ...request, revision: 'v9' }), /siblings\.0\.lfs\.sha256: a SHA-256/);
});

test('splits are what the card says, else what the names of the files say', () => {
  const splits = (files: readonly string[], configs?: Parameters<typeof splitsOf>[1]) =>
    Object.fromEntries(splitsOf(files, configs));
  const config = (
    config_name: string,
    data_files: string | { split: string; path: string | string[] }[],
  ) => ({
    config_name,
    data_files,
  });
  const named = ['README.md', 'data/x.csv', 'data/y.csv', 'held/z.csv', '.hidden.json', 'dataset_infos.json'];
  assert.deepEqual(
    splits(named, {
      configs: [
        config('only', [
          { split: 'a', path: 'data/*.csv' },
          { split: 'b', path: ['held/z.csv'] },
        ]),
      ],
    }),
    {
      a: ['data/x.csv', 'data/y.csv'],
      b: ['held/z.csv'],
    },
  );
  assert.deepEqual(
    splits(named, {
      configs: [config('default', 'held/*'), config('more', [{ split: 'a', path: '**/x.csv' }])],
    }),
    {
      train: ['held/z.csv'],
      'more/a': ['data/x.csv'],
    },
  );
  assert.deepEqual(splits(['data/24_25-00000-of-00001.parquet', 'more/train-00000-of-00001-0f3a.parquet']), {
    '24_25': ['data/24_25-00000-of-00001.parquet'],
    'more/train': ['more/train-00000-of-00001-0f3a.parquet'],
  });
  assert.deepEqual(splits(['my_train_file.csv', 'dev/1.csv', 'test2.csv', 'contest.csv']), {
    train: ['my_train_file.csv'],
    validation: ['dev/1.csv'],
    test: ['test2.csv'],
  });
  assert.deepEqual(splits(['b.jsonl', 'a.jsonl']), { train: ['a.jsonl', 'b.jsonl'] });
  assert.deepEqual(splits(['README.md']), {});
});
