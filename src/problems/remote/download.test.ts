import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { temporaryDirectory } from '../../journal/fixtures/temporary-directory.ts';
import { type Downloaded, type DownloadRequest, download } from './download.ts';
import { brokenFile, file, fileServer } from './fixtures/file-server.ts';
import { RemoteError, type RemoteFailure } from './remote-error.ts';

const content = Buffer.from('id,problem\n'.repeat(5_000));
const sha256 = createHash('sha256').update(content).digest('hex');

async function get(
  directory: string,
  url: URL,
  options: Partial<DownloadRequest> = {},
): Promise<Downloaded & { readonly content: Buffer }> {
  const downloaded = await download({ url, directory, environment: {}, expected: {}, ...options });
  return { ...downloaded, content: readFileSync(downloaded.path) };
}

async function refused(found: Promise<unknown>, kind: RemoteFailure, message: RegExp): Promise<RemoteError> {
  let refusal: RemoteError | undefined;
  await assert.rejects(found, (error) => {
    assert.ok(error instanceof RemoteError, `${error}`);
    assert.match(error.message, message);
    assert.equal(error.kind, kind);
    refusal = error;
    return true;
  });
  assert.ok(refusal);
  return refusal;
}

describe('a file that comes', () => {
  test('is whole, with its checksum, its size and its progress', async (context) => {
    const directory = temporaryDirectory(context);
    const server = await fileServer(context, { '/a.csv': file(content) });
    const progress: (number | undefined)[][] = [];
    const found = await get(directory, server.url('/a.csv'), { onProgress: (...now) => progress.push(now) });
    assert.deepEqual(
      [found.sha256, found.bytes, found.content.equals(content)],
      [sha256, content.length, true],
    );
    assert.deepEqual(progress.at(-1), [content.length, content.length]);
    assert.deepEqual(readdirSync(directory), [path.basename(found.path)]);
  });

  test('is found over redirects, to other hosts too, which get no token', async (context) => {
    const directory = temporaryDirectory(context);
    const other = await fileServer(context, { '/blob': file(content) });
    const server = await fileServer(context, {
      '/a': (_, response) => response.writeHead(302, { location: '/b' }).end(),
      '/b': (_, response) => response.writeHead(307, { location: `${other.origin}/blob` }).end(),
    });
    const found = await get(directory, server.url('/a'), { token: 'secret' });
    assert.equal(found.sha256, sha256);
    assert.deepEqual(
      server.asked.map(({ headers }) => headers.authorization),
      ['Bearer secret', 'Bearer secret'],
    );
    assert.equal(other.asked[0]?.headers.authorization, undefined);
  });

  test('may come in chunks of unknown length', async (context) => {
    const server = await fileServer(context, {
      '/a': (_, response) => {
        response.write(content.subarray(0, 10));
        response.end(content.subarray(10));
      },
    });
    assert.equal((await get(temporaryDirectory(context), server.url('/a'))).sha256, sha256);
  });
});

