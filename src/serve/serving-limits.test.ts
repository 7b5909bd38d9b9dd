/** What a server bears: readers that go away, that are slow, too many, too large, too long; and how it ends. */
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ChatModel } from '../model/chat-model.ts';
import { gate, inPieces, replyOf, type Script, scripted, silent } from './fixtures/scripted-model.ts';
import { errorOf, eventsOf, type Serving, serving } from './fixtures/serving.ts';

/** A connection that sends a chat request and reads nothing until it is told to. */
async function rawChat({ server }: Serving, body: object): Promise<Socket> {
  const socket = connect({ port: server.port, host: '127.0.0.1' });
  socket.pause();
  const text = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'x' }], ...body });
  const header = `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${text.length}`;
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  socket.write(`${header}\r\n\r\n${text}`);
  return socket;
}

test('a client that goes away cancels its work, streamed or not, and the place is free again', async (t) => {
  const begun = { now: gate() };
  const model = scripted((request, context, call) => {
    context.onDelta?.({ kind: 'answer', text: 'x' });
    begun.now.open();
    return silent(request, context, call);
  });
  const limits = { running: 1, waiting: 0 };
  const { chat, nextRecord, url } = await serving(t, { models: [model], limits });
  for (const [round, stream] of [true, false].entries()) {
    begun.now = gate();
    const controller = new AbortController();
    const recorded = nextRecord();
    const asked = chat({ stream }, { signal: controller.signal });
    await begun.now.passed;
    controller.abort();
    await assert.rejects(asked.then((response) => response.text()));
    const { status, error } = await recorded;
    assert.deepEqual([status, error?.details.code], [499, 'client_gone']);
    assert.equal(model.aborted.length, round + 1);
    assert.deepEqual(await (await fetch(`${url}/health`)).json(), { status: 'ok', running: 0, waiting: 0 });
  }
});

test('a client that goes away while it waits leaves the queue', async (t) => {
  const model = scripted(silent);
  const serve = await serving(t, { models: [model], limits: { running: 1, waiting: 1 } });
  const [first, second] = [new AbortController(), new AbortController()];
  const asked = [first, second].map(({ signal }) => serve.chat({}, { signal }).catch(() => undefined));
  while ((await health(serve)).waiting !== 1) await Promise.resolve();
  const recorded = serve.nextRecord();
  second.abort();
  assert.equal((await recorded).status, 499);
  assert.deepEqual(await health(serve), { status: 'ok', running: 1, waiting: 0 });
  assert.equal(model.requests.length, 1);
  first.abort();
  await Promise.all(asked);
});

test('one more than the queue holds is 429 with a time to come again; waiting ones are served in order', async (t) => {
  const go = gate();
  const model = scripted(async ({ messages }) => {
    await go.passed;
    return replyOf(messages[0]?.content);
  });
  const serve = await serving(t, { models: [model], limits: { running: 1, waiting: 2 } });
  const asked: Promise<Response>[] = [];
  for (const name of ['a', 'b', 'c']) {
    asked.push(serve.chat({ messages: [{ role: 'user', content: name }] }));
    while ((await health(serve)).waiting + (await health(serve)).running < asked.length)
      await Promise.resolve();
  }
  for (const body of [{}, { stream: true }]) {
    const response = await serve.chat(body);
    assert.match(response.headers.get('retry-after') ?? '', /^[1-9]\d?$/);
    const error = await errorOf(response);
    assert.deepEqual([error.status, error.type, error.code], [429, 'rate_limit_error', 'queue_full']);
  }
  go.open();
  for (const response of await Promise.all(asked)) assert.equal(response.status, 200);
  assert.deepEqual(
    model.requests.map(({ messages }) => messages[0]?.content),
    ['a', 'b', 'c'],
  );
});

test('a slow reader gets everything in fewer, larger pieces, and holds up nobody', async (t) => {
  const pieces = 20_000;
  const text = 'word '.repeat(40);
  const done = gate();
  const script: Script = async ({ maxTokens }, { onDelta }) => {
    if (maxTokens === 1) return replyOf('quick');
    for (let i = 0; i < pieces; i += 1) onDelta?.({ kind: 'answer', text: `${i} ${text}` });
    done.open();
    return replyOf('never read, since there were pieces');
  };
  const serve = await serving(t, { models: [scripted(script)] });
  const socket = await rawChat(serve, { stream: true });
  await done.passed;
  assert.equal((await serve.chat({ max_tokens: 1 })).status, 200);
  let received = '';
  for await (const chunk of socket.setEncoding('utf8')) received += chunk;
  // Takes the chunked coding off: sizes and line ends never occur inside JSON.
  const events = received.slice(received.indexOf('\r\n\r\n') + 4).replaceAll(/\r?\n?[0-9a-f]+\r\n|\r\n/g, '');
  const contents = events
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event) => JSON.parse(event.slice(6)).choices[0].delta.content ?? '');
  assert.equal(contents.join(''), Array.from({ length: pieces }, (_, i) => `${i} ${text}`).join(''));
  assert.ok(contents.length < pieces / 2, `${contents.length} events for ${pieces} pieces`);
});

