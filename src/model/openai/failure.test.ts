/** What servers say about a failure becomes the right kind, retryable or not, and never shows a key. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureInStream, failureOf } from './failure.ts';
import { retryAfterOf } from './retry-after.ts';

const openAiBody = (message: string, code?: string) => JSON.stringify({ error: { message, code } });

const cases: readonly (readonly [
  status: number,
  body: string,
  kind: string,
  isRetryable: boolean,
  hint?: number,
])[] = [
  [401, openAiBody('Incorrect API key provided'), 'authentication', false],
  [402, openAiBody('This request requires more credits'), 'authentication', false],
  [402, openAiBody('in-flight budget'), 'overloaded', true, 2_000],
  [403, openAiBody('not allowed'), 'authentication', false],
  [403, openAiBody('Your input was flagged'), 'refused', false],
  [404, openAiBody('The model `x` does not exist.'), 'invalid-request', false],
  [408, '', 'server', true],
  [422, '{"detail":[{"msg":"x"}]}', 'invalid-request', false],
  [429, openAiBody('Rate limit reached'), 'overloaded', true],
  [429, openAiBody('You exceeded your current quota', 'insufficient_quota'), 'authentication', false],
  [500, 'Internal Server Error', 'server', true],
  [502, '<html><title>502 Bad Gateway</title></html>', 'server', true],
  [503, openAiBody('Loading model'), 'server', true],
  [503, '', 'overloaded', true, 1_000],
  [529, openAiBody('Overloaded'), 'overloaded', true],
  [301, '', 'invalid-request', false],
  [400, openAiBody('temperature must be non-negative'), 'invalid-request', false],
  [400, openAiBody('rejected', 'content_policy_violation'), 'refused', false],
  // vLLM, llama.cpp, SGLang, OpenAI, Gemini: too long.
  [
    400,
    openAiBody("This model's maximum context length is 4096 tokens. However, you requested 5000"),
    'context-length',
    false,
  ],
  [
    400,
    '{"error":{"code":400,"message":"request (9 tokens)","type":"exceed_context_size_error"}}',
    'context-length',
    false,
  ],
  [
    400,
    '{"object":"error","message":"The input (9 tokens) is longer than the model\'s context length (8 tokens).","code":400}',
    'context-length',
    false,
  ],
  [400, openAiBody('too long', 'context_length_exceeded'), 'context-length', false],
  [
    400,
    '[{"error":{"code":400,"message":"The input token count (9) exceeds the maximum"}}]',
    'context-length',
    false,
  ],
];

for (const [status, body, kind, isRetryable, hint] of cases) {
  test(`${status} ${body.slice(0, 60)} is ${kind}`, () => {
    const error = failureOf({ label: 'm', status, body, retryAfterMilliseconds: hint });
    assert.deepEqual([error.kind, error.isRetryable, error.status], [kind, isRetryable, status]);
    assert.equal(error.retryAfterMilliseconds, hint);
  });
}

test('the message is the server’s own, from JSON, a page or text', () => {
  const said = (body: string) => failureOf({ label: 'm', status: 500, body }).message;
  assert.equal(said(openAiBody('boom')), 'm: 500 boom');
  assert.equal(said('[{"error":{"message":"boom"}}]'), 'm: 500 boom');
  assert.equal(said('{"error":"boom"}'), 'm: 500 boom');
  assert.equal(said('<html><title>Bad Gateway</title></html>'), 'm: 500 Bad Gateway');
  assert.equal(said('  plain\n text '), 'm: 500 plain text');
  assert.equal(said(''), 'm: 500 an empty answer');
});

test('a server that says itself whether to retry is believed', () => {
  const error = (shouldRetry: boolean) => failureOf({ label: 'm', status: 500, body: '', shouldRetry });
  assert.deepEqual([error(true).isRetryable, error(false).isRetryable], [true, false]);
});

test('a key is struck out of message and body, whole or in part', () => {
  const apiKey = 'sk-proj-0123456789abcdef';
  const error = failureOf({
    label: 'm',
    status: 401,
    body: openAiBody(`Incorrect API key provided: ${apiKey}; you said sk-proj-0123****cdef`),
    apiKey,
  });
  assert.doesNotMatch(`${error.message}${error.body}${JSON.stringify(error)}`, /0123/);
  assert.match(error.message, /\[key\]/);
});

test('error objects inside a stream: with a status as code, with a name, as text', () => {
  const kinds = [
    { code: 429, message: 'x' },
    { code: '503', message: 'x' },
    { type: 'BadRequestError', code: 400, message: 'maximum context length is 8 tokens' },
    { message: 'CUDA out of memory' },
    { code: 'rate_limit_exceeded', message: 'x' },
    'stopped',
  ].map((error) => {
    const { kind, isRetryable } = failureInStream(error, 'm');
    return `${kind} ${isRetryable}`;
  });
  assert.deepEqual(kinds, [
    'overloaded true',
    'server true',
    'context-length false',
    'server true',
    'overloaded true',
    'server true',
  ]);
});

test('Retry-After in seconds, milliseconds and dates; nonsense is no hint', () => {
  const date = 'Thu, 01 Jan 2026 00:00:10 GMT';
  const at = (headers: Record<string, string>) => retryAfterOf(headers, Date.UTC(2026, 0, 1));
  assert.equal(at({ 'retry-after': '3' }), 3_000);
  assert.equal(at({ 'retry-after': '0.5' }), 500);
  assert.equal(at({ 'retry-after-ms': '1500', 'retry-after': '9' }), 1_500);
  assert.equal(at({ 'retry-after': date }), 10_000);
  // The server's own clock is what its date is measured against.
  assert.equal(at({ 'retry-after': date, date: 'Thu, 01 Jan 2026 00:00:08 GMT' }), 2_000);
  assert.equal(at({ 'retry-after': 'Thu, 01 Jan 2015 00:00:00 GMT' }), 0);
  for (const nonsense of ['soon', '', '-3']) assert.equal(at({ 'retry-after': nonsense }), undefined);
  assert.equal(at({}), undefined);
});
