import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { ModelError, type ModelErrorKind } from '../model/model-error.ts';
import { gate, inPieces, replyOf, type Script, scripted, silent } from './fixtures/scripted-model.ts';
import { errorOf, eventsOf, type Serving, serving } from './fixtures/serving.ts';

const serve = (t: TestContext, script: Script): Promise<Serving> =>
  serving(t, { models: [scripted(script)] });

test('a stream is byte for byte in the form of OpenAI’s own', async (t) => {
  const recorded = readFileSync(new URL('fixtures/recorded-stream.txt', import.meta.url), 'utf8');
  const script: Script = async (request, context, call) => ({
    ...(await inPieces(['answer', 'Let'], ['answer', ' x'], ['answer', ' = "1".\n'])(request, context, call)),
    usage: { promptTokens: 7, completionTokens: 3, cachedPromptTokens: 0 },
  });
  const { chat } = await serve(t, script);
  const ours = await (await chat({ stream: true, stream_options: { include_usage: true } })).text();
  // What is of their service alone, and the id.
  const theirs = recorded.replaceAll('"service_tier":"default","system_fingerprint":"fp_483d39d857",', '');
  assert.equal(ours.replaceAll(/chatcmpl-\w+/g, 'chatcmpl-A7mKGugwaczn3YyrJLlZY6CM0Wlkr'), theirs);
  const ids = new Set(ours.match(/chatcmpl-\w+/g));
  assert.equal(ids.size, 1);
});

test('without include_usage there is none, and no chunk without a choice', async (t) => {
  const { chat } = await serve(t, inPieces(['answer', 'x']));
  const events = await eventsOf(await chat({ stream: true }));
  assert.equal(events.at(-1), '[DONE]');
  for (const event of events.slice(0, -1)) {
    assert.doesNotMatch(event, /usage/);
    assert.equal(JSON.parse(event).choices.length, 1);
  }
});

test('a whole answer: reasoning beside content, usage, finish reason', async (t) => {
  const reply = replyOf('Done.', {
    reasoning: 'Hm.',
    finish: 'length',
    usage: { promptTokens: 20, completionTokens: 9, cachedPromptTokens: 16 },
  });
  const { chat, nextRecord } = await serve(t, async () => reply);
  const recorded = nextRecord();
  const response = await chat({});
  const { id, ...body } = (await response.json()) as { id: string };
  assert.match(id, /^chatcmpl-\w{32}$/);
  assert.deepEqual(body, {
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'm',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'Done.', reasoning_content: 'Hm.', refusal: null },
        logprobs: null,
        finish_reason: 'length',
      },
    ],
    usage: {
      prompt_tokens: 20,
      completion_tokens: 9,
      total_tokens: 29,
      prompt_tokens_details: { cached_tokens: 16 },
    },
  });
  const { method, path, status, model, usage } = await recorded;
  assert.deepEqual(
    [method, path, status, model, usage],
    ['POST', '/v1/chat/completions', 200, 'm', reply.usage],
  );
  assert.equal(response.headers.get('x-request-id'), (await recorded).id);
});

test('reasoning that the limit cut off has content null, never an empty answer', async (t) => {
  const { chat } = await serve(t, async () => replyOf(undefined, { reasoning: 'Hm', finish: 'length' }));
  const { choices } = (await (await chat({})).json()) as { choices: { message: object }[] };
  assert.deepEqual(choices[0]?.message, {
    role: 'assistant',
    content: null,
    reasoning_content: 'Hm',
    refusal: null,
  });
});

test('a model that gives no pieces is streamed too: reasoning, then the answer', async (t) => {
  const { chat } = await serve(t, async () => replyOf('B', { reasoning: 'A' }));
  const events = await eventsOf(await chat({ stream: true }));
  const deltas = events.slice(0, -1).map((event) => JSON.parse(event).choices[0].delta);
  assert.deepEqual(deltas, [
    { role: 'assistant', content: '', refusal: null },
    { reasoning_content: 'A' },
    { content: 'B' },
    {},
  ]);
});

