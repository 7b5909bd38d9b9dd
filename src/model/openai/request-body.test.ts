/** Every setting reaches the server in the words of its dialect, or is refused: nothing is ignored. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChatRequest, SamplingSettings } from '../chat-model.ts';
import { ModelError } from '../model-error.ts';
import { type DialectName, dialectNames, dialectOf } from './dialect.ts';
import { type BodyOptions, requestBody } from './request-body.ts';

const request = (sampling?: SamplingSettings, temperature = 1): ChatRequest => ({
  messages: [{ role: 'user', content: 'Prove it.' }],
  maxTokens: 100,
  temperature,
  seed: 7,
  ...(sampling === undefined ? {} : { sampling }),
});
const options = (name: DialectName, api: BodyOptions['api'] = 'chat'): BodyOptions => ({
  model: 'm',
  dialect: dialectOf(name),
  api,
});

const settings: readonly SamplingSettings[] = [
  { topP: 0.9 },
  { topK: 20 },
  { minP: 0.05 },
  { presencePenalty: 0.5 },
  { frequencyPenalty: 0.25 },
  { repetitionPenalty: 1.05 },
  { stop: ['QED'] },
  { reasoningEffort: 'high' },
];

test('what each dialect takes, setting by setting', () => {
  const taken = Object.fromEntries(
    dialectNames.map((name) => {
      const plain = requestBody(request(), options(name));
      const fields = settings.flatMap((sampling) => {
        try {
          const body = requestBody(request(sampling), options(name));
          const added = Object.entries(body).filter(
            ([field, value]) => JSON.stringify(plain[field]) !== JSON.stringify(value),
          );
          assert.equal(added.length, 1, `${name}: ${JSON.stringify(sampling)} changes one field`);
          return added.map(([field]) => field);
        } catch (error) {
          assert.ok(error instanceof ModelError && error.kind === 'invalid-request' && !error.isRetryable);
          return [];
        }
      });
      return [name, fields.join(' ')];
    }),
  );
  const open = 'top_p top_k min_p presence_penalty frequency_penalty';
  const usual = 'top_p presence_penalty frequency_penalty stop reasoning_effort';
  assert.deepEqual(taken, {
    generic: usual,
    vllm: `${open} repetition_penalty stop reasoning_effort`,
    sglang: `${open} repetition_penalty stop reasoning_effort`,
    'llama.cpp': `${open} repeat_penalty stop chat_template_kwargs`,
    ollama: usual,
    openrouter: `${open} repetition_penalty stop reasoning`,
    openai: usual,
    'openai-reasoning': 'reasoning_effort',
    gemini: 'top_p stop extra_body',
  });
});

test('the whole body of a vLLM chat with token ids, and of completions with rendered ids', () => {
  const sampling = { topK: -1, topP: 1 };
  assert.deepEqual(requestBody(request(sampling, 0.8), { ...options('vllm'), wantsTokens: true }), {
    model: 'm',
    messages: [{ role: 'user', content: 'Prove it.' }],
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: 100,
    temperature: 0.8,
    seed: 7,
    top_p: 1,
    top_k: -1,
    return_token_ids: true,
    logprobs: true,
  });
  const body = requestBody(request(sampling, 0.8), {
    ...options('vllm', 'completions'),
    wantsTokens: true,
    renderPrompt: () => Int32Array.of(1, 2, 3),
    extraBody: { min_tokens: 2, top_k: 5 },
  });
  assert.deepEqual(body.prompt, [1, 2, 3]);
  assert.deepEqual([body.logprobs, body.messages, body.min_tokens, body.top_k], [0, undefined, 2, 5]);
});

test('no top-k is said in the dialect’s words', () => {
  const off = (name: DialectName) => requestBody(request({ topK: 0 }), options(name)).top_k;
  assert.deepEqual([off('vllm'), off('sglang'), off('llama.cpp'), off('openrouter')], [-1, -1, 0, 0]);
});

test('OpenAI’s reasoning models: max_completion_tokens, no seed, and no temperature but 1', () => {
  const body = requestBody(request(), options('openai-reasoning'));
  assert.deepEqual(
    [body.max_completion_tokens, body.max_tokens, body.temperature, body.seed],
    [100, undefined, undefined, undefined],
  );
  assert.throws(() => requestBody(request(undefined, 0.6), options('openai-reasoning')), /temperature 0\.6/);
});

test('Gemini is asked for its thoughts in one configuration, with the effort where there is one', () => {
  const config = (sampling?: SamplingSettings) =>
    JSON.stringify(requestBody(request(sampling), options('gemini')).extra_body);
  assert.equal(config(), '{"google":{"thinking_config":{"include_thoughts":true}}}');
  assert.equal(
    config({ reasoningEffort: 'low' }),
    '{"google":{"thinking_config":{"include_thoughts":true,"thinking_level":"low"}}}',
  );
});

test('what cannot be done is refused before anything is sent', () => {
  assert.throws(() => requestBody(request(), { ...options('ollama'), wantsTokens: true }), /token ids/);
  assert.throws(() => requestBody(request(), options('vllm', 'completions')), /chat format/);
  const rendered = { ...options('vllm', 'completions'), renderPrompt: () => 'x' };
  assert.throws(() => requestBody(request({ reasoningEffort: 'low' }), rendered), /reasoningEffort/);
});
