import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { checkScheme, httpGet } from './http-get.ts';
import { RemoteError } from './remote-error.ts';

async function proxyServer(context: TestContext) {
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end('by the proxy');
  });
  proxy.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  context.after(() => new Promise<void>((resolve) => proxy.close(() => resolve())));
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked };
}

test('an insecure address is read from this machine, or where a checksum tells', () => {
  const allowed = (url: string, isChecked: boolean, first = url): boolean => {
    try {
      checkScheme(new URL(url), new URL(first), isChecked);
      return true;
    } catch (error) {
      assert.ok(error instanceof RemoteError);
      assert.match(error.message, /: it .*not an https:\/\/ address/);
      return false;
    }
  };
  assert.ok(allowed('https://example.org/a', false));
  assert.ok(allowed('http://127.0.0.1:8000/a', false));
  assert.ok(allowed('http://localhost/a', false));
  assert.ok(allowed('http://example.org/a', true));
  assert.ok(!allowed('http://example.org/a', false));
  // A secure address never leads to an insecure one, whatever may be compared.
  assert.ok(!allowed('http://example.org/a', true, 'https://example.org/a'));
  assert.ok(!allowed('http://localhost/a', false, 'https://example.org/a'));
  assert.ok(!allowed('file:///etc/passwd', true));
});

test('HTTP_PROXY and HTTPS_PROXY are asked, but not for the hosts of NO_PROXY', async (context) => {
  const proxy = await proxyServer(context);
  const environment = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url };
  const answer = await httpGet(new URL('http://data.invalid/a.csv'), { environment, isChecked: true });
  let text = '';
  for await (const chunk of answer.body) text += chunk;
  assert.deepEqual([answer.status, text], [200, 'by the proxy']);
  const secure = httpGet(new URL('https://data.invalid/a.csv'), { environment, isChecked: false });
  await assert.rejects(secure, (error) => error instanceof RemoteError && error.kind === 'unreachable');
  assert.deepEqual(proxy.asked, ['GET http://data.invalid/a.csv', 'CONNECT data.invalid:443']);
  const direct = { environment: { ...environment, NO_PROXY: 'localhost,127.0.0.1' }, isChecked: false };
  const { body } = await httpGet(new URL('/a', proxy.url), direct);
  body.discard();
  assert.equal(proxy.asked.at(-1), 'GET /a');
});

test('a request that was called off is not sent', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  const never = httpGet(new URL('http://127.0.0.1:9/'), { environment: {}, isChecked: false, signal });
  await assert.rejects(never, /^Error: enough$/);
});
