/** Bodies come whole over every kind of connection; those that can take the shortcut do. */
import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { createAgent, takeShortcut } from './connections.ts';
import { cert, key } from './fixtures/localhost.ts';

const closers: (() => void)[] = [];
after(() => {
  for (const close of closers) close();
});

async function listening<Server extends net.Server>(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

interface Received {
  readonly body: string;
  /** Bytes that did not come as Node gives them. */
  readonly past: number;
  readonly local: number | undefined;
}

/** A request; the reader of a shortcut wants no more after each `pause` bytes until the next turn. */
function request(agent: http.Agent, url: string, pause = Number.POSITIVE_INFINITY): Promise<Received> {
  return new Promise((resolve, reject) => {
    const { request: ask } = url.startsWith('https:') ? https : http;
    const sent = ask(url, { method: 'POST', agent }, (response) => {
      const pieces: Buffer[] = [];
      let past = 0;
      let sincePause = 0;
      const { socket } = response;
      takeShortcut(response, (bytes) => {
        pieces.push(Buffer.from(bytes));
        past += bytes.length;
        sincePause += bytes.length;
        if (sincePause < pause) return true;
        sincePause = 0;
        setImmediate(() => socket.resume());
        return false;
      });
      const local = socket.localPort;
      response.on('data', (bytes: Buffer) => pieces.push(bytes));
      response.on('end', () => resolve({ body: Buffer.concat(pieces).toString('latin1'), past, local }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end();
  });
}

function agentOf(isSecure: boolean, options: https.AgentOptions = {}): http.Agent {
  const agent = createAgent(isSecure, { keepAlive: true, ...options });
  closers.push(() => agent.destroy());
  return agent;
}

const long = 'data: {"x":"\u00e9"}\n\n'.repeat(20_000);

/** Answers by the path: in many chunks, with a length, or with a coding that is none. */
const answer: http.RequestListener = (received, response) => {
  const bytes = Buffer.from(long, 'latin1');
  if (received.url?.endsWith('/sized')) response.setHeader('content-length', bytes.length);
  if (received.url?.endsWith('/coded')) response.setHeader('content-encoding', 'x-none');
  for (let at = 0; at < bytes.length; at += 1_000) response.write(bytes.subarray(at, at + 1_000));
  response.end();
};

test('one connection, kept alive, through bodies of all kinds: chunked ones go past the parser', async () => {
  const port = await listening(http.createServer(answer));
  const agent = agentOf(false);
  const kinds = ['chunked', 'sized', 'chunked', 'chunked', 'coded', 'chunked'];
  const used = new Set<number | undefined>();
  for (const kind of kinds) {
    const { body, past, local } = await request(agent, `http://127.0.0.1:${port}/${kind}`);
    assert.equal(body, long);
    assert.equal(past, kind === 'chunked' ? long.length : 0, kind);
    used.add(local);
  }
  assert.equal(used.size, 1);
});

test('a reader that stops again and again gets all of it, beside others that do not', async () => {
  const port = await listening(http.createServer(answer));
  const agent = agentOf(false);
  const all = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      request(agent, `http://127.0.0.1:${port}/chunked`, i % 2 === 0 ? 10_000 : undefined),
    ),
  );
  for (const { body, past } of all) assert.deepEqual([body === long, past], [true, long.length]);
});

test('over TLS too; a certificate that is not trusted is refused', async () => {
  const port = await listening(https.createServer({ cert, key }, answer));
  const agent = agentOf(true, { ca: cert });
  for (const pause of [undefined, 10_000]) {
    const { body, past } = await request(agent, `https://localhost:${port}/chunked`, pause);
    assert.deepEqual([body === long, past], [true, long.length]);
  }
  await assert.rejects(request(agentOf(true), `https://localhost:${port}/chunked`), {
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  });
});

test('HTTP/1.0 has no chunks, whatever a server says', async () => {
  const port = await listening(
    net.createServer((socket) => {
      socket.once('data', () =>
        socket.end('HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\r\n'),
      );
      socket.on('error', () => {});
    }),
  );
  const { past } = await request(agentOf(false), `http://127.0.0.1:${port}/`);
  assert.equal(past, 0);
});

test('through proxies, with and without a tunnel, bodies come as Node gives them', async () => {
  const plain = await listening(http.createServer(answer));
  const secure = await listening(https.createServer({ cert, key }, answer));
  const asked: string[] = [];
  const proxy = http.createServer((received, response) => {
    asked.push(received.url ?? '');
    answer(received, response);
  });
  proxy.on('connect', (received, client: net.Socket) => {
    asked.push(`${received.url}`);
    const server = net.connect(secure, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      client.pipe(server).pipe(client);
    });
    for (const socket of [client, server]) socket.on('error', () => socket.destroy());
  });
  const address = `http://127.0.0.1:${await listening(proxy)}`;
  const proxyEnv = { HTTP_PROXY: address, HTTPS_PROXY: address };
  const bare = await request(agentOf(false, { proxyEnv }), `http://127.0.0.1:${plain}/chunked`);
  const agent = agentOf(true, { proxyEnv, ca: cert });
  const tunnelled = await request(agent, `https://localhost:${secure}/chunked`);
  assert.deepEqual(
    [bare.body === long, bare.past, tunnelled.body === long, tunnelled.past],
    [true, 0, true, 0],
  );
  assert.deepEqual(asked, [`http://127.0.0.1:${plain}/chunked`, `localhost:${secure}`]);
});
