/** The client against a real socket and a server that misbehaves: a failure is typed, and never becomes an answer. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { after, test } from 'node:test';
import zlib from 'node:zlib';
import type { ChatRequest, Delta, GenerateContext } from '../chat-model.ts';
import { ModelError } from '../model-error.ts';
import { createEndpoint } from './endpoint.ts';
import {
  chunk,
  done,
  event,
  finished,
  goodReply,
  type Script,
  type ScriptedServer,
  startServer,
  stream,
  usage,
} from './fixtures/scripted-server.ts';
import { createOpenAiChatModel, type OpenAiChatModelOptions } from './open-ai-chat-model.ts';
import { VirtualClock } from './virtual-clock.ts';

const apiKey = 'sk-a-key-that-nobody-may-see';
const request: ChatRequest = {
  messages: [{ role: 'user', content: 'Is 4 even?' }],
  maxTokens: 50,
  temperature: 0.8,
  seed: 1,
};
const closers: (() => Promise<void> | void)[] = [];
after(async () => {
  for (const close of closers) await close();
});

async function setUp(script: Script, options: Partial<OpenAiChatModelOptions> = {}) {
  const server = await startServer(script);
  const clock = new VirtualClock();
  const endpoint = createEndpoint({ baseUrl: server.baseUrl, clock });
  closers.push(() => endpoint.close(), server.close);
  const model = createOpenAiChatModel({
    name: 'scripted',
    baseUrl: server.baseUrl,
    apiKey,
    model: 'm',
    api: 'chat',
    endpoint,
    retry: { attempts: 1 },
    ...options,
  });
  return { server, clock, endpoint, model };
}

async function failure(script: Script, options?: Partial<OpenAiChatModelOptions>): Promise<ModelError> {
  const { model } = await setUp(script, options);
  const error: unknown = await model.generate(request).then(
    (reply) => assert.fail(`an answer: ${JSON.stringify(reply)}`),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ModelError, String(error));
  assert.doesNotMatch(`${error.stack}${JSON.stringify(error)}${error.body}`, /sk-a-key/);
  return error;
}

const sends =
  (text: string): Script =>
  (response) =>
    stream(response, text);

test('a good stream is a reply with its pieces, its usage and the request that was asked for', async () => {
  const { model, server } = await setUp(sends(goodReply));
  const pieces: unknown[] = [];
  const reply = await model.generate(request, { onDelta: (delta) => pieces.push(delta) });
  assert.deepEqual(reply, {
    reasoning: '',
    answer: 'Yes.',
    finish: 'stop',
    usage: { promptTokens: 5, completionTokens: 2 },
  });
  assert.deepEqual(pieces, [
    { kind: 'answer', text: 'Yes' },
    { kind: 'answer', text: '.' },
  ]);
  const [received] = server.requests;
  assert.equal(received?.path, '/v1/chat/completions');
  assert.equal(received?.headers.authorization, `Bearer ${apiKey}`);
  assert.deepEqual(received?.body.stream_options, { include_usage: true });
});

const isNoAnswer: readonly (readonly [name: string, text: string, kind: string, isRetryable: boolean])[] = [
  ['an empty stream', '', 'protocol', true],
  ['only the end', done, 'protocol', true],
  ['no finish reason', chunk({ content: 'Yes' }) + done, 'protocol', true],
  ['cut in an event', goodReply.slice(0, 200), 'protocol', true],
  ['cut after the pieces', chunk({ content: 'Yes' }), 'protocol', true],
  [
    'an error object',
    chunk({ content: 'Yes' }) + event({ error: { message: 'boom', code: 502 } }),
    'server',
    true,
  ],
  [
    'an error after the finish',
    chunk({ content: 'Y' }) + finished('stop') + event({ error: 'x' }),
    'server',
    true,
  ],
  [
    'an error in a choice',
    event({ choices: [{ index: 0, delta: {}, error: { code: 429 } }] }),
    'overloaded',
    true,
  ],
  ['an old error of vLLM', event({ object: 'error', message: 'boom', code: 400 }), 'invalid-request', false],
  ['an error field', `${chunk({ content: 'Y' })}error: {"code":500,"message":"x"}\n\n`, 'server', true],
  ['an error event', `event: error\ndata: gone\n\n`, 'server', true],
  ['HTML in the stream', '<html><body>502</body></html>', 'protocol', true],
  ['JSON that breaks off', 'data: {"choices":[{"index":0,\n\n', 'protocol', true],
  ['a list', event([1]), 'protocol', false],
  ['a number for text', chunk({ content: 5 }), 'protocol', false],
  ['a tool call', chunk({ tool_calls: [] }, { finish_reason: 'tool_calls' }) + done, 'protocol', false],
  ['a function call', finished('function_call') + done, 'protocol', false],
  ['a filter', chunk({ content: 'Y' }) + finished('content_filter') + done, 'refused', false],
  ['a refusal', chunk({ refusal: 'I cannot' }) + finished('stop') + done, 'refused', false],
  ['given up by the server', chunk({ content: 'Y' }) + finished('abort') + done, 'server', true],
  ['an unknown reason', chunk({ content: 'Y' }) + finished('bored') + done, 'protocol', false],
  ['text after the finish', finished('stop') + chunk({ content: 'more' }) + done, 'protocol', false],
  ['a second choice', event({ choices: [{ index: 1, delta: { content: 'x' } }] }), 'protocol', false],
];
for (const [name, text, kind, isRetryable] of isNoAnswer) {
  test(`no answer: ${name}`, async () => {
    const error = await failure(sends(text));
    assert.deepEqual([error.kind, error.isRetryable], [kind, isRetryable], error.message);
  });
}

test('what an attempt used before it failed goes with its error', async () => {
  const error = await failure(sends(chunk({ content: 'a'.repeat(100) })));
  assert.equal(error.usage?.completionTokens, 40);
  assert.equal(error.usage?.isEstimated, true);
  assert.equal((await failure(sends(''))).usage, undefined);
});

test('a finish reason makes a reply whole without [DONE], and without usage by a marked estimate', async () => {
  const { model } = await setUp(sends(chunk({ content: 'Yes' }) + finished('stop')));
  const reply = await model.generate(request);
  assert.deepEqual([reply.answer, reply.usage.isEstimated, reply.usage.completionTokens], ['Yes', true, 2]);
});

test('length: text that was cut is an answer, reasoning that was cut is none', async () => {
  const reply = async (text: string, options?: Partial<OpenAiChatModelOptions>) => {
    const { model } = await setUp(sends(text + finished('length') + usage + done), options);
    const { answer, finish, reasoning } = await model.generate(request);
    return [answer, finish, reasoning];
  };
  assert.deepEqual(await reply(chunk({ content: 'Let' })), ['Let', 'length', '']);
  assert.deepEqual(await reply(chunk({ reasoning: 'Hm' })), [undefined, 'length', 'Hm']);
  assert.deepEqual(await reply(''), [undefined, 'length', '']);
  const thinkTags = { open: '<think>', close: '</think>', isOpened: true };
  assert.deepEqual(await reply(chunk({ content: 'Hm' }), { thinkTags }), [undefined, 'length', 'Hm']);
  assert.deepEqual(await reply(chunk({ content: 'Hm</think>\n\nLet' }), { thinkTags }), [
    'Let',
    'length',
    'Hm',
  ]);
});

const statuses: readonly (readonly [
  status: number,
  headers: Record<string, string>,
  body: string,
  kind: string,
])[] = [
  [429, { 'retry-after': '2' }, '{"error":{"message":"slow down"}}', 'overloaded'],
  [429, {}, '', 'overloaded'],
  [503, {}, 'no', 'server'],
  [500, {}, `{"error":{"message":"your key ${apiKey} broke us"}}`, 'server'],
  [401, {}, `{"error":{"message":"Incorrect API key provided: ${apiKey}"}}`, 'authentication'],
  [404, {}, '<html><title>Not Found</title></html>', 'invalid-request'],
  [302, { location: 'http://elsewhere.test/' }, '', 'invalid-request'],
  [200, { 'content-type': 'text/html' }, '<html>Log in</html>', 'protocol'],
  [200, { 'content-type': 'application/json' }, '{"choices":[{"message":{"content":"x"}}]}', 'protocol'],
  [200, { 'content-type': 'application/json' }, '{"error":{"message":"boom"}}', 'server'],
  [200, {}, goodReply, 'protocol'],
  [200, { 'content-type': 'text/event-stream', 'content-encoding': 'compress' }, goodReply, 'protocol'],
  [200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' }, goodReply, 'connection'],
];
for (const [status, headers, body, kind] of statuses) {
  test(`no answer: status ${status} ${JSON.stringify(headers)} ${body.slice(0, 20)}`, async () => {
    const error = await failure((response) => {
      response.writeHead(status, headers);
      response.end(body);
    });
    assert.equal(error.kind, kind, error.message);
    assert.equal(error.retryAfterMilliseconds, headers['retry-after'] === undefined ? undefined : 2_000);
  });
}

test('resets: before the headers, and in the middle of a reply', async () => {
  const before = await failure((response) => response.socket?.resetAndDestroy());
  assert.deepEqual([before.kind, before.isRetryable], ['connection', true]);
  const within = await failure((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(chunk({ content: 'Yes' }), () => response.socket?.resetAndDestroy());
  });
  assert.equal(within.kind, 'connection');
});

test('a reset after everything a reply needs does no harm; before the usage it does', async () => {
  const reset =
    (text: string): Script =>
    (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(text, () => setImmediate(() => response.socket?.resetAndDestroy()));
    };
  const pieces = chunk({ content: 'Yes' }) + finished('stop');
  const { model } = await setUp(reset(pieces + usage));
  assert.equal((await model.generate(request)).answer, 'Yes');
  assert.equal((await failure(reset(pieces))).kind, 'connection');
});

test('a server that is not there', async () => {
  const { server, model } = await setUp(sends(goodReply));
  await server.close();
  await assert.rejects(
    model.generate(request),
    (error) =>
      error instanceof ModelError && error.kind === 'connection' && /ECONNREFUSED/.test(error.message),
  );
});

test('compressed streams, although none was asked for', async () => {
  const codings = { gzip: zlib.gzipSync, br: zlib.brotliCompressSync, deflate: zlib.deflateSync };
  for (const [coding, compress] of Object.entries(codings)) {
    const { model } = await setUp((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': coding });
      response.end(compress(goodReply));
    });
    assert.equal((await model.generate(request)).answer, 'Yes.', coding);
  }
  const cut = zlib.gzipSync(goodReply);
  const error = await failure((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
    response.end(cut.subarray(0, cut.length - 20));
  });
  assert.ok(['connection', 'protocol'].includes(error.kind));
});

/** A server whose next bytes the test sends, with a clock that the test moves. */
async function byHand(limits: OpenAiChatModelOptions['limits'] = {}) {
  const { promise: responded, resolve } = Promise.withResolvers<Parameters<Script>[0]>();
  const set = await setUp((response) => resolve(response), { limits });
  const pieces: string[] = [];
  const waiting: (() => void)[] = [];
  const context: GenerateContext = {
    onDelta: (delta) => {
      if (delta.kind !== 'restart') pieces.push(delta.text);
      for (const wake of waiting.splice(0)) wake();
    },
  };
  const settled = set.model.generate(request, context).then(
    (reply) => reply.answer,
    (error: ModelError) => `${error.kind}: ${error.message.split(': ').at(-1)}`,
  );
  const response = await responded;
  return {
    ...set,
    settled,
    pieces,
    response,
    begin: () => response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders(),
    /** Sends and waits until the model has given the piece on. */
    say: async (content: string) => {
      const heard = new Promise<void>((wake) => waiting.push(wake));
      response.write(chunk({ content }));
      await heard;
    },
  };
}

