/** What is read without parsing is what parsing would have read, and nothing else is. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { ChunkPattern } from './chunk-pattern.ts';
import { EventStreamParser } from './event-stream.ts';

const chunkOf = (delta: object, more: object = {}, outer: object = {}): string =>
  JSON.stringify({ id: 'x', choices: [{ index: 0, delta, finish_reason: null, ...more }], ...outer });

/** A pattern that has seen these. */
function taught(...seen: readonly string[]): ChunkPattern {
  const pattern = new ChunkPattern();
  for (const data of seen) pattern.learn(data, JSON.parse(data));
  return pattern;
}

test('a chunk of the same form gives its text; escapes, quotes and other forms are left to the parser', () => {
  const pattern = taught(chunkOf({ content: 'first' }));
  assert.equal(pattern.match(chunkOf({ content: ' second ∑' })), ' second ∑');
  assert.equal(pattern.match(chunkOf({ content: '' })), '');
  assert.equal(pattern.field, 'content');
  const others = [
    chunkOf({ content: 'a\nb' }),
    chunkOf({ content: 'a"b' }),
    chunkOf({ content: 'a"},"finish_reason":"stop","b":{"c":"' }),
    chunkOf({ content: 'a' }, { finish_reason: 'stop' }),
    chunkOf({ reasoning: 'a' }),
    chunkOf({ content: 'a' }, {}, { usage: { prompt_tokens: 1 } }),
    chunkOf({ content: 'a' }).slice(0, -1),
    `${chunkOf({ content: 'a' }).slice(0, 40)}`,
    chunkOf({ content: 'a' }).replace('"a"', '"\u0001"'),
    '',
  ];
  for (const data of others) assert.equal(pattern.match(data), undefined, data);
});

test('nothing is learned from a chunk that says more than a piece of text', () => {
  const more = [
    chunkOf({ content: 'a' }, { finish_reason: 'stop' }),
    chunkOf({ content: 'a' }, { token_ids: [1] }),
    chunkOf({ content: 'a' }, { logprobs: { content: [] } }),
    chunkOf({ content: 'a' }, {}, { usage: { prompt_tokens: 1 } }),
    chunkOf({ content: 'a' }, {}, { error: 'x' }),
    chunkOf({ content: 'a', refusal: 'no' }),
    chunkOf({ content: 'a', reasoning: 'b' }),
    chunkOf({ reasoning: 'a', reasoning_content: 'a' }),
    chunkOf({ content: 'a' }, { index: 1 }),
    chunkOf({}),
    '{"choices":[]}',
    '[]',
    '7',
  ];
  for (const data of more) assert.equal(taught(data).match(data), undefined, data);
});

test('the text is found where it stands, not where it also occurs', () => {
  const tricky = '{"content":"a","choices":[{"index":0,"delta":{"role":"a","content":"a"},"name":"a"}]}';
  const pattern = taught(tricky);
  const next = tricky.replace('"content":"a"},', '"content":"b"},');
  assert.ok([undefined, 'b'].includes(pattern.match(next)));
  assert.notEqual(pattern.match(tricky.replace('"role":"a"', '"role":"b"')), 'b');
});

test('whatever chunks come in whatever order, a match is what parsing gives', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom('a', '"', '\\', '","x":"'),
  );
  const delta = fc.oneof(
    fc.record({ content: text }),
    fc.record({ reasoning: text }),
    fc.record({ role: fc.constant('assistant'), content: text }),
  );
  const chunk = fc
    .tuple(delta, fc.constantFrom({}, { finish_reason: 'stop' }, { token_ids: null }))
    .map(([one, more]) => chunkOf(one, more));
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 20 }), (chunks) => {
      const pattern = new ChunkPattern();
      for (const data of chunks) {
        const parsed = JSON.parse(data);
        const matched = pattern.match(data);
        if (matched === undefined) pattern.learn(data, parsed);
        else {
          assert.equal(parsed.choices[0].delta[pattern.field], matched);
          assert.equal(parsed.choices[0].finish_reason, null);
        }
      }
    }),
    { numRuns: 500, seed: 11 },
  );
});

test('most chunks of the recorded streams that repeat a form are read without parsing', () => {
  const folder = new URL('fixtures/streams/', import.meta.url);
  const read = readdirSync(folder).flatMap((name) => {
    const pattern = new ChunkPattern();
    let matched = 0;
    const parser = new EventStreamParser((data) => {
      if (data === '[DONE]') return;
      if (pattern.match(data) === undefined) pattern.learn(data, JSON.parse(data));
      else matched += 1;
    });
    parser.push(readFileSync(new URL(name, folder)));
    return matched > 0 ? [name] : [];
  });
  assert.deepEqual(read, [
    'gemini.sse',
    'llama.cpp.sse',
    'ollama.sse',
    'openai-reasoning.sse',
    'openrouter.sse',
    'sglang.sse',
    'vllm-reasoning-content.sse',
    'vllm-think-tags.sse',
  ]);
});
