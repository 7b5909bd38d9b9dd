/** Requests that are wrong, torn or too many: each is told what is wrong, and the model goes on with the next. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Engine, TrainableModel } from '../../engine/engine.ts';
import { createOrtEngine } from '../../engine/ort/engine.ts';
import { encodeForwardBackwardRequest } from '../../engine/tinker/wire/forward-backward-request.ts';
import { float32Tensor, int64Tensor } from '../../engine/tinker/wire/wire-tensor.ts';
import { adam, postProtobuf, tinkerServing, wireDatum } from './fixtures/tinker-serving.ts';

test('what is wrong with a training request is told by field, and its number is used', async (t) => {
  const { begin, train, trained } = await tinkerServing(t);
  const { model } = await begin();
  const rl = { logprobs: [0, -1, -1], advantages: [0, 1, 1] };
  const good = wireDatum([1, 2, 3, 4], rl);
  const withInput = (name: string, values: readonly number[]) =>
    wireDatum([1, 2, 3, 4], { ...rl, [name]: values });
  const pairs = { ...good, inputs: new Map([['target_tokens', int64Pair()]]) };
  const cases: readonly (readonly [Parameters<typeof train>[0], RegExp])[] = [
    [{ data: [] }, /^data: empty/],
    [{ lossFn: 'dpo' }, /^loss_fn: there is no loss "dpo" here; there is cross_entropy, /],
    [{ data: [wireDatum([1, 61, 3])] }, /^data\[0\]\.model_input has token 61 at 1; the vocabulary has 61$/],
    [{ data: [wireDatum([1, -1, 3])] }, /^data\[0\]\.model_input has token -1 at 1/],
    [{ data: [wireDatum([1, 2, 99])] }, /^data\[0\]\.loss_fn_inputs\.target_tokens has token 99 at 1/],
    [
      { data: [wireDatum(new Array(66).fill(1))] },
      /^data\[0\]\.model_input has 65 tokens; the model has 64 positions/,
    ],
    [{ data: [wireDatum([1])] }, /^data\[0\]\.model_input is empty$/],
    [
      { data: [wireDatum([1, 2, 3], { weights: [1] })] },
      /weights has the shape \[1\]; .* so \[2\] is right$/,
    ],
    [
      { data: [wireDatum([1, 2, 3], { weights: [1, Number.NaN] })] },
      /weights at 1 is NaN, no finite number$/,
    ],
    [
      { data: [wireDatum([1, 2, 3], { mask: [1, 1] })] },
      /loss_fn_inputs\.mask is no input of cross_entropy here/,
    ],
    [{ data: [pairs] }, /target_tokens has 2 targets a position; this server trains on one/],
    [{ data: [{ ...good, inputs: new Map() }] }, /target_tokens is missing$/],
    [
      { data: [{ tokens_N: Int32Array.from([1, 2]), inputs: new Map([['target_tokens', targets(9, 3)]]) }] },
      /target_tokens at 0 is 9, and the input goes on with 2; /,
    ],
    [{ lossFn: 'ppo', data: [wireDatum([1, 2, 3])] }, /logprobs is missing, and the loss needs it$/],
    [{ lossFn: 'ppo', data: [withInput('advantages', [0, Infinity, 1])] }, /advantages at 1 is Infinity/],
    [
      { lossFn: 'ppo', lossFnConfig: new Map([['clip', 1]]) },
      /^loss_fn_config\.clip: ppo has no such setting here/,
    ],
    [
      { lossFn: 'ppo', lossFnConfig: new Map([['clip_low_threshold', 2]]), data: [good] },
      /the ratio's bounds are 2 and 1\.2/,
    ],
    [{ lossFn: 'dro', data: [good] }, /^loss_fn_config\.beta: missing, and dro needs it$/],
    [{ lossFnConfig: new Map([['temperature', 0]]) }, /^loss_fn_config\.temperature: 0; /],
  ];
  for (const [index, [request, message]] of cases.entries()) {
    const { status, json } = await train({ modelId: model, seqId: index + 1, ...request });
    assert.equal(status, 400, JSON.stringify(json));
    assert.match(String(json.detail), message);
  }
  await trained({ modelId: model, seqId: cases.length + 1 });
});

test('other requests that are wrong are told by field', async (t) => {
  const { begin, ask, result, post } = await tinkerServing(t);
  const { session, model } = await begin();
  const prompt = { chunks: [{ type: 'encoded_text', tokens: [1, 2] }] };
  const { sampling_session_id: sampling } = await post('create_sampling_session', {
    ...{ session_id: session, sampling_session_seq_id: 0, base_model: 'tiny' },
  });
  const sample = { sampling_session_id: sampling, prompt, sampling_params: { max_tokens: 2 } };
  const cases: readonly (readonly [string, object, number, RegExp])[] = [
    ['create_session', [], 400, /^the body: /],
    ['create_model', { session_id: session }, 400, /^model_seq_id: /],
    [
      'create_model',
      { session_id: 'x', model_seq_id: 0, base_model: 'tiny' },
      404,
      /^session_id: there is no session x/,
    ],
    [
      'create_model',
      { session_id: session, model_seq_id: 1, base_model: '../tiny' },
      404,
      /^base_model: there is no/,
    ],
    [
      'create_model',
      { session_id: session, model_seq_id: 1, base_model: 'tiny', optimizer_config: { type: 'dimuon' } },
      400,
      /^optimizer_config\.type: there is no optimiser "dimuon" here/,
    ],
    [
      'optim_step',
      { model_id: model, seq_id: 1, adam_params: { learning_rate: -1 } },
      400,
      /^adam_params\.learning_rate: -1/,
    ],
    ['optim_step', { model_id: model, seq_id: 2 }, 400, /^adam_params: missing/],
    ['save_weights', { model_id: model, seq_id: 3, path: '../x' }, 400, /^path: "\.\.\/x" is no name/],
    [
      'load_weights',
      { session_id: session, model_seq_id: 1, path: 'x', optimizer: true },
      400,
      /is no path of weights/,
    ],
    [
      'load_weights',
      { session_id: session, model_seq_id: 1, path: 'tinker://a/weights/b', optimizer: true },
      404,
      /there is no checkpoint tinker:\/\/a\/weights\/b here/,
    ],
    ['asample', { ...sample, prompt: { chunks: [] } }, 400, /^prompt: empty/],
    ['asample', { ...sample, prompt: { chunks: [{ type: 'image' }] } }, 400, /a chunk of kind image/],
    [
      'asample',
      { ...sample, sampling_params: { max_tokens: 63 } },
      400,
      /^sampling_params\.max_tokens: 63; /,
    ],
    ['asample', { ...sample, sampling_params: { top_p: 0 } }, 400, /^sampling_params\.top_p: 0; /],
    ['asample', { ...sample, sampling_params: { stop: ['a'] } }, 400, /has no tokenizer here/],
    ['asample', { ...sample, sampling_params: { stop: [61] } }, 400, /token 61 is not in the vocabulary/],
    ['asample', { ...sample, prompt_alt_tokens_k: 2 }, 400, /^prompt_alt_tokens_k: this server does not/],
    ['retrieve_future', { request_id: 'fut_x' }, 404, /^request_id: there is no future fut_x/],
  ];
  for (const [path, body, status, message] of cases) {
    const answer = await ask('POST', path, body);
    assert.equal(answer.status, status, `${path} ${JSON.stringify(answer.json)}`);
    assert.match(String(answer.json.detail), message);
  }
  assert.equal((await ask('GET', 'nowhere')).status, 404);
  assert.equal((await ask('GET', 'asample')).status, 405);
  await result('optim_step', { model_id: model, seq_id: 4, adam_params: adam });
});

test('any bytes are answered, and the queue goes on', async (t) => {
  // A flipped bit may make the number one that is far ahead.
  const { begin, url, trained, server } = await tinkerServing(t, { limits: { gapMilliseconds: 20 } });
  const { model } = await begin();
  const whole = encodeForwardBackwardRequest({
    ...{
      modelId: model,
      seqId: 1,
      lossFn: 'ppo',
      forwardOnly: false,
      data: [wireDatum([1, 2, 3, 4], { weights: [1, 1, 1] })],
    },
    lossFnConfig: new Map([['clip_low_threshold', 0.5]]),
  });
  const refused = async (body: Uint8Array): Promise<void> => {
    const { status, json } = await postProtobuf(url, body);
    assert.ok([400, 404].includes(status), `${status} ${JSON.stringify(json)}`);
    assert.equal(typeof json.detail, 'string');
  };
  const settings = { seed: 1, numRuns: 150 };
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), refused), settings);
  // Without logprobs, so that what happens to be whole is refused as well.
  const cut = fc.integer({ min: 0, max: whole.length - 1 }).map((length) => whole.slice(0, length));
  await fc.assert(fc.asyncProperty(cut, refused), settings);
  const flipped = fc
    .tuple(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }))
    .map(([place, bits]) => {
      const bytes = whole.slice();
      bytes[place] = (bytes[place] ?? 0) ^ bits;
      return bytes;
    });
  await fc.assert(
    fc.asyncProperty(flipped, async (body) => {
      const { status } = await postProtobuf(url, body);
      assert.ok(status === 200 || status === 400 || status === 404);
    }),
    settings,
  );
  const next = server.service.training(model).queue.nextFree;
  await trained({ modelId: model, seqId: next });
});

test('bodies have a size, a type, and a key where the server has one', async (t) => {
  const { url, ask } = await tinkerServing(t, { limits: { requestBytes: 2000 } });
  const large = await ask('POST', 'create_session', { tags: ['x'.repeat(3000)] });
  assert.equal(large.status, 413);
  const text = await fetch(`${url}/create_session`, {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'text/plain' },
  });
  assert.equal(text.status, 415);
  const keyed = await tinkerServing(t, { apiKey: 'tml-secret' });
  assert.equal((await keyed.ask('POST', 'create_session', {})).status, 401);
  assert.equal((await keyed.ask('GET', 'healthz')).status, 200);
  for (const [key, status] of [
    ['tml-secret', 200],
    ['tml-other', 401],
  ] as const) {
    const response = await fetch(`${keyed.url}/get_server_capabilities`, { headers: { 'x-api-key': key } });
    assert.equal(response.status, status);
  }
});

test('there are so many models and no more; one that ends makes room', async (t) => {
  const { begin, ask, result } = await tinkerServing(t, { limits: { models: 1 } });
  const { session, model } = await begin();
  const another = { session_id: session, model_seq_id: 1, base_model: 'tiny' };
  const { status, json } = await ask('POST', 'create_model', another);
  assert.equal(status, 400);
  assert.match(String(json.detail), /^1 models are in memory/);
  await result('unload_model', { model_id: model });
  assert.equal((await result('create_model', another)).model_id, `${session}:train:1`);
});

test('a client that seems to have gone gives its place to one that comes', async (t) => {
  let now = 1_700_000_000_000;
  const { begin, ask, server } = await tinkerServing(t, { limits: { models: 1 }, now: () => now });
  const { session } = await begin();
  now += 59_000;
  const { session_id: other } = (await ask('POST', 'create_session', {})).json;
  const early = await ask('POST', 'create_model', { session_id: other, model_seq_id: 0, base_model: 'tiny' });
  assert.match(String(early.json.detail), /^1 models are in memory/);
  now += 1000;
  await begin();
  assert.equal((await ask('POST', 'session_heartbeat', { session_id: session })).status, 410);
  assert.equal(server.service.counts.models, 1);
});

test('a trainer that dies fails what it was asked, and not the server', async (t) => {
  const engine = createOrtEngine({ threads: 1 });
  t.after(() => engine.close());
  let isDead = false;
  const dying: Engine = {
    ...{
      name: 'dying',
      capabilities: () => engine.capabilities(),
      createModel: (o) => engine.createModel(o),
    },
    ...{ loadSampler: (d, o) => engine.loadSampler(d, o), close: () => engine.close() },
    loadModel: async (directory, options): Promise<TrainableModel> => {
      const model = await engine.loadModel(directory, options);
      const forwardBackward = model.forwardBackward.bind(model);
      model.forwardBackward = (data, loss) =>
        isDead
          ? Promise.reject(new Error('the trainer worker ended unexpectedly'))
          : forwardBackward(data, loss);
      return model;
    },
  };
  const { begin, train, trained, retrieve } = await tinkerServing(t, { engine: dying });
  const { model } = await begin();
  isDead = true;
  const failed = await train({ modelId: model, seqId: 1 });
  assert.deepEqual(await retrieve(failed.json.request_id), {
    ...{ error: 'the trainer worker ended unexpectedly', category: 'server' },
  });
  isDead = false;
  await trained({ modelId: model, seqId: 2 });
});

function int64Pair() {
  return { dtype: 'int64' as const, shape: [3, 2], data: Int32Array.from([2, 3, 3, 4, 4, 5]) };
}

function targets(...values: number[]) {
  return int64Tensor(Int32Array.from(values));
}

test('a tensor of a kind of its own is refused where another is expected', async (t) => {
  const { begin, train } = await tinkerServing(t);
  const { model } = await begin();
  const floats = float32Tensor(Float32Array.from([2, 3]));
  const { json } = await train({
    ...{ modelId: model, seqId: 1 },
    data: [{ tokens_N: Int32Array.from([1, 2]), inputs: new Map([['target_tokens', floats]]) }],
  });
  assert.match(String(json.detail), /target_tokens holds floats; token ids are integers$/);
});
