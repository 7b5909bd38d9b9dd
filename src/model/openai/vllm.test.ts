/**
 * The client against a real vLLM server with the SmolLM2 of ../shared/models, at QED_VLLM_URL (`…/v1`). The golden
 * log-probs are transformers' in float32. Not a part of `npm test`: such a server must be started first.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { ChatRequest } from '../chat-model.ts';
import { ModelError } from '../model-error.ts';
import { createEndpoint } from './endpoint.ts';
import { createOpenAiChatModel, type OpenAiChatModelOptions } from './open-ai-chat-model.ts';
import { scoreTokens } from './score-tokens.ts';

const baseUrl = process.env.QED_VLLM_URL;
const skip = baseUrl === undefined ? 'QED_VLLM_URL is not set: no vLLM server to ask' : false;
const endpoint = createEndpoint({ baseUrl: baseUrl ?? 'http://127.0.0.1:1/v1' });
after(() => endpoint.close());

const model = (options: Partial<OpenAiChatModelOptions> = {}) =>
  createOpenAiChatModel({
    name: 'smollm2',
    baseUrl: baseUrl ?? 'http://127.0.0.1:1/v1',
    model: 'smollm2',
    dialect: 'vllm',
    api: 'chat',
    endpoint,
    retry: { attempts: 1 },
    ...options,
  });
const request: ChatRequest = {
  messages: [{ role: 'user', content: 'Prove that the sum of two even integers is even.' }],
  maxTokens: 24,
  temperature: 0,
  seed: 1,
};
// biome-ignore format: token ids
const prompt = [
  1, 9690, 198, 2683, 359, 253, 5356, 5646, 11173, 3365, 3511, 308, 34519, 28, 7018, 411, 407, 19712, 8182, 2, 198, 1,
  4093, 198, 2954, 307, 338, 260, 2028, 282, 827, 908, 23313, 314, 908, 30, 2, 198, 1, 520, 9531, 198,
];
// biome-ignore format: token ids
const scored = [
  4239, 1885, 81, 446, 216, 34, 93, 20, 284, 1885, 82, 446, 216, 34, 94, 20, 327, 23313, 1885, 93, 20, 284, 1885, 94,
  28422, 3875, 1885, 81, 1232, 278, 446, 216, 34, 24, 93, 1232, 304, 25, 26265, 527, 314, 908, 30,
];

/** Calls that the server is working on. */
async function running(): Promise<number> {
  const metrics = await (await fetch(new URL('/metrics', baseUrl))).text();
  return Number(/^vllm:num_requests_running\{.*\} (\S+)$/m.exec(metrics)?.[1]);
}

