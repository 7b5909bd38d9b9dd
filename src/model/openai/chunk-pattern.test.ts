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

/** The text of an event with this data, or undefined where it must be parsed. */
function match(
  pattern: ChunkPattern,
  data: string,
  [before, after] = ['data: ', '\n\n'],
): string | undefined {
  const bytes = Buffer.from(`${before}${data}${after}`);
  const end = pattern.match(bytes, 0);
  assert.ok(end === 0 || end === bytes.length, 'an event is read whole or not at all');
  return end === 0 ? undefined : pattern.text;
}

test('a chunk of the same form gives its text; other forms are left to the parser', () => {
  const pattern = taught(chunkOf({ content: 'first' }));
  const texts = [
    ' second ∑',
    '',
    'a\nb',
    'a"b',
    'a"},"finish_reason":"stop","b":{"c":"',
    '\\',
    '\ud83d',
    '🙂',
  ];
  for (const content of texts) assert.equal(match(pattern, chunkOf({ content })), content);
  assert.equal(pattern.field, 'content');
  const others = [
    chunkOf({ content: 'a' }, { finish_reason: 'stop' }),
    chunkOf({ reasoning: 'a' }),
    chunkOf({ content: 'a' }, {}, { usage: { prompt_tokens: 1 } }),
    chunkOf({ content: 'a' }).slice(0, -1),
    `${chunkOf({ content: 'a' }).slice(0, 40)}`,
    chunkOf({ content: 'a' }).replace('"a"', '"\u0001"'),
    chunkOf({ content: 'a' }).replace('"a"', '"\\x"'),
    chunkOf({ content: 'a' }).replace('"a"', '"\\u12"'),
    chunkOf({ content: 'a' }).replace('"a"', '"\\"'),
    '',
  ];
  for (const data of others) assert.equal(match(pattern, data), undefined, data);
});

test('an event ends with an empty line in either ending; one that is cut, or has more lines, is left', () => {
  const pattern = taught(chunkOf({ content: 'first' }));
  const data = chunkOf({ content: 'a' });
  for (const before of ['data: ', 'data:']) {
    for (const after of ['\n\n', '\r\n\r\n']) assert.equal(match(pattern, data, [before, after]), 'a');
    for (const after of ['', '\n', '\r\n', '\r\n\r', '\ndata: b\n\n', ' \n\n', '\r\r']) {
      assert.equal(match(pattern, data, [before, after]), undefined, JSON.stringify(after));
    }
  }
  for (const before of ['date: ', 'event: x\ndata: ', ' data: ', 'data:  ', '']) {
    assert.equal(match(pattern, data, [before, '\n\n']), undefined, before);
  }
  const two = Buffer.from(`data: ${data}\n\ndata: ${chunkOf({ content: 'b' })}\n\n`);
  const next = pattern.match(two, 0);
  assert.deepEqual([pattern.text, pattern.match(two, next), pattern.text], ['a', two.length, 'b']);
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
  for (const data of more) assert.equal(match(taught(data), data), undefined, data);
});

test('the text is found where it stands, not where it also occurs', () => {
  const tricky = '{"content":"a","choices":[{"index":0,"delta":{"role":"a","content":"a"},"name":"a"}]}';
  const pattern = taught(tricky);
  const next = tricky.replace('"content":"a"},', '"content":"b"},');
  assert.ok([undefined, 'b'].includes(match(pattern, next)));
  assert.notEqual(match(pattern, tricky.replace('"role":"a"', '"role":"b"')), 'b');
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
        const matched = match(pattern, data);
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
    const parser = new EventStreamParser(
      (data) => {
        if (data !== '[DONE]') pattern.learn(data, JSON.parse(data));
      },
      {
        readKnownEvents(bytes, start) {
          const end = pattern.match(bytes, start);
          if (end > start) matched += 1;
          return end;
        },
      },
    );
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
