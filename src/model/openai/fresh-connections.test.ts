import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { freshConnections } from './fresh-connections.ts';

test('a connection is used again while it is fresh, and closed when it has rested', async (t) => {
  const server = http.createServer((_, response) => void response.end('here'));
  // The server would keep it; only the client lets it go.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const agent = freshConnections(new http.Agent({ keepAlive: true }), 30);
  t.after(() => {
    agent.destroy();
    server.close();
  });
  const get = async () => {
    const request = http.get({ host: '127.0.0.1', port, agent });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    const { socket } = response;
    response.resume();
    await once(response, 'close');
    await new Promise(setImmediate);
    return { socket, reused: request.reusedSocket };
  };
  const first = await get();
  const second = await get();
  assert.deepEqual([first.reused, second.reused, second.socket === first.socket], [false, true, true]);
  await once(second.socket, 'close');
  assert.equal((await get()).reused, false);
});