test('a reader that takes nothing for too long is cut off, and its work with it', async (t) => {
  const model = scripted((request, context, call) => {
    for (let i = 0; i < 200; i += 1) context.onDelta?.({ kind: 'answer', text: 'x'.repeat(100_000) });
    return silent(request, context, call);
  });
  const serve = await serving(t, { models: [model], stallMilliseconds: 20 });
  const recorded = serve.nextRecord();
  const socket = await rawChat(serve, { stream: true });
  assert.equal((await recorded).status, 499);
  assert.equal(model.aborted.length, 1);
  socket.destroy();
});

test('a request that takes too long is 504, and an event where the stream has begun', async (t) => {
  const model = scripted((request, context, call) => {
    if (request.maxTokens === 2) context.onDelta?.({ kind: 'answer', text: 'x' });
    return silent(request, context, call);
  });
  const { chat } = await serving(t, { models: [model], timeoutMilliseconds: 20 });
  const response = await chat({});
  assert.equal(response.headers.get('x-should-retry'), 'false');
  const error = await errorOf(response);
  assert.deepEqual([error.status, error.type, error.code], [504, 'timeout_error', 'timeout']);
  assert.equal((await errorOf(await chat({ stream: true }))).status, 504);
  const events = await eventsOf(await chat({ stream: true, max_tokens: 2 }));
  assert.equal(JSON.parse(events.at(-1) ?? '').error.code, 'timeout');
});

test('a body beyond the limit is 413, told in advance or found while reading', async (t) => {
  const { url, chat } = await serving(t, { models: [scripted(inPieces())], mostBodyBytes: 1000 });
  const large = await errorOf(await chat({ user: 'x'.repeat(2000) }));
  assert.deepEqual([large.status, large.code], [413, 'request_too_large']);
  const streamed = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new Blob(['x'.repeat(3000)]).stream(),
    duplex: 'half',
  } as RequestInit);
  assert.equal((await errorOf(streamed)).status, 413);
  assert.equal((await chat({})).status, 200);
});

test('closing lets what runs finish, refuses what waits and what comes, and ends', async (t) => {
  const go = gate();
  const model = scripted(async () => {
    await go.passed;
    return replyOf('finished');
  });
  const serve = await serving(t, { models: [model], limits: { running: 1, waiting: 1 } });
  const running = serve.chat({});
  while ((await health(serve)).running !== 1) await Promise.resolve();
  const waiting = serve.chat({});
  while ((await health(serve)).waiting !== 1) await Promise.resolve();
  const closed = serve.server.close(60_000);
  const refused = await errorOf(await waiting);
  assert.deepEqual([refused.status, refused.code], [503, 'shutting_down']);
  await assert.rejects(serve.chat({}), 'a new connection is refused');
  go.open();
  const answered = (await (await running).json()) as { choices: { message: { content: string } }[] };
  assert.equal(answered.choices[0]?.message.content, 'finished');
  await closed;
});

test('what still runs when the time to close is over is cut off with 503', async (t) => {
  const model = scripted(silent);
  const serve = await serving(t, { models: [model] });
  const running = serve.chat({});
  while ((await health(serve)).running !== 1) await Promise.resolve();
  await serve.server.close(0);
  const error = await errorOf(await running);
  assert.deepEqual([error.status, error.code], [503, 'shutting_down']);
  assert.equal(model.aborted.length, 1);
});

test('memory is flat over thousands of requests', async (t) => {
  // Remembers nothing, unlike the other models of these tests.
  const script = inPieces(['answer', 'x'.repeat(1000)]);
  const model = {
    name: 'plain',
    generate: (...asked: Parameters<ChatModel['generate']>) => script(asked[0], asked[1] ?? {}, 0),
  };
  const serve = await serving(t, { models: [{ ...scripted(script), model }] });
  const { chat, records } = serve;
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const round = async (requests: number): Promise<number> => {
    for (let done = 0; done < requests; done += 8) {
      const batch = Array.from({ length: 8 }, (_, i) => chat({ stream: i % 2 === 0 }).then((r) => r.text()));
      await Promise.all(batch);
    }
    records.length = 0;
    gc();
    return process.memoryUsage().heapUsed;
  };
  const before = await round(800);
  const after = await round(1600);
  // The texts of the requests alone would be 3 MB.
  assert.ok(after - before < 2e6, `grew by ${after - before} bytes`);
});

async function health({ url }: Serving): Promise<{ status: string; running: number; waiting: number }> {
  return (await (await fetch(`${url}/health`)).json()) as {
    status: string;
    running: number;
    waiting: number;
  };
}
