/** Samples from pieces: what is asked for, how pieces come together, where they end, and what giving up does. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { PolicyVersion, SampleRequest } from '../engine.ts';
import { Connection } from './connection.ts';
import { type Scripted, ScriptedTransport } from './fixtures/scripted-transport.ts';
import { VirtualClock } from './fixtures/virtual-clock.ts';
import { profiles } from './profiles.ts';
import { RemoteSampler } from './remote-sampler.ts';
import { SamplingSession, type SamplingSource } from './sampling-source.ts';
import { Server, type ServerFacts } from './server.ts';
import { TinkerSession } from './session.ts';
import type { ExtensionName } from './wire/extensions.ts';
import { encodeSampleResponse, type SampleResponse, type WireSequence } from './wire/sample-response.ts';

type Body = {
  readonly prompt: { readonly chunks: readonly { readonly tokens: readonly number[] }[] };
  readonly sampling_params: Readonly<Record<string, unknown>>;
  readonly prompt_logprobs: boolean;
  readonly num_samples: number;
  readonly sampling_session_id: string;
  readonly seq_id: number;
};

/** One character a token. */
const tokenizer = { bytesOf: (id: number) => new TextEncoder().encode(String.fromCharCode(id)) };

/** `answer` says what a piece is; it is given by the future. */
async function open(
  t: TestContext,
  answer: (body: Body, index: number) => SampleResponse | Scripted,
  {
    extensions = [],
    versions = [0],
    segmentTokens = 4,
    cancels = false,
  }: {
    readonly extensions?: readonly ExtensionName[];
    /** Of the sessions of successive pieces. */
    readonly versions?: readonly number[];
    readonly segmentTokens?: number;
    readonly cancels?: boolean;
  } = {},
) {
  const bodies: Body[] = [];
  const futures: Scripted[] = [];
  const cancelled: unknown[] = [];
  const scripted = new ScriptedTransport(({ url, body }) => {
    const parsed = JSON.parse(String(body ?? '{}')) as Body & { readonly request_id: string };
    if (url.endsWith('create_session')) return { status: 200, json: { session_id: 's' } };
    if (url.endsWith('cancel_future')) cancelled.push(parsed.request_id);
    if (!url.endsWith('asample'))
      return url.endsWith('retrieve_future')
        ? (futures[Number(parsed.request_id)] ?? { status: 404 })
        : { status: 200, json: {} };
    const found = answer(parsed, bodies.length);
    bodies.push(parsed);
    futures.push(
      typeof found !== 'string' && 'sequences' in found
        ? { status: 200, protobuf: encodeSampleResponse(found) }
        : found,
    );
    return { status: 200, json: { request_id: String(futures.length - 1) } };
  });
  const connection = new Connection({
    ...{ url: 'http://127.0.0.1:9', transport: scripted.transport, clock: new VirtualClock() },
  });
  const session = await TinkerSession.open(connection, { finishes: false });
  t.after(() => session.close());
  const facts: ServerFacts = {
    ...{ profile: profiles.tuft, extensions: new Set(extensions), cancels, models: new Map() },
    limits: { chunkData: 10, chunkBytes: 1e6, samples: 2 },
  };
  let uses = 0;
  const known = new Map(
    versions.map((version) => [version, new SamplingSession(`w${version}`, version as PolicyVersion)]),
  );
  const sessions = versions.map((version) => known.get(version));
  const source: SamplingSource = {
    async use(work) {
      const at = sessions[Math.min(uses, sessions.length - 1)];
      uses += 1;
      return await work(at ?? assert.fail());
    },
    async close() {},
  };
  const server = new Server(connection, session, facts);
  const sampler = new RemoteSampler(server, source, {
    ...{ kind: 'live', segmentTokens, vocabularySize: 128, tokenizer },
  });
  return { sampler, bodies, cancelled };
}