describe('a connection that breaks', () => {
  test('is taken up where it broke, as long as the tag is the same', async (context) => {
    const server = await fileServer(context);
    const broken = brokenFile(content, 10_000, '"v1"');
    const whole = file(content, '"v1"');
    server.serve('/a', (request, response, count) => (count < 2 ? broken : whole)(request, response, count));
    const found = await get(temporaryDirectory(context), server.url('/a'));
    assert.ok(found.content.equals(content));
    assert.deepEqual(
      server.asked.map(({ headers }) => [headers.range, headers['if-range']]),
      [
        [undefined, undefined],
        ['bytes=10000-', '"v1"'],
        ['bytes=20000-', '"v1"'],
      ],
    );
  });

  test('and gives nothing more is an error; the next download goes on from there', async (context) => {
    const directory = temporaryDirectory(context);
    const server = await fileServer(context);
    const first = brokenFile(content, 30_000, '"v1"');
    const nothing = brokenFile(content, 0, '"v1"');
    server.serve('/a', (request, response, count) =>
      (count === 0 ? first : nothing)(request, response, count),
    );
    await refused(get(directory, server.url('/a')), 'broken', /broke after 30000 bytes .*goes on from there/);
    assert.equal(server.asked.length, 2);
    server.serve('/a', file(content, '"v1"'));
    const found = await get(directory, server.url('/a'));
    assert.ok(found.content.equals(content));
    assert.equal(server.asked[2]?.headers.range, 'bytes=30000-');
    assert.deepEqual(readdirSync(directory), [path.basename(found.path)]);
  });

  test('may do so often where much comes between, but not again and again with little', async (context) => {
    const server = await fileServer(context, { '/a': brokenFile(content, 5_000, '"v1"') });
    const url = server.url('/a');
    const found = await get(temporaryDirectory(context), url, { rowBytes: 5_000 });
    assert.ok(found.content.equals(content));
    assert.equal(server.asked.length, 11);
    await refused(get(temporaryDirectory(context), url, { rowBytes: 5_001 }), 'broken', /after 30000 bytes/);
  });

  test('leaves what has come where the server refuses the rest for now, not where the file is gone', async (context) => {
    for (const [status, range] of [
      [503, 'bytes=30000-'],
      [429, 'bytes=30000-'],
      [403, 'bytes=30000-'],
      [404, undefined],
    ] as const) {
      const directory = temporaryDirectory(context);
      const server = await fileServer(context);
      const first = brokenFile(content, 30_000, '"v1"');
      server.serve('/a', (request, response, count) => {
        if (count === 0) first(request, response, count);
        else response.writeHead(status).end();
      });
      await refused(get(directory, server.url('/a')), 'status', new RegExp(`answers ${status}`));
      server.serve('/a', file(content, '"v1"'));
      assert.ok((await get(directory, server.url('/a'))).content.equals(content));
      assert.equal(server.asked.at(-1)?.headers.range, range, `${status}`);
    }
  });

  test('begins again where the file has changed meanwhile, or the server gives no parts', async (context) => {
    const changed = Buffer.from('other\n'.repeat(9_000));
    for (const second of [file(changed, '"v2"'), file(changed)]) {
      const server = await fileServer(context);
      const first = brokenFile(content, 30_000, '"v1"');
      server.serve('/a', (request, response, count) =>
        (count === 0 ? first : second)(request, response, count),
      );
      assert.ok((await get(temporaryDirectory(context), server.url('/a'))).content.equals(changed));
    }
  });

  test('begins again where nothing says that the file is the same', async (context) => {
    const directory = temporaryDirectory(context);
    const server = await fileServer(context, { '/a': brokenFile(content, 30_000) });
    await refused(get(directory, server.url('/a')), 'broken', /broke after 30000 bytes \([^;]*$/);
    assert.deepEqual(readdirSync(directory), []);
  });

  test('needs no tag where the checksum is known; what is of another file is thrown away', async (context) => {
    const directory = temporaryDirectory(context);
    const server = await fileServer(context, { '/a': brokenFile(Buffer.alloc(content.length), 30_000) });
    const expected = { sha256 };
    await refused(get(directory, server.url('/a'), { expected }), 'broken', /goes on from there/);
    server.serve('/a', file(content));
    const found = await get(directory, server.url('/a'), { expected });
    assert.ok(found.content.equals(content));
    assert.deepEqual(
      server.asked.slice(-2).map(({ headers }) => headers.range !== undefined),
      [true, false],
    );
  });

  test('what a dead process left is taken up, what a living one writes is left alone', async (context) => {
    const server = await fileServer(context);
    const { pid: dead } = spawnSync(process.execPath, ['-e', '']);
    for (const [pid, range] of [
      [dead, 'bytes=30000-'],
      [process.ppid, undefined],
    ] as const) {
      const directory = temporaryDirectory(context);
      server.serve('/a', (request, response) => {
        if (request.headers.range !== undefined) response.destroy();
        else brokenFile(content, 30_000, '"v1"')(request, response, 0);
      });
      await assert.rejects(get(directory, server.url('/a')));
      const [left = ''] = readdirSync(directory);
      const written = left.replace(/tmp-\d+-/, `tmp-${pid}-`);
      renameSync(path.join(directory, left), path.join(directory, written));
      server.serve('/a', file(content, '"v1"'));
      assert.ok((await get(directory, server.url('/a'))).content.equals(content));
      assert.equal(server.asked.at(-1)?.headers.range, range);
      assert.equal(readdirSync(directory).includes(written), range === undefined);
    }
  });
});

describe('what is not the file', () => {
  const refusals: Record<
    string,
    [Parameters<typeof fileServer>[1], Partial<DownloadRequest>, RemoteFailure, RegExp]
  > = {
    'other bytes': [
      { '/a': file('other') },
      { expected: { sha256 } },
      'checksum',
      /SHA-256 is \w{64}, not \w{64}/,
    ],
    'another size': [
      { '/a': file('other') },
      { expected: { bytes: 4 } },
      'checksum',
      /5 bytes, where 4 were announced/,
    ],
    'a page by its type': [
      { '/a': file('<p>Sign in</p>', undefined, { 'content-type': 'text/html; charset=utf-8' }) },
      ...([{}, 'not-the-file' as const, /a web page comes instead/] as const),
    ],
    'a page by its look': [
      { '/a': file('\n<!DOCTYPE HTML>') },
      {},
      'not-the-file',
      /a web page comes instead/,
    ],
    'a pointer': [
      { '/a': file('version https://git-lfs.github.com/spec/v1\noid sha256:0\n') },
      ...([{}, 'not-the-file' as const, /pointer of Git LFS/] as const),
    ],
    'an encoding': [
      { '/a': file(content, undefined, { 'content-encoding': 'gzip' }) },
      ...([{}, 'not-the-file' as const, /encoded as gzip/] as const),
    ],
    'nothing there': [{}, {}, 'status', /answers 404; there is no such file \(nothing here\)/],
    'no leave': [{ '/a': (_, response) => response.writeHead(403).end() }, {}, 'status', /403.*HF_TOKEN/],
    'a broken server': [
      { '/a': (_, response) => response.writeHead(503).end('<h1>busy</h1>') },
      {},
      'status',
      /503$/,
    ],
    'redirects without end': [
      { '/a': (_, response) => response.writeHead(302, { location: '/a' }).end() },
      ...([{}, 'not-the-file' as const, /over 8 redirects/] as const),
    ],
    'a redirect to nowhere': [
      { '/a': (_, response) => response.writeHead(302, { location: 'http://[' }).end() },
      ...([{}, 'not-the-file' as const, /no address/] as const),
    ],
  };
  for (const [name, [paths, options, kind, message]] of Object.entries(refusals)) {
    test(`${name} is refused, and nothing of it is kept`, async (context) => {
      const directory = temporaryDirectory(context);
      const server = await fileServer(context, paths);
      await refused(get(directory, server.url('/a'), options), kind, message);
      assert.deepEqual(readdirSync(directory), []);
    });
  }
});

describe('no answer', () => {
  test('a port where nobody listens', async (context) => {
    const server = await fileServer(context);
    await server.close();
    await refused(get(temporaryDirectory(context), server.url('/a')), 'unreachable', /ECONNREFUSED/);
  });

  test('a server that says nothing', async (context) => {
    const server = await fileServer(context, { '/a': () => undefined });
    const silent = get(temporaryDirectory(context), server.url('/a'), { idleMilliseconds: 30 });
    await refused(silent, 'unreachable', /nothing came for 0.03 s/);
  });

  test('a file that stops in its middle', async (context) => {
    const server = await fileServer(context, {
      '/a': (_, response, count) => {
        if (count > 0) response.destroy();
        else response.writeHead(200, { 'content-length': 100, etag: '"v1"' }).write('half');
      },
    });
    const stopped = get(temporaryDirectory(context), server.url('/a'), { idleMilliseconds: 30 });
    // On a busy machine even the half may be too late.
    await refused(stopped, 'unreachable', /socket hang up|ECONNRESET|nothing came/);
  });

  test('a download that is called off ends with the reason, and goes on later', async (context) => {
    const directory = temporaryDirectory(context);
    const controller = new AbortController();
    const server = await fileServer(context, {
      '/a': (_, response) => {
        response
          .writeHead(200, { 'content-length': content.length, etag: '"v1"' })
          .write(content.subarray(0, 100));
      },
    });
    const stopped = get(directory, server.url('/a'), {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await assert.rejects(stopped, /^Error: enough$/);
    server.serve('/a', file(content, '"v1"'));
    assert.ok((await get(directory, server.url('/a'))).content.equals(content));
    assert.equal(server.asked.at(-1)?.headers.range, 'bytes=100-');
  });
});
