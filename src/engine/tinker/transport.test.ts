/** Requests over real connections: answers, broken ones, slow ones, and a key that follows to nobody else. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { fetchTransport, NoAnswer } from './transport.ts';

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const ask = (url: string, more: { timeout?: number; signal?: AbortSignal; body?: string } = {}) =>
  fetchTransport({
    method: 'POST',
    url,
    headers: { 'x-api-key': 'k' },
    timeout: 10_000,
    body: '{}',
    ...more,
  });

test('an answer comes whole, with its type', async (t) => {
  const url = await serve(t, (request, response) => {
    request.resume().on('end', () => {
      response.writeHead(418, { 'content-type': 'Application/X-Protobuf; v=1' });
      response.end(Buffer.from([1, 2, 3]));
    });
  });
  const { status, contentType, bytes } = await ask(url);
  assert.deepEqual([status, contentType, [...bytes]], [418, 'application/x-protobuf', [1, 2, 3]]);
});

test('a connection that is refused was never reached; one that breaks may have been', async (t) => {
  const url = await serve(t, (request, response) => {
    if (request.url === '/half') {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setImmediate(() => response.destroy());
    } else request.socket.destroy();
  });
  // A port that was free a moment ago: fetch itself refuses the well-known ones.
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const refused = await ask(`http://127.0.0.1:${port}/`).catch((error: unknown) => error);
  assert.ok(refused instanceof NoAnswer && !refused.mayHaveArrived, String(refused));
  for (const place of ['reset', 'half']) {
    const broken = await ask(url + place).catch((error: unknown) => error);
    assert.ok(broken instanceof NoAnswer && broken.mayHaveArrived, String(broken));
  }
});

test('a server that does not answer in time is no answer; who gives up hears an AbortError', async (t) => {
  const url = await serve(t, () => {});
  await assert.rejects(ask(url, { timeout: 30 }), { name: 'NoAnswer', message: 'no answer within 0.03 s' });
  const abort = new AbortController();
  setImmediate(() => abort.abort());
  await assert.rejects(ask(url, { signal: abort.signal }), { name: 'AbortError' });
});

test('a redirect is not followed: the key would go to another host', async (t) => {
  let asked = 0;
  const other = await serve(t, (_, response) => {
    asked += 1;
    response.end();
  });
  const url = await serve(t, (_, response) => {
    response.writeHead(307, { location: other });
    response.end();
  });
  assert.equal((await ask(url)).status, 307);
  assert.equal(asked, 0);
});