const piece = (
  text: string,
  stopReason: WireSequence['stopReason'] = 'length',
  more: Partial<SampleResponse> = {},
) => ({
  sequences: [
    {
      stopReason,
      tokens_T: Int32Array.from(text, (character) => character.charCodeAt(0)),
      logprobs_T: Float32Array.from(text, (_, i) => -1 - i),
    },
  ],
  ...more,
});
const textOf = (tokens: Int32Array | undefined) => String.fromCharCode(...(tokens ?? []));
const request = (
  sampling: Partial<SampleRequest['sampling']> = {},
  more: Partial<SampleRequest> = {},
): SampleRequest => ({
  ...{ prompt_T: Int32Array.from('ask', (c) => c.charCodeAt(0)), seeds_S: [7] },
  sampling: { maxTokens: 10, temperature: 1, stopTokenIds: [10], ...sampling },
  ...more,
});

test('a sample is asked for in pieces, each after the ones before, until the budget is used', async (t) => {
  const pieces = ['abcd', 'efgh', 'ij'];
  const { sampler, bodies } = await open(t, (_, index) => piece(pieces[index] ?? ''), {
    versions: [3, 3, 5],
  });
  const [sample] = await sampler.sample(request());
  assert.equal(textOf(sample?.tokens_T), 'abcdefghij');
  assert.equal(sample?.finish, 'length');
  assert.deepEqual(sample?.versions, [
    { start: 0, version: 3 },
    { start: 8, version: 5 },
  ]);
  assert.deepEqual([...(sample?.logprobs_T ?? [])], [-1, -2, -3, -4, -1, -2, -3, -4, -1, -2]);
  assert.deepEqual(
    bodies.map(({ sampling_params: { max_tokens: most } }) => most),
    [4, 4, 2],
  );
  assert.deepEqual(
    bodies.map(({ prompt }) => String.fromCharCode(...(prompt.chunks[0]?.tokens ?? []))),
    ['ask', 'askabcd', 'askabcdefgh'],
  );
  assert.deepEqual(
    bodies.map(({ sampling_session_id: id, seq_id: number }) => `${id} ${number}`),
    ['w3 0', 'w3 1', 'w5 0'],
  );
  // Each piece has a seed of its own, and the same the next time.
  assert.equal(new Set(bodies.map(({ sampling_params: { seed } }) => seed)).size, 3);
  assert.equal(bodies[0]?.sampling_params.seed, 7);
});

test('stop tokens are always said, an empty list too, and bounds and budget with them', async (t) => {
  const { sampler, bodies } = await open(t, () => piece('ab\n', 'stop'));
  const [sample] = await sampler.sample(request());
  assert.equal(sample?.finish, 'stop');
  assert.equal(sample?.stopString, undefined);
  await sampler.sample(request({ stopTokenIds: [] }));
  assert.deepEqual(bodies[0]?.sampling_params, {
    max_tokens: 4,
    temperature: 1,
    top_k: -1,
    top_p: 1,
    stop: [10],
    seed: 7,
  });
  assert.deepEqual(bodies[1]?.sampling_params.stop, []);
});

test('a stop string may begin in one piece and end in the next; what came after it is cut', async (t) => {
  const pieces = ['abST', 'OPxy', 'never'];
  const { sampler, bodies } = await open(t, (_, index) => piece(pieces[index] ?? ''));
  const [sample] = await sampler.sample(request({ stopStrings: ['STOP'] }));
  assert.equal(textOf(sample?.tokens_T), 'abSTOP');
  assert.equal(sample?.logprobs_T.length, 6);
  assert.deepEqual([sample?.finish, sample?.stopString], ['stop', 'STOP']);
  assert.equal(bodies.length, 2);
  // Not sent: what servers cut, and where, differs.
  assert.deepEqual(bodies[0]?.sampling_params.stop, [10]);
});