test('n choices: one seed each, the first the one given; completions add up, the prompt counts once', async (t) => {
  const model = scripted(async ({ seed }) => replyOf(`seed ${seed}`));
  const { chat } = await serving(t, { models: [model] });
  const body = (await (await chat({ n: 3, seed: 5 })).json()) as {
    choices: { index: number; message: { content: string } }[];
    usage: object;
  };
  assert.deepEqual(
    body.choices.map(({ index, message }) => [index, message.content]),
    model.requests.map(({ seed }, index) => [index, `seed ${seed}`]),
  );
  assert.equal(model.requests[0]?.seed, 5);
  assert.equal(new Set(model.requests.map(({ seed }) => seed)).size, 3);
  assert.deepEqual(body.usage, { prompt_tokens: 7, completion_tokens: 9, total_tokens: 16 });
  const again = (await (await chat({ n: 3, seed: 5 })).json()) as typeof body;
  assert.deepEqual(again.choices, body.choices);
});

test('streamed choices keep their index, each opened and closed once', async (t) => {
  const { chat } = await serve(t, async ({ seed }, context, call) =>
    inPieces(['answer', 'a'], ['answer', `${seed}`])({ seed } as never, context, call),
  );
  const events = await eventsOf(await chat({ stream: true, n: 2, seed: 9 }));
  const chunks = events.slice(0, -1).map((event) => JSON.parse(event).choices[0]);
  for (const index of [0, 1]) {
    const own = chunks.filter((choice) => choice.index === index);
    assert.equal(own[0].delta.role, 'assistant');
    assert.deepEqual(
      own.map((choice) => choice.finish_reason),
      [null, null, null, 'stop'],
    );
  }
});

test('log-probs: one entry a token, bytes exact where a token ends inside a character', async (t) => {
  const bytes: readonly Uint8Array[] = [Buffer.from('Let '), Buffer.from([0xe2, 0x89]), Buffer.from([0xa4])];
  const tokens = {
    prompt_T: new Int32Array(1),
    completion_T: Int32Array.of(0, 1, 2),
    logprobs_T: Float32Array.of(-0.5, -1, -2),
    versions: [],
  };
  const model = scripted(async () => replyOf('Let ≤', { tokens }), { bytesOf: (id) => bytes[id] });
  const { chat } = await serving(t, { models: [model] });
  const expected = {
    content: [
      { token: 'Let ', logprob: -0.5, bytes: [76, 101, 116, 32], top_logprobs: [] },
      { token: '\ufffd', logprob: -1, bytes: [0xe2, 0x89], top_logprobs: [] },
      { token: '\ufffd', logprob: -2, bytes: [0xa4], top_logprobs: [] },
    ],
    refusal: null,
  };
  const whole = (await (await chat({ logprobs: true })).json()) as { choices: { logprobs: unknown }[] };
  assert.deepEqual(whole.choices[0]?.logprobs, expected);
  const events = await eventsOf(await chat({ logprobs: true, stream: true }));
  const found = events.slice(0, -1).map((event) => JSON.parse(event).choices[0].logprobs);
  assert.deepEqual(
    found.filter((entry) => entry !== null),
    [expected],
  );
  const { chat: without } = await serving(t, { models: [scripted(async () => replyOf('x'))] });
  const refused = await errorOf(await without({ logprobs: true }));
  assert.deepEqual([refused.status, refused.param], [400, 'logprobs']);
});

const failures: readonly (readonly [ModelErrorKind, number, string, string])[] = [
  ['connection', 502, 'upstream_error', 'model_failed'],
  ['server', 502, 'upstream_error', 'model_failed'],
  ['protocol', 502, 'upstream_error', 'model_failed'],
  ['idle-timeout', 504, 'upstream_error', 'model_timeout'],
  ['total-timeout', 504, 'upstream_error', 'model_timeout'],
  ['overloaded', 429, 'rate_limit_error', 'model_overloaded'],
  ['authentication', 502, 'upstream_error', 'model_authentication'],
  ['invalid-request', 400, 'invalid_request_error', 'invalid_value'],
  ['context-length', 400, 'invalid_request_error', 'context_length_exceeded'],
  ['refused', 400, 'invalid_request_error', 'content_filter'],
  ['circuit-open', 503, 'upstream_error', 'model_unavailable'],
];