test('the first byte may take longer than five minutes, and each token twenty seconds', async () => {
  const { clock, settled, response, begin, say } = await byHand({ idle: 30_000 });
  await clock.advance(305_000);
  begin();
  for (let i = 0; i < 20; i += 1) {
    await say('x');
    await clock.advance(20_000);
  }
  response.end(finished('stop') + usage + done);
  assert.equal(await settled, 'x'.repeat(20));
});

test('a stream that goes quiet ends after the idle limit, comments or none before it began', async () => {
  const quiet = await byHand({ idle: 10_000 });
  quiet.begin();
  await quiet.say('x');
  await quiet.clock.advance(9_999);
  assert.equal(quiet.endpoint.limit.inFlight, 1);
  await quiet.clock.advance(2);
  assert.equal(await quiet.settled, 'idle-timeout: nothing came for 10 s');
  const commenting = await byHand({ firstToken: 60_000, idle: 10_000 });
  commenting.begin();
  for (let i = 0; i < 6; i += 1) {
    commenting.response.write(': PROCESSING\n\n');
    await commenting.clock.advance(10_000);
  }
  assert.equal(await commenting.settled, 'idle-timeout: no reply began within 60 s');
});

test('a reply that never ends is ended by the total limit, and not asked for again', async () => {
  const { clock, settled, begin, say } = await byHand({ total: 50_000 });
  begin();
  for (let i = 0; i < 5; i += 1) {
    await say('x');
    await clock.advance(10_000);
  }
  assert.equal(await settled, 'total-timeout: not done within 50 s');
});

