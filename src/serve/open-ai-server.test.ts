import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import type { Completion, CompletionRequest } from '../model/completion.ts';
import { inPieces, replyOf, scripted } from './fixtures/scripted-model.ts';
import { errorOf, eventsOf, serving } from './fixtures/serving.ts';
import { startOpenAiServer } from './open-ai-server.ts';

const model = scripted(inPieces(['answer', 'x']));

test('models are listed with what is known of them, and found by id, also with a slash', async (t) => {
  const wide = { ...model.model, contextTokens: 4096 };
  const models = [model, { ...model, id: 'a/b+rsa', model: wide, scaffold: 'rsa' }];
  const { url } = await serving(t, { models });
  const second = {
    ...{ id: 'a/b+rsa', object: 'model', created: 1_700_000_000, owned_by: 'qed' },
    ...{ max_model_len: 4096, scaffold: 'rsa' },
  };
  assert.deepEqual(await (await fetch(`${url}/v1/models`)).json(), {
    object: 'list',
    data: [{ id: 'm', object: 'model', created: 1_700_000_000, owned_by: 'qed' }, second],
  });
  for (const id of ['a/b+rsa', encodeURIComponent('a/b+rsa')]) {
    assert.deepEqual(await (await fetch(`${url}/v1/models/${id}`)).json(), second);
  }
});

test('what is not there, or not so, says what is', async (t) => {
  const { url, chat, post } = await serving(t, { models: [model] });
  const found = async (asked: Promise<Response>): Promise<unknown[]> => {
    const { status, code, param } = await errorOf(await asked);
    return [status, code, param];
  };
  assert.deepEqual(await found(chat({ model: 'gpt' })), [404, 'model_not_found', 'model']);
  assert.deepEqual(await found(fetch(`${url}/v1/models/gpt`)), [404, 'model_not_found', 'model']);
  assert.deepEqual(await found(fetch(`${url}/v1/models/%ff`)), [404, 'model_not_found', 'model']);
  assert.deepEqual(await found(fetch(`${url}/v2`)), [404, 'unknown_url', null]);
  assert.deepEqual(await found(fetch(`${url}/v1/chat/completions`)), [405, 'method_not_allowed', null]);
  assert.equal((await fetch(`${url}/v1/chat/completions`)).headers.get('allow'), 'POST');
  assert.deepEqual(await found(post('/v1/completions', { model: 'm', prompt: 'x' })), [
    ...[400, 'unsupported_endpoint', 'model'],
  ]);
  assert.deepEqual(await found(post('/v1/chat/completions', '{"model":')), [400, 'invalid_json', null]);
  assert.deepEqual(await found(post('/v1/chat/completions', '[]')), [400, 'invalid_type', null]);
  const plain = { headers: { 'content-type': 'text/plain' } };
  assert.deepEqual(await found(chat({}, plain)), [415, 'unsupported_media_type', null]);
  const zipped = { headers: { 'content-encoding': 'gzip' } };
  assert.deepEqual(await found(chat({}, zipped)), [415, 'unsupported_media_type', null]);
  const latin = fetch(`${url}/v1/chat/completions`, {
    ...{
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from([0x22, 0xe9, 0x22]),
    },
  });
  assert.deepEqual(await found(latin), [400, 'invalid_json', null]);
});

test('a key is needed for everything but health, and only the right one will do', async (t) => {
  const { url, chat } = await serving(t, { models: [model], apiKey: 'sk-right' });
  assert.equal((await fetch(`${url}/health`)).status, 200);
  for (const headers of [{}, { authorization: 'Bearer sk-wrong' }, { authorization: 'Basic sk-right' }]) {
    for (const asked of [chat({}, { headers }), fetch(`${url}/v1/models`, { headers })]) {
      const response = await asked;
      assert.equal(response.headers.get('www-authenticate'), 'Bearer');
      const { status, type, code } = await errorOf(response);
      assert.deepEqual([status, type, code], [401, 'authentication_error', 'invalid_api_key']);
    }
  }
  assert.equal((await chat({}, { headers: { authorization: 'Bearer sk-right' } })).status, 200);
});

test('a server that others can reach is refused without a key', async () => {
  for (const host of ['0.0.0.0', '::', '192.168.1.5']) {
    await assert.rejects(startOpenAiServer({ models: [model], seed: 1, host }), /needs an API key/);
  }
});

