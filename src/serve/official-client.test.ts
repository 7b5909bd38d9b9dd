/**
 * The official `openai` package as a client of this server. Skipped where it is not installed. Only the parts of it
 * that are used are typed.
 */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Completion } from '../model/completion.ts';
import { ModelError, type ModelErrorKind } from '../model/model-error.ts';
import { gate, inPieces, replyOf, type Scripted, scripted, silent } from './fixtures/scripted-model.ts';
import { type Serving, serving } from './fixtures/serving.ts';
import type { OpenAiServerOptions } from './open-ai-server.ts';
import type { ServedModel } from './served-model.ts';

interface Choice {
  readonly index: number;
  readonly message: { readonly content: string | null; readonly reasoning_content?: string };
  readonly logprobs: { readonly content: readonly { token: string; logprob: number }[] } | null;
  readonly finish_reason: string;
}
interface Chunk {
  readonly choices: readonly {
    readonly index: number;
    readonly delta: { readonly content?: string; readonly reasoning_content?: string };
    readonly finish_reason: string | null;
  }[];
  readonly usage?: { readonly total_tokens: number } | null;
}
interface Answer {
  readonly choices: readonly Choice[];
  readonly usage: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly total_tokens: number;
  };
  readonly _request_id?: string;
}
interface Accumulated {
  finalChatCompletion(): Promise<Answer>;
}
type Create = (body: object, options?: object) => Promise<unknown>;
interface Client {
  readonly chat: {
    readonly completions: { readonly create: Create; readonly stream: (body: object) => Accumulated };
  };
  readonly completions: { readonly create: Create };
  readonly models: {
    list(): AsyncIterable<{ id: string }>;
    retrieve(id: string): Promise<{ id: string }>;
  };
}
type Class<T> = new (...parts: never[]) => T;
interface Package {
  readonly OpenAI: new (options: object) => Client;
  readonly [name: `${string}Error`]: Class<
    Error & { status?: number; code?: string; param?: string; type?: string }
  >;
}

const { openai, skip } = await findPackage();

async function findPackage(): Promise<{ openai: Package | undefined; skip: false | string }> {
  const named = process.env.QED_PEERS_NODE;
  const from =
    named === undefined ? import.meta.url : pathToFileURL(path.join(path.resolve(named), 'package.json'));
  let place: string;
  try {
    place = createRequire(from).resolve('openai');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    const way = 'npm install --ignore-scripts --prefix DIR openai@6, then QED_PEERS_NODE=DIR npm test';
    return { openai: undefined, skip: `needs the openai package: ${way}` };
  }
  return { openai: (await import(pathToFileURL(place).href)) as Package, skip: false };
}

async function connected(
  t: TestContext,
  model: ServedModel,
  options: Partial<OpenAiServerOptions> = {},
): Promise<Serving & { readonly client: Client; readonly named: Package }> {
  const named = openai ?? assert.fail();
  const serve = await serving(t, { models: [model], apiKey: 'sk-test', ...options });
  const client = new named.OpenAI({ apiKey: 'sk-test', baseURL: `${serve.url}/v1`, maxRetries: 0 });
  return { ...serve, client, named };
}

const ask = { model: 'm', messages: [{ role: 'user', content: 'Prove it.' }] };
const thinking = inPieces(['reasoning', 'Hm'], ['reasoning', '.'], ['answer', 'Let x'], ['answer', ' = 1.']);

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function chunksOf(stream: unknown): Promise<Chunk[]> {
  return await all(stream as AsyncIterable<Chunk>);
}

test('create: content, reasoning, usage, request id', { skip }, async (t) => {
  const { client, nextRecord } = await connected(t, scripted(thinking));
  const recorded = nextRecord();
  const answer = (await client.chat.completions.create({ ...ask, max_completion_tokens: 9 })) as Answer;
  const [choice] = answer.choices;
  assert.deepEqual(
    [choice?.message.content, choice?.message.reasoning_content, choice?.finish_reason],
    ['Let x = 1.', 'Hm.', 'stop'],
  );
  assert.deepEqual(answer.usage, { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 });
  assert.equal(answer._request_id, (await recorded).id);
});

test('stream: pieces in order, usage last, comments are no chunks', { skip }, async (t) => {
  const { client } = await connected(t, scripted(thinking), { keepAliveMilliseconds: 1 });
  const body = { ...ask, stream: true, stream_options: { include_usage: true } };
  const chunks = await chunksOf(await client.chat.completions.create(body));
  const text = (field: 'content' | 'reasoning_content'): string =>
    chunks.map(({ choices }) => choices[0]?.delta[field] ?? '').join('');
  assert.deepEqual([text('reasoning_content'), text('content')], ['Hm.', 'Let x = 1.']);
  assert.equal(chunks.at(-2)?.choices[0]?.finish_reason, 'stop');
  assert.equal(chunks.at(-1)?.usage?.total_tokens, 10);
});