async function until(condition: () => Promise<boolean>, seconds = 60): Promise<void> {
  const end = performance.now() + seconds * 1_000;
  while (!(await condition())) {
    assert.ok(performance.now() < end, `not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const failed = (promise: Promise<unknown>) =>
  promise.then(
    () => assert.fail('an answer'),
    (error: unknown) => {
      assert.ok(error instanceof ModelError, String(error));
      return error;
    },
  );

test('streams the greedy reply piece by piece, with its tokens and their log-probs', { skip }, async () => {
  const pieces: string[] = [];
  const onDelta = (delta: { kind: string; text?: string }) => pieces.push(delta.text ?? '');
  const reply = await model({ tokens: true }).generate(request, { onDelta });
  assert.match(reply.answer ?? '', /^The sum of two even integers is always even\. This is a fundamental/);
  assert.equal(pieces.join('').trim(), reply.answer);
  assert.ok(pieces.length > 10);
  assert.deepEqual(
    [reply.finish, reply.usage.promptTokens, reply.usage.completionTokens],
    ['length', 42, 24],
  );
  const { tokens } = reply;
  assert.ok(tokens !== undefined);
  assert.deepEqual([...tokens.prompt_T], prompt);
  assert.equal(tokens.completion_T.length, 24);
  // The log-probs of the reply are those the model gives to the same tokens read as a prompt.
  const whole_T = Int32Array.of(...prompt, ...tokens.completion_T);
  const again = await scoreTokens(whole_T, { endpoint, model: 'smollm2' });
  for (const [t, logprob] of tokens.logprobs_T.entries()) {
    assert.ok(Math.abs(logprob - (again[prompt.length + t] ?? 0)) < 1e-3, `token ${t}`);
  }
});

test('log-probs of a given text are those of transformers', { skip }, async () => {
  const logprobs = await scoreTokens(Int32Array.from(scored), { endpoint, model: 'smollm2' });
  const golden = [-10.5339, -3.8496, -3.3868, -0.4345, -1.309, -4.7049, -1.4866, -1.5236, -0.2523, -0.9451];
  for (const [t, value] of golden.entries())
    assert.ok(Math.abs((logprobs[t + 1] ?? 0) - value) < 2e-4, `token ${t}`);
  const sum = logprobs.reduce((total, value) => total + value, 0);
  assert.ok(Math.abs(sum + 64.22788) < 2e-3, `${sum}`);
});

test('completions with rendered ids are the same reply', { skip }, async () => {
  const chat = await model({ tokens: true }).generate(request);
  const completions = model({
    tokens: true,
    api: 'completions',
    renderPrompt: () => Int32Array.from(prompt),
  });
  const reply = await completions.generate(request);
  assert.deepEqual(reply.tokens?.completion_T, chat.tokens?.completion_T);
  assert.deepEqual([reply.answer, reply.finish, reply.usage], [chat.answer, chat.finish, chat.usage]);
});

test('settings arrive: a stop text, and a seed that repeats', { skip }, async () => {
  const stopped = await model().generate({ ...request, sampling: { stop: [' integers'] } });
  assert.deepEqual([stopped.answer, stopped.finish], ['The sum of two even', 'stop']);
  const sampling = { topP: 0.9, topK: 50, minP: 0.01, repetitionPenalty: 1.1, presencePenalty: 0.1 };
  const warm = { ...request, temperature: 1, sampling };
  const [a, b, c] = await Promise.all([1, 1, 2].map((seed) => model().generate({ ...warm, seed })));
  assert.equal(a?.answer, b?.answer);
  assert.notEqual(a?.answer, c?.answer);
});

test('an abort frees the server', { skip }, async () => {
  const controller = new AbortController();
  const pieces = Promise.withResolvers<void>();
  const long = { ...request, maxTokens: 3_000, sampling: { stop: ['never said'] } };
  const call = model({ extraBody: { ignore_eos: true } }).generate(long, {
    signal: controller.signal,
    onDelta: () => pieces.resolve(),
  });
  await pieces.promise;
  await until(async () => (await running()) >= 1);
  controller.abort(new Error('enough'));
  await assert.rejects(call, /enough/);
  await until(async () => (await running()) === 0);
});

test('more calls than the server takes at once all end well', { skip }, async () => {
  const crowd = createEndpoint({ baseUrl: baseUrl ?? '', concurrency: { initial: 40, most: 40 } });
  const replies = await Promise.all(
    Array.from({ length: 40 }, (_, seed) =>
      model({ endpoint: crowd }).generate({ ...request, maxTokens: 12, temperature: 1, seed }),
    ),
  );
  assert.ok(replies.every(({ usage }) => usage.completionTokens > 0 && usage.completionTokens <= 12));
  crowd.close();
});

test('its own errors: a prompt too long, a reply too long, an unknown model, a bad value, an unknown path', {
  skip,
}, async () => {
  const kind = async (promise: Promise<unknown>) => {
    const { kind: name, status, isRetryable } = await failed(promise);
    return `${name} ${status} ${isRetryable}`;
  };
  const long = [{ role: 'user' as const, content: 'even '.repeat(5_000) }];
  assert.equal(await kind(model().generate({ ...request, messages: long })), 'context-length 400 false');
  assert.equal(await kind(model().generate({ ...request, maxTokens: 5_000 })), 'context-length 400 false');
  assert.equal(await kind(model({ model: 'nobody' }).generate(request)), 'invalid-request 404 false');
  assert.equal(await kind(model().generate({ ...request, temperature: -1 })), 'invalid-request 400 false');
  const elsewhere = createEndpoint({ baseUrl: `${baseUrl}/nowhere` });
  assert.equal(await kind(model({ endpoint: elsewhere }).generate(request)), 'invalid-request 404 false');
  elsewhere.close();
});

test('a deadline of ours ends a reply that takes too long', { skip }, async () => {
  const error = await failed(
    model({ limits: { total: 1_500 }, extraBody: { ignore_eos: true } }).generate({
      ...request,
      maxTokens: 3_000,
    }),
  );
  assert.deepEqual([error.kind, error.isRetryable], ['total-timeout', false]);
  assert.ok((error.usage?.completionTokens ?? 0) > 0);
  await until(async () => (await running()) === 0);
});