test('no connection within its limit', async () => {
  // A listener whose queue is full does not answer: with a virtual clock it is enough that nothing has come yet.
  const listener = net.createServer({ pauseOnConnect: true });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const clock = new VirtualClock();
  // TLS is never answered there.
  const endpoint = createEndpoint({ baseUrl: `https://127.0.0.1:${port}/v1`, clock });
  const accepted = once(listener, 'connection');
  const settled = createOpenAiChatModel({
    name: 'silent',
    baseUrl: `https://127.0.0.1:${port}/v1`,
    model: 'm',
    api: 'chat',
    endpoint,
    retry: { attempts: 1 },
  })
    .generate(request)
    .catch((error: ModelError) => `${error.kind} ${error.message.split(': ').at(-1)}`);
  const [socket] = await accepted;
  await clock.advance(30_001);
  assert.equal(await settled, 'connection no connection within 30 s');
  socket.destroy();
  listener.close();
  endpoint.close();
});

test('an abort closes the socket at once, in the queue it leaves without a call', async () => {
  const { promise: responded, resolve } = Promise.withResolvers<Parameters<Script>[0]>();
  const { model, server, endpoint } = await setUp((response) => resolve(response));
  const controller = new AbortController();
  const settled = model.generate(request, { signal: controller.signal }).catch((error: unknown) => error);
  const response = await responded;
  const closed = once(response, 'close');
  const reason = new Error('enough');
  controller.abort(reason);
  assert.equal(await settled, reason);
  await closed;
  assert.equal(response.destroyed, true);
  assert.equal(endpoint.limit.inFlight, 0);
  assert.equal(
    await model.generate(request, { signal: AbortSignal.abort(reason) }).catch((e: unknown) => e),
    reason,
  );
  assert.equal(server.requests.length, 1);
});