test('a name that is not loopback’s is refused, so that no web page can point its own here', async (t) => {
  const { server } = await serving(t, { models: [model] });
  const statusFor = (host: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const asked = httpRequest({
        port: server.port,
        host: '127.0.0.1',
        path: '/v1/models',
        headers: { host },
      });
      asked.on('response', (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asked.on('error', reject).end();
    });
  for (const host of ['localhost', 'LOCALHOST:1', `127.0.0.1:${server.port}`, '[::1]:80']) {
    assert.equal(await statusFor(host), 200, host);
  }
  for (const host of ['evil.example', `evil.example:${server.port}`, '127.0.0.1.evil.example']) {
    assert.equal(await statusFor(host), 403, host);
  }
});

test('web pages may ask only from the origins that were named', async (t) => {
  const closed = await serving(t, { models: [model] });
  const origin = 'https://chat.example';
  const refused = await errorOf(await closed.chat({}, { headers: { origin } }));
  assert.deepEqual([refused.status, refused.code], [403, 'origin_not_allowed']);
  const open = await serving(t, { models: [model], origins: [origin] });
  const answer = await open.chat({}, { headers: { origin } });
  assert.deepEqual([answer.status, answer.headers.get('access-control-allow-origin')], [200, origin]);
  assert.equal((await open.chat({}, { headers: { origin: 'https://other.example' } })).status, 403);
  const preflight = await fetch(`${open.url}/v1/chat/completions`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-headers': 'authorization,x-stainless-os' },
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get('access-control-allow-headers'), 'authorization,x-stainless-os');
  const all = await serving(t, { models: [model], origins: ['*'] });
  const starred = await all.chat({}, { headers: { origin } });
  assert.equal(starred.headers.get('access-control-allow-origin'), '*');
});

test('what is no HTTP gets an answer and the server lives on', async (t) => {
  const { server, url } = await serving(t, { models: [model] });
  const answerTo = async (text: string): Promise<string> => {
    const socket = connect({ port: server.port, host: '127.0.0.1' });
    socket.setEncoding('utf8').write(text);
    let answer = '';
    for await (const chunk of socket) answer += chunk;
    return answer;
  };
  assert.match(await answerTo('hello\r\n\r\n'), /^HTTP\/1\.1 400 .*"this is not HTTP"/s);
  const long = `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`;
  assert.match(await answerTo(long), /^HTTP\/1\.1 431 /);
  assert.equal((await fetch(`${url}/health`)).status, 200);
});

test('a taken port is an error with its code', async (t) => {
  const { server } = await serving(t, { models: [model] });
  await assert.rejects(startOpenAiServer({ models: [model], seed: 1, port: server.port }), {
    code: 'EADDRINUSE',
  });
});

test('requests without a seed have seeds of their own, the same after a start with the same seed', async (t) => {
  const seedsOf = async (seed: number): Promise<number[]> => {
    const fresh = scripted(async () => replyOf('x'));
    const { chat } = await serving(t, { models: [fresh], seed });
    for (let i = 0; i < 3; i += 1) await (await chat({})).text();
    return fresh.requests.map((request) => request.seed);
  };
  const [first, again, other] = [await seedsOf(1), await seedsOf(1), await seedsOf(2)];
  assert.deepEqual(first, again);
  assert.equal(new Set([...first, ...other]).size, 6);
});

const bytes = (text: string): Uint8Array => Buffer.from(text);
const completion: Completion = {
  text: 'one two',
  finish: 'length',
  usage: { promptTokens: 4, completionTokens: 2 },
  tokens: [
    { bytes: bytes('one'), logprob: -0.5, top: [{ bytes: bytes('one'), logprob: -0.5 }] },
    { bytes: bytes(' two'), logprob: -1, top: [{ bytes: bytes(' 2'), logprob: -0.25 }] },
  ],
};

test('completions: text or token ids go on, whole or streamed, with log-probs in the older form', async (t) => {
  const asked: CompletionRequest[] = [];
  const complete = async (request: CompletionRequest): Promise<Completion> => {
    asked.push(request);
    return completion;
  };
  const { post } = await serving(t, { models: [scripted(inPieces(), { complete })] });
  const body = { model: 'm', prompt: 'zero', max_tokens: 2, logprobs: 1, seed: 5 };
  const answer = (await (await post('/v1/completions', body)).json()) as Record<string, unknown>;
  assert.match(String(answer.id), /^cmpl-\w{32}$/);
  assert.deepEqual(
    { ...answer, id: undefined },
    {
      ...{ id: undefined, object: 'text_completion', created: 1_700_000_000, model: 'm' },
      choices: [
        {
          index: 0,
          text: 'one two',
          logprobs: {
            tokens: ['one', ' two'],
            token_logprobs: [-0.5, -1],
            top_logprobs: [{ one: -0.5 }, { ' 2': -0.25 }],
            text_offset: [0, 3],
          },
          finish_reason: 'length',
        },
      ],
      usage: { prompt_tokens: 4, completion_tokens: 2, total_tokens: 6 },
    },
  );
  for (const prompt of [[1, 2], ['zero']]) await post('/v1/completions', { ...body, prompt });
  assert.deepEqual(
    asked.map(({ prompt }) => prompt),
    ['zero', [1, 2], 'zero'],
  );
  assert.deepEqual(asked[0], {
    ...{ prompt: 'zero', maxTokens: 2, temperature: 1, sampling: {}, topLogprobs: 1, seed: 5 },
  });
  const stream = { stream: true, stream_options: { include_usage: true }, n: 2 };
  const events = await eventsOf(await post('/v1/completions', { ...body, ...stream, logprobs: null }));
  const chunks = events.slice(0, -1).map((event) => JSON.parse(event));
  assert.deepEqual(
    chunks.map(({ choices, usage }) => [choices[0]?.index, choices[0]?.text, usage]),
    [
      [0, 'one two', null],
      [1, 'one two', null],
      [undefined, undefined, { prompt_tokens: 4, completion_tokens: 4, total_tokens: 8 }],
    ],
  );
  for (const [more, param] of [
    [{ prompt: ['a', 'b'] }, 'prompt'],
    [{ prompt: undefined }, 'prompt'],
    [{ echo: true }, 'echo'],
    [{ suffix: 'x' }, 'suffix'],
    [{ best_of: 2 }, 'best_of'],
    [{ logprobs: 6 }, 'logprobs'],
    [{ messages: [] }, 'messages'],
  ] as const) {
    const error = await errorOf(await post('/v1/completions', { ...body, ...more }));
    assert.deepEqual([error.status, error.param], [400, param]);
  }
});