test('log-probs of the prompt come with or without the first, and are asked for once', async (t) => {
  for (const values of [
    [Number.NaN, -2, -3],
    [-2, -3],
  ]) {
    const { sampler, bodies } = await open(t, (body) =>
      piece('ab\n', 'stop', body.prompt_logprobs ? { promptLogprobs: Float32Array.from(values) } : {}),
    );
    const samples = await sampler.sample(request({}, { promptLogprobs: true, seeds_S: [1, 2] }));
    for (const { promptLogprobs_T } of samples)
      assert.deepEqual(promptLogprobs_T, Float32Array.of(0, -2, -3));
    assert.equal(bodies.filter(({ prompt_logprobs: asked }) => asked).length, 1);
  }
  const { sampler } = await open(t, () => piece('a\n', 'stop', { promptLogprobs: Float32Array.of(1) }));
  await assert.rejects(
    sampler.sample(request({}, { promptLogprobs: true })),
    /1 log-probs for 3 tokens of the prompt/,
  );
});

test('no more requests are under way than the server takes at a time', async (t) => {
  let most = 0;
  let running = 0;
  const { sampler } = await open(t, () => {
    running += 1;
    most = Math.max(most, running);
    queueMicrotask(() => {
      running -= 1;
    });
    return piece('a\n', 'stop');
  });
  const samples = await sampler.sample(request({}, { seeds_S: [1, 2, 3, 4, 5, 6] }));
  assert.equal(samples.length, 6);
  assert.ok(most <= 2, `${most}`);
});

test('a piece that fails fails the sample, and what others wait for is given up', async (t) => {
  const { sampler } = await open(t, (_, index) =>
    index === 1 ? { status: 200, json: { error: 'no memory', category: 'server' } } : { status: 408 },
  );
  await assert.rejects(sampler.sample(request({}, { seeds_S: [1, 2] })), /could not do Sample.*no memory/);
});

test('who gives up hears an AbortError, and the server that listens is told', async (t) => {
  const abort = new AbortController();
  const { sampler, cancelled } = await open(
    t,
    () => {
      setImmediate(() => abort.abort());
      return { status: 408 };
    },
    { cancels: true },
  );
  await assert.rejects(sampler.sample(request({}, { signal: abort.signal })), { name: 'AbortError' });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(cancelled, ['0']);
  await assert.rejects(sampler.sample(request({}, { signal: AbortSignal.abort() })), { name: 'AbortError' });
});

test('a server that gives no token and says that there are more is not asked for ever', async (t) => {
  const { sampler, bodies } = await open(t, () => piece(''));
  await assert.rejects(sampler.sample(request()), /answered 3 times without a token/);
  assert.equal(bodies.length, 3);
});

test('where the server takes a seed a sample and says versions, one request is enough', async (t) => {
  const { sampler, bodies } = await open(
    t,
    ({ num_samples: count }) => ({
      sequences: Array.from({ length: count }, () => ({
        ...(piece('abcdef\n', 'stop').sequences[0] ?? assert.fail()),
        versions: [
          { start: 0, version: 4 },
          { start: 5, version: 6 },
        ],
      })),
    }),
    { extensions: ['sampling/1', 'versions/1'] },
  );
  const samples = await sampler.sample(
    request({ stopStrings: ['zz'], minP: 0.1 }, { seeds_S: [1, 2 ** 32 - 1] }),
  );
  assert.equal(bodies.length, 1);
  assert.deepEqual(bodies[0]?.sampling_params, {
    ...{ max_tokens: 10, temperature: 1, top_k: -1, top_p: 1, x_seeds: [1, 2 ** 32 - 1], x_min_p: 0.1 },
    ...{ stop: ['zz'], x_stop_token_ids: [10] },
  });
  for (const { versions, tokens_T } of samples) {
    assert.equal(tokens_T.length, 7);
    assert.deepEqual(versions, [
      { start: 0, version: 4 },
      { start: 5, version: 6 },
    ]);
  }
});

test('requests that make no sense are refused before anything is asked', async (t) => {
  const { sampler, bodies } = await open(t, () => piece('a'));
  for (const wrong of [
    request({}, { prompt_T: new Int32Array() }),
    request({}, { seeds_S: [] }),
    request({ maxTokens: 0 }),
    request({ temperature: Number.NaN }),
    request({ stopStrings: [''] }),
  ])
    await assert.rejects(sampler.sample(wrong), RangeError);
  assert.equal(bodies.length, 0);
});