test('a failed attempt is made again: the reply begins again, and only the whole one is the answer', async () => {
  const events: string[] = [];
  const { model, clock, server } = await setUp(
    (response, _received, order) =>
      order === 1
        ? stream(response, chunk({ content: 'half of' }))
        : order === 2
          ? response.writeHead(429, { 'retry-after': '3' }).end()
          : stream(response, goodReply),
    { retry: { attempts: 5 }, onEvent: ({ kind }) => events.push(kind) },
  );
  const pieces: (Delta | { kind: 'restart' })[] = [];
  const done = model.generate(request, { onDelta: (delta) => pieces.push(delta) });
  for (let waits = 0; waits < 2; waits += 1) {
    while (events.length <= waits) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(4_000);
  }
  const reply = await done;
  assert.equal(reply.answer, 'Yes.');
  assert.deepEqual(
    pieces.map((piece) => (piece.kind === 'restart' ? '|' : piece.text)),
    ['half of', '|', 'Yes', '.'],
  );
  assert.deepEqual([server.requests.length, events], [3, ['retry', 'retry']]);
});

test('connections are kept alive and used again; a request into one that is reset is an attempt, and made again as one', async () => {
  const { model, server } = await setUp(sends(goodReply));
  for (let i = 0; i < 5; i += 1) await model.generate(request);
  assert.equal(await server.connections(), 1);
  const closing = (attempts: number) =>
    setUp(
      (response, _received, order) => {
        if (order === 2) response.socket?.resetAndDestroy();
        else stream(response, goodReply);
      },
      { retry: { attempts, firstDelay: 0 } },
    );
  const once = await closing(1);
  await once.model.generate(request);
  await assert.rejects(once.model.generate(request), /ECONNRESET|socket hang up/);
  assert.equal(once.server.requests.length, 2);
  const twice = await closing(2);
  await twice.model.generate(request);
  const again = twice.model.generate(request, {
    mayRetry: () => {
      setImmediate(() => void twice.clock.advance(0));
      return true;
    },
  });
  assert.equal((await again).answer, 'Yes.');
  assert.equal(twice.server.requests.length, 3);
});

