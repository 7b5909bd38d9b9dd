import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from './api-error.ts';
import { type ParsedChat, parseChat } from './chat-request.ts';
import { inPieces, scripted } from './fixtures/scripted-model.ts';
import type { ServedModel } from './served-model.ts';

const model: ServedModel = {
  ...scripted(inPieces()),
  defaults: { maxTokens: 100, temperature: 0.6, sampling: { topP: 0.95, topK: 20 } },
};
const messages = [{ role: 'user', content: 'x' }];
const parse = (more: object): ParsedChat =>
  parseChat({ model: 'm', messages, ...more }, { find: () => model, nextSeed: () => 77, mostChoices: 4 });

function refusal(more: object): { param: string | undefined; code: string; message: string } {
  try {
    parse(more);
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    assert.equal(error.status, 400);
    const { param, code } = error.details;
    return { param, code, message: error.message };
  }
  return assert.fail(`${JSON.stringify(more)} was taken`);
}

test('what a request does not say comes from the model’s defaults', () => {
  assert.deepEqual(parse({}).requests, [
    { messages, maxTokens: 100, temperature: 0.6, sampling: { topP: 0.95, topK: 20 }, seed: 77 },
  ]);
});

test('a reply may be as long as is usual, or as there is room for', () => {
  const narrow = { ...model, model: { ...model.model, contextTokens: 90, countPromptTokens: () => 30 } };
  const find = (): ServedModel => narrow;
  const maxTokens = (more: object): number | undefined =>
    parseChat({ model: 'm', messages, ...more }, { find, nextSeed: () => 1, mostChoices: 1 }).requests[0]
      ?.maxTokens;
  assert.equal(maxTokens({}), 60);
  // What is asked for is not cut; the model refuses what does not fit.
  assert.equal(maxTokens({ max_tokens: 80 }), 80);
});

test('what a request says goes before the defaults, also where it asks for nothing special', () => {
  const [request] = parse({
    ...{ max_completion_tokens: 5, temperature: 0, top_p: 1, top_k: -1, min_p: 0.1, seed: 3, stop: 'END' },
    ...{ presence_penalty: 0, frequency_penalty: 0.5, repetition_penalty: 1.1, reasoning_effort: 'high' },
  }).requests;
  assert.deepEqual(request, {
    ...{ messages, maxTokens: 5, temperature: 0, seed: 3 },
    sampling: {
      ...{ minP: 0.1, frequencyPenalty: 0.5, repetitionPenalty: 1.1, stop: ['END'], reasoningEffort: 'high' },
    },
  });
  assert.equal(parse({ max_tokens: 6 }).requests[0]?.maxTokens, 6);
  assert.equal(parse({ max_tokens: 6, max_completion_tokens: 6 }).requests[0]?.maxTokens, 6);
});

test('seeds beyond 32 bits, and negative ones, are seeds too, each its own', () => {
  const seeds = [-1, 2 ** 40, 2 ** 41].map((seed) => parse({ seed }).requests[0]?.seed ?? assert.fail());
  assert.equal(new Set(seeds).size, 3);
  assert.ok(seeds.every((seed) => seed >= 0 && seed <= 0xffffffff));
});

test('null and what asks for nothing are as good as absent', () => {
  const { requests } = parse({
    ...{
      temperature: null,
      n: null,
      stop: null,
      tools: [],
      tool_choice: 'none',
      logit_bias: {},
      store: false,
    },
    ...{ response_format: { type: 'text' }, modalities: ['text'], top_logprobs: 0, service_tier: 'auto' },
    ...{ user: 'u', metadata: { a: 'b' }, parallel_tool_calls: true, prompt_cache_key: 'k' },
  });
  assert.deepEqual(requests, parse({}).requests);
});

test('messages: parts are joined, developer is system, what clients send back of an answer is understood', () => {
  const [request] = parse({
    messages: [
      { role: 'developer', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      {
        ...{ role: 'assistant', content: 'c', reasoning_content: 'hm', refusal: null, tool_calls: [] },
        ...{ annotations: [], audio: null, function_call: null },
      },
      { role: 'user', content: 'd' },
    ],
  }).requests;
  assert.deepEqual(request?.messages, [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'ab' },
    { role: 'assistant', content: 'c' },
    { role: 'user', content: 'd' },
  ]);
});

const refused: readonly (readonly [more: object, param: string | undefined, code: string])[] = [
  [{ messages: undefined }, 'messages', 'missing_required_parameter'],
  [{ messages: [] }, 'messages', 'invalid_value'],
  [{ messages: [{ role: 'user' }] }, 'messages[0].content', 'missing_required_parameter'],
  [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].role', 'invalid_value'],
  [{ messages: [...messages, { role: 'assistant', content: 'Let' }] }, 'messages[1]', 'invalid_value'],
  [{ messages: [{ role: 'user', content: 'x', name: 'n' }] }, 'messages[0].name', 'unknown_parameter'],
  [
    { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'u' } }] }] },
    'messages[0].content',
    'invalid_value',
  ],
  [{ tools: [{ type: 'function' }] }, 'tools', 'unsupported_parameter'],
  [{ tool_choice: 'required' }, 'tool_choice', 'unsupported_parameter'],
  [{ functions: [{ name: 'f' }] }, 'functions', 'unsupported_parameter'],
  [{ response_format: { type: 'json_object' } }, 'response_format', 'unsupported_parameter'],
  [{ logit_bias: { 5: 1 } }, 'logit_bias', 'unsupported_parameter'],
  [{ top_logprobs: 3 }, 'top_logprobs', 'unsupported_parameter'],
  [{ logprobs: true }, 'logprobs', 'unsupported_parameter'],
  [{ store: true }, 'store', 'unsupported_parameter'],
  [{ audio: { voice: 'v' } }, 'audio', 'unsupported_parameter'],
  [{ temprature: 1 }, 'temprature', 'unknown_parameter'],
  [{ temperature: 3 }, 'temperature', 'invalid_value'],
  [{ temperature: '1' }, 'temperature', 'invalid_value'],
  [{ top_p: 0 }, 'top_p', 'invalid_value'],
  [{ max_tokens: 0 }, 'max_tokens', 'invalid_value'],
  [{ max_tokens: 1.5 }, 'max_tokens', 'invalid_value'],
  [{ max_tokens: 5, max_completion_tokens: 6 }, 'max_tokens', 'invalid_value'],
  [{ n: 0 }, 'n', 'invalid_value'],
  [{ n: 5 }, 'n', 'invalid_value'],
  [{ stop: [''] }, 'stop[0]', 'invalid_value'],
  [{ seed: 1.5 }, 'seed', 'invalid_value'],
  [{ reasoning_effort: 'minimal' }, 'reasoning_effort', 'invalid_value'],
  [{ stream: 'yes' }, 'stream', 'invalid_value'],
  [{ stream_options: { include_usage: true } }, 'stream_options', 'invalid_value'],
  [{ model: undefined }, 'model', 'missing_required_parameter'],
];

test('what cannot be done is refused by field, never ignored', () => {
  for (const [more, param, code] of refused) {
    const found = refusal(more);
    assert.deepEqual([found.param, found.code], [param, code], JSON.stringify(more));
    assert.ok(found.message.startsWith(`${param}: `), found.message);
  }
});

test('a body that is no object is refused', () => {
  for (const body of [null, [], 'x', 1]) {
    assert.throws(
      () => parseChat(body, { find: () => model, nextSeed: () => 1, mostChoices: 1 }),
      (error) => error instanceof ApiError && error.status === 400,
    );
  }
});