test('its own accumulation of a stream gives what create gives, n choices and log-probs included', {
  skip,
}, async (t) => {
  const tokens = {
    prompt_T: new Int32Array(7),
    completion_T: Int32Array.of(0, 1, 2),
    logprobs_T: Float32Array.of(-0.5, -1, -2),
    versions: [],
  };
  const bytesOf = (id: number): Uint8Array => Buffer.from(`t${id}`);
  const model = scripted(async ({ seed }) => replyOf(`seed ${seed}`, { tokens }), { bytesOf });
  const { client } = await connected(t, model);
  const body = { ...ask, n: 3, seed: 4, logprobs: true };
  const whole = (await client.chat.completions.create(body)) as Answer;
  const streamed = await client.chat.completions.stream(body).finalChatCompletion();
  const facts = ({ choices }: Answer) =>
    choices.map(({ index, message, finish_reason, logprobs }) => ({
      ...{ index, content: message.content, finish_reason },
      tokens: logprobs?.content.map(({ token, logprob }) => [token, logprob]),
    }));
  assert.deepEqual(facts(streamed), facts(whole));
  assert.equal(whole.choices.length, 3);
  assert.deepEqual(facts(whole)[0]?.tokens, [
    ['t0', -0.5],
    ['t1', -1],
    ['t2', -2],
  ]);
});

test('abort: leaving a stream, and aborting a call, cancel the work', { skip }, async (t) => {
  const begun = gate();
  const model: Scripted = scripted((request, context, call) => {
    context.onDelta?.({ kind: 'answer', text: 'x' });
    if (call === 2) begun.open();
    return silent(request, context, call);
  });
  const { client, nextRecord, named } = await connected(t, model);
  const left = nextRecord();
  for await (const _ of (await client.chat.completions.create({
    ...ask,
    stream: true,
  })) as AsyncIterable<Chunk>)
    break;
  assert.equal((await left).status, 499);
  const aborted = nextRecord();
  const controller = new AbortController();
  const asked = client.chat.completions.create(ask, { signal: controller.signal });
  await begun.passed;
  controller.abort();
  await assert.rejects(asked, named.APIUserAbortError ?? assert.fail());
  assert.equal((await aborted).status, 499);
  assert.equal(model.aborted.length, 2);
});

test('errors map to its classes, with code and field', { skip }, async (t) => {
  const kinds = {
    ...{ overloaded: 'RateLimitError', server: 'InternalServerError', refused: 'BadRequestError' },
    ...{ 'context-length': 'BadRequestError', 'idle-timeout': 'InternalServerError' },
  } as const satisfies Partial<Record<ModelErrorKind, string>>;
  for (const [kind, name] of Object.entries(kinds) as [ModelErrorKind, `${string}Error`][]) {
    const error = new ModelError('said so', { kind, isRetryable: true });
    const { client, named } = await connected(
      t,
      scripted(() => Promise.reject(error)),
    );
    await assert.rejects(client.chat.completions.create(ask), named[name] ?? assert.fail(), kind);
  }
  const { client, named, url } = await connected(t, scripted(thinking));
  const refusal = async (asked: Promise<unknown>, name: `${string}Error`): Promise<unknown[]> => {
    const error = await asked.then(
      () => assert.fail('it was answered'),
      (caught: unknown) => caught,
    );
    assert.ok(error instanceof (named[name] ?? assert.fail()), String(error));
    return [error.status, error.code, error.param];
  };
  const { create } = client.chat.completions;
  const chat = create.bind(client.chat.completions);
  const stranger = new named.OpenAI({ apiKey: 'sk-other', baseURL: `${url}/v1`, maxRetries: 0 });
  assert.deepEqual(await refusal(stranger.chat.completions.create(ask), 'AuthenticationError'), [
    ...[401, 'invalid_api_key', null],
  ]);
  assert.deepEqual(await refusal(chat({ ...ask, model: 'gpt' }), 'NotFoundError'), [
    ...[404, 'model_not_found', 'model'],
  ]);
  assert.deepEqual(await refusal(chat({ ...ask, tools: [{}] }), 'BadRequestError'), [
    ...[400, 'unsupported_parameter', 'tools'],
  ]);
  assert.deepEqual(await refusal(client.completions.create({ model: 'm', prompt: 'x' }), 'BadRequestError'), [
    ...[400, 'unsupported_endpoint', 'model'],
  ]);
});

test('a stream that breaks is its APIError, not an end', { skip }, async (t) => {
  const model = scripted(async (_, { onDelta }) => {
    onDelta?.({ kind: 'answer', text: 'Let' });
    throw new ModelError('cut', { kind: 'connection', isRetryable: true });
  });
  const { client, named } = await connected(t, model);
  const stream = await client.chat.completions.create({ ...ask, stream: true });
  await assert.rejects(chunksOf(stream), named.APIError ?? assert.fail());
});

test('completions and models', { skip }, async (t) => {
  const completion: Completion = {
    text: ' two',
    finish: 'stop',
    usage: { promptTokens: 1, completionTokens: 1 },
  };
  const { client } = await connected(t, {
    ...scripted(thinking, { complete: async () => completion }),
    id: 'a/b+rsa',
  });
  const body = { model: 'a/b+rsa', prompt: 'one' };
  const answer = (await client.completions.create(body)) as { choices: { text: string }[] };
  assert.equal(answer.choices[0]?.text, ' two');
  const pieces = (await client.completions.create({ ...body, stream: true })) as AsyncIterable<typeof answer>;
  assert.deepEqual(
    (await all(pieces)).map(({ choices }) => choices[0]?.text),
    [' two'],
  );
  assert.deepEqual(
    (await all(client.models.list())).map(({ id }) => id),
    ['a/b+rsa'],
  );
  assert.equal((await client.models.retrieve('a/b+rsa')).id, 'a/b+rsa');
});