test('two hundred calls at once, each whole', async () => {
  const { model } = await setUp((response, received) => {
    const text = String((received.body.messages as { content: string }[])[0]?.content);
    stream(response, chunk({ content: `re: ${text}` }) + finished('stop') + usage + done);
  });
  const replies = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      model.generate({ ...request, messages: [{ role: 'user', content: `${i}` }] }),
    ),
  );
  assert.deepEqual(
    replies.map(({ answer }) => answer),
    replies.map((_, i) => `re: ${i}`),
  );
});

test('a reply of 200,000 pieces comes whole', async () => {
  const { model } = await setUp(
    sends(chunk({ content: 'ab ' }).repeat(200_000) + finished('stop') + usage + done),
  );
  const { answer = '' } = await model.generate(request);
  assert.equal(answer.length, 3 * 200_000 - 1);
});

test('addresses: a key in one is refused, and so is the path of a call', () => {
  const make = (baseUrl: string) => createEndpoint({ baseUrl }).baseUrl.href;
  assert.equal(make('http://127.0.0.1:1/v1'), 'http://127.0.0.1:1/v1/');
  assert.equal(make('https://host/v1beta/openai/'), 'https://host/v1beta/openai/');
  for (const bad of ['host:8000', 'ftp://host', 'http://me:secret@host/v1', 'http://host/v1?key=secret']) {
    assert.throws(
      () => make(bad),
      (error) => error instanceof TypeError && !/secret/.test(error.message),
    );
  }
  assert.throws(() => make('http://host/v1/chat/completions'), /without/);
});

test('two models at one address share its limit; the last one to close closes it', async () => {
  const server: ScriptedServer = await startServer((response) => response.writeHead(429).end());
  closers.push(server.close);
  const make = (name: string) =>
    createOpenAiChatModel({
      name,
      baseUrl: server.baseUrl,
      model: name,
      api: 'chat',
      retry: { attempts: 1 },
      onEvent: (event) => events.push(`${event.kind}`),
    });
  const events: string[] = [];
  const [a, b] = [make('a'), make('b')];
  await assert.rejects(a.generate(request));
  await assert.rejects(b.generate(request));
  assert.deepEqual(events, ['concurrency'], 'the second 429 came within the cooldown of the same limit');
  await a.close?.();
  await b.close?.();
});

test('what a model cannot do is said when it is made', () => {
  const base = { name: 'x', baseUrl: 'http://127.0.0.1:1/v1', model: 'm' } as const;
  assert.throws(() => createOpenAiChatModel({ ...base, api: 'chat', tokens: true }), /token ids/);
  assert.throws(() => createOpenAiChatModel({ ...base, api: 'completions' }), /chat format/);
});
