/** A session lives on while the main thread is busy, and its end is told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Connection } from './connection.ts';
import { Heartbeats } from './heartbeats.ts';
import { TinkerSession } from './session.ts';

/** A server in a thread of its own that counts in shared memory; from `limit` requests on it says that all is over. */
async function countingServer(limit: number) {
  const counts = new Int32Array(new SharedArrayBuffer(8));
  const program = `
    const { createServer } = require('node:http');
    const { parentPort, workerData: { counts, limit } } = require('node:worker_threads');
    const server = createServer((request, response) => {
      if (request.url.endsWith('create_session')) return response.end('{"session_id":"s1"}');
      const isRight = request.headers['x-api-key'] === 'k' && request.url.endsWith('/api/v1/session_heartbeat');
      request.setEncoding('utf8').on('data', (body) => {
        if (isRight && JSON.parse(body).session_id === 's1') Atomics.add(counts, 0, 1);
        Atomics.notify(counts, 0);
      }).on('end', () => {
        response.statusCode = Atomics.load(counts, 0) > limit ? 410 : 200;
        response.end('{}');
      });
    });
    server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`;
  const worker = new Worker(program, { eval: true, workerData: { counts, limit }, execArgv: [] });
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  return { url: `http://127.0.0.1:${port}`, counts, close: () => worker.terminate() };
}

/** Blocks this thread until so many heartbeats came. */
function blockUntil(counts: Int32Array, count: number): void {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const now = Atomics.load(counts, 0);
    if (now >= count) return;
    assert.ok(performance.now() < deadline, `${now} heartbeats of ${count}`);
    Atomics.wait(counts, 0, now, 1_000);
  }
}

test('heartbeats go on while the main thread does not turn, and the end of the session ends every request', async (t) => {
  const server = await countingServer(20);
  t.after(server.close);
  const connection = new Connection({ url: server.url, apiKey: 'k' });
  const session = await TinkerSession.open(connection, { finishes: false, interval: 10 });
  t.after(() => session.close());
  assert.equal(session.id, 's1');
  blockUntil(server.counts, 15);
  blockUntil(server.counts, 21);
  while (connection.failure === undefined) await new Promise((resolve) => setImmediate(resolve));
  await assert.rejects(connection.send('anything'), {
    kind: 'session-lost',
    message: /has ended the session \(410\), and what was not saved with it; go on from the last checkpoint/,
  });
});

test('silence is told once, and that it is over', async (t) => {
  const server = await countingServer(Number.POSITIVE_INFINITY);
  t.after(server.close);
  const news: string[] = [];
  const heard = Promise.withResolvers<void>();
  const settings = {
    headers: { 'x-api-key': 'k' },
    sessionId: 's1',
    interval: 10,
    timeout: 1_000,
    patience: 0,
  };
  const silent = new Heartbeats({ ...settings, url: 'http://127.0.0.1:9/' }, ({ kind }) => {
    news.push(kind);
    heard.resolve();
  });
  await heard.promise;
  await silent.close();
  await silent.close();
  assert.deepEqual(news, ['silent']);
});