test('each way in which a model fails has its status, whole or streamed', async (t) => {
  for (const [kind, status, type, code] of failures) {
    const details = { kind, isRetryable: kind === 'server', retryAfterMilliseconds: 2500 };
    const { chat } = await serve(t, () => Promise.reject(new ModelError(`said ${kind}`, details)));
    for (const stream of [false, true]) {
      const response = await chat({ stream });
      const error = await errorOf(response);
      assert.deepEqual([error.status, error.type, error.code], [status, type, code], kind);
      const isBusy = kind === 'overloaded' || kind === 'circuit-open';
      assert.equal(response.headers.get('retry-after'), isBusy ? '3' : null);
      if (type === 'upstream_error') {
        assert.equal(response.headers.get('x-should-retry'), `${kind === 'server'}`);
      }
      // The key of the endpoint behind is nobody's business.
      assert.equal(error.message.includes(`said ${kind}`), kind !== 'authentication');
    }
  }
});

test('what is a fault of the program is 500 and tells nothing of it; the record has it', async (t) => {
  const { chat, nextRecord } = await serve(t, () => Promise.reject(new TypeError('secret path')));
  const recorded = nextRecord();
  const error = await errorOf(await chat({}));
  assert.deepEqual([error.status, error.code], [500, 'internal_error']);
  assert.doesNotMatch(error.message, /secret/);
  const { error: logged } = await recorded;
  assert.match(String(logged?.cause), /secret path/);
});

test('a stream that breaks ends with an error event and without [DONE]', async (t) => {
  const { chat, nextRecord } = await serve(t, async (_, { onDelta }) => {
    onDelta?.({ kind: 'answer', text: 'Let' });
    throw new ModelError('cut', { kind: 'connection', isRetryable: true });
  });
  const recorded = nextRecord();
  const events = await eventsOf(await chat({ stream: true }));
  assert.equal(events.length, 3);
  assert.deepEqual(JSON.parse(events[2] ?? ''), {
    error: { message: 'cut', type: 'upstream_error', param: null, code: 'model_failed' },
  });
  assert.equal((await recorded).status, 502);
});

test('when one choice fails the others are cut off', async (t) => {
  const model = scripted(async (request, context, call) => {
    if (call === 2) throw new ModelError('no', { kind: 'server', isRetryable: true });
    return await silent(request, context, call);
  });
  const { chat } = await serving(t, { models: [model] });
  assert.equal((await errorOf(await chat({ n: 2 }))).status, 502);
  assert.equal(model.requests.length, 2);
  assert.equal(model.aborted.length, 1);
});

test('a reply that begins again is followed while it says the same, else it breaks the stream', async (t) => {
  const script =
    (second: string): Script =>
    async (_, { onDelta }) => {
      onDelta?.({ kind: 'answer', text: 'Let x' });
      onDelta?.({ kind: 'restart' });
      onDelta?.({ kind: 'answer', text: second });
      return replyOf(second);
    };
  const same = await serve(t, script('Let x = 1.'));
  const contents = (await eventsOf(await same.chat({ stream: true })))
    .slice(0, -1)
    .map((event) => JSON.parse(event).choices[0].delta.content ?? '');
  assert.equal(contents.join(''), 'Let x = 1.');
  const other = await serve(t, script('Put x = 1.'));
  const events = await eventsOf(await other.chat({ stream: true }));
  assert.equal(JSON.parse(events.at(-1) ?? '').error.code, 'reply_restarted');
});

test('silence is filled with comments, before the first piece and between pieces', async (t) => {
  const go = gate();
  const { chat } = await serving(t, {
    models: [
      scripted(async (_, { onDelta }) => {
        await go.passed;
        onDelta?.({ kind: 'answer', text: 'x' });
        return replyOf('x');
      }),
    ],
    keepAliveMilliseconds: 5,
  });
  const response = await chat({ stream: true });
  const reader = (response.body ?? assert.fail()).pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes(': keep-alive\n\n: keep-alive\n\n'))
    text += (await reader.read()).value ?? assert.fail();
  go.open();
  for (let read = await reader.read(); !read.done; read = await reader.read()) text += read.value;
  assert.match(text, /^(: keep-alive\n\n)+data: \{/);
  assert.match(text, /data: \[DONE\]\n\n$/);
});
