import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyVersion, Sample, SampleRequest, Sampler } from '../engine/engine.ts';
import { createChatFormat } from '../tokenizer/chat-format.ts';
import { loadTokenizer } from '../tokenizer/load-tokenizer.ts';
import {
  qwen3SpecialTokens,
  qwenTokenizerConfigJson,
  qwenTokenizerJson,
} from '../tokenizer/qwen-tokenizer-json.ts';
import { createEngineChatModel } from './engine-chat-model.ts';

const tokenizer = loadTokenizer(
  qwenTokenizerJson({ merges: [['a', 'b']], addedTokens: qwen3SpecialTokens }),
  qwenTokenizerConfigJson({ contextLength: 64 }),
);
const format = createChatFormat(tokenizer);

/** A sampler that says what it is told and keeps what it was asked. */
function scripted(
  tokens: Int32Array,
  finish: Sample['finish'],
  stopString?: string,
): { sampler: Sampler; requests: SampleRequest[] } {
  const requests: SampleRequest[] = [];
  const sampler: Sampler = {
    kind: 'snapshot',
    sample: async (request) => {
      requests.push(request);
      request.signal?.throwIfAborted();
      return request.seeds_S.map(() => ({
        tokens_T: tokens,
        logprobs_T: Float32Array.from(tokens, (id) => -id),
        finish,
        versions: [{ start: 0, version: 3 as PolicyVersion }],
        ...(stopString === undefined ? {} : { stopString }),
      }));
    },
    usage: async () => ({
      promptTokens: 0,
      computedPromptTokens: 0,
      reusedPromptTokens: 0,
      sampledTokens: 0,
      busySeconds: 0,
    }),
    close: async () => undefined,
  };
  return { sampler, requests };
}

const request = {
  messages: [{ role: 'user', content: 'Prove it.' }],
  maxTokens: 9,
  temperature: 0.8,
  seed: 5,
} as const;

test('one request is one sample of the rendered prompt, taken apart', async () => {
  const { sampler, requests } = scripted(format.renderReply('<think> a</think> b'), 'stop');
  const reply = await createEngineChatModel({ name: 'm', sampler, format }).generate(request);
  assert.deepEqual(requests, [
    {
      prompt_T: format.renderPrompt(request.messages),
      seeds_S: [5],
      sampling: { maxTokens: 9, temperature: 0.8, stopTokenIds: format.stopTokenIds },
    },
  ]);
  assert.deepEqual([reply.reasoning, reply.answer, reply.finish], ['a', 'b', 'stop']);
});

test('TOKEN-EXACT: the reply carries the sampled ids, also where its text encodes otherwise', async () => {
  // "a" and "b" apart, which no encoding of "ab" gives.
  const sampled = Int32Array.from([
    ...tokenizer.encode('a'),
    ...tokenizer.encode('b'),
    ...format.stopTokenIds,
  ]);
  const { sampler } = scripted(sampled, 'stop');
  const reply = await createEngineChatModel({ name: 'm', sampler, format }).generate(request);
  assert.equal(reply.answer, 'ab');
  assert.deepEqual(tokenizer.encode('ab').length, 1);
  assert.deepEqual(reply.tokens?.completion_T, sampled);
  assert.deepEqual(reply.tokens?.prompt_T, format.renderPrompt(request.messages));
  assert.deepEqual(
    reply.tokens?.logprobs_T,
    Float32Array.from(sampled, (id) => -id),
  );
  assert.deepEqual(reply.tokens?.versions, [{ start: 0, version: 3 }]);
  assert.deepEqual(reply.usage, {
    promptTokens: reply.tokens?.prompt_T.length,
    completionTokens: sampled.length,
  });
});

test('reasoning that the limit cut off is no answer', async () => {
  const { sampler } = scripted(tokenizer.encode('<think> a b'), 'length');
  const reply = await createEngineChatModel({ name: 'm', sampler, format }).generate(request);
  assert.deepEqual([reply.answer, reply.finish, reply.reasoning], [undefined, 'length', 'a b']);
});

test('a signal reaches the sampler, and an empty result is an error, never an answer', async () => {
  const { sampler } = scripted(new Int32Array(), 'stop');
  const model = createEngineChatModel({ name: 'm', sampler, format });
  await assert.rejects(model.generate(request, { signal: AbortSignal.abort() }), { name: 'AbortError' });
  const silent = createEngineChatModel({
    name: 'm',
    sampler: { ...sampler, sample: async () => [] },
    format,
  });
  await assert.rejects(silent.generate(request), /m: the sampler returned no sample/);
});

test('sampling settings reach the sampler in its words; a stop text is no part of the answer', async () => {
  const { sampler, requests } = scripted(tokenizer.encode('proof\n\n## Next'), 'stop', '\n## ');
  const model = createEngineChatModel({ name: 'm', sampler, format });
  const sampling = { topP: 0.9, topK: 5, minP: 0.1, repetitionPenalty: 1.1, stop: ['\n## '] };
  const deltas: string[] = [];
  const onDelta = (delta: { readonly kind: string }): void => {
    deltas.push(delta.kind);
  };
  const reply = await model.generate({ ...request, sampling }, { onDelta });
  const { stop, ...same } = sampling;
  assert.deepEqual(requests[0]?.sampling, {
    maxTokens: 9,
    temperature: 0.8,
    stopTokenIds: format.stopTokenIds,
    stopStrings: stop,
    ...same,
  });
  assert.equal(reply.answer, 'proof');
  assert.deepEqual(deltas, ['answer']);
  assert.equal(model.countPromptTokens?.(request.messages), format.renderPrompt(request.messages).length);
});

test('what the engine cannot do is a failure that says whether the prompt was too long', async () => {
  const { sampler } = scripted(new Int32Array(), 'stop');
  const refusing = (message: string) =>
    createEngineChatModel({
      name: 'm',
      sampler: { ...sampler, sample: () => Promise.reject(new RangeError(message)) },
      format,
    });
  const tokens = format.renderPrompt(request.messages).length + 9;
  const tooLong = refusing(`prompt and maxTokens make ${tokens} tokens; the model has 8 positions`);
  await assert.rejects(tooLong.generate(request), { name: 'ModelError', kind: 'context-length' });
  await assert.rejects(refusing('topP must be').generate(request), { kind: 'invalid-request' });
  const effort = { ...request, sampling: { reasoningEffort: 'high' } } as const;
  const model = createEngineChatModel({ name: 'm', sampler, format });
  await assert.rejects(model.generate(effort), { kind: 'invalid-request', isRetryable: false });
});

test('a text is gone on with as it is: what ended it is counted and no part of it', async () => {
  const sampled = Int32Array.from([...tokenizer.encode('ab a'), ...format.stopTokenIds]);
  const { sampler, requests } = scripted(sampled, 'stop');
  const { complete = () => assert.fail() } = createEngineChatModel({ name: 'm', sampler, format });
  const drawn = { maxTokens: 9, temperature: 0.5, seed: 2, sampling: { topP: 0.9 } };
  const done = await complete({ prompt: 'a b', ...drawn });
  assert.deepEqual(requests[0]?.prompt_T, tokenizer.encode('a b'));
  assert.deepEqual(requests[0]?.sampling, {
    ...{ maxTokens: 9, temperature: 0.5, stopTokenIds: format.stopTokenIds, topP: 0.9 },
  });
  assert.deepEqual([done.text, done.finish], ['ab a', 'stop']);
  assert.deepEqual(done.usage, {
    promptTokens: tokenizer.encode('a b').length,
    completionTokens: sampled.length,
  });
  assert.equal(done.tokens?.length, sampled.length);
  assert.equal(Buffer.concat(done.tokens?.slice(0, -1).map(({ bytes }) => bytes) ?? []).toString(), 'ab a');
  await complete({ prompt: [5, 6], ...drawn });
  assert.deepEqual(requests[1]?.prompt_T, Int32Array.of(5, 6));
});

test('a text ends before its stop text, and the likeliest tokens are given where asked for', async () => {
  const sampled = tokenizer.encode('ab END');
  const { sampler } = scripted(sampled, 'stop');
  const stopping: Sampler = {
    ...sampler,
    sample: async (request) => {
      assert.deepEqual([request.sampling.stopStrings, request.topLogprobs], [['END'], 2]);
      const tokens = Int32Array.from({ length: 2 * sampled.length }, (_, i) => i % 5);
      const topLogprobs = { count: 2, tokens, logprobs: Float32Array.from(tokens, (_, i) => -i) };
      return (await sampler.sample(request)).map((one) => ({ ...one, stopString: 'END', topLogprobs }));
    },
  };
  const { complete = () => assert.fail() } = createEngineChatModel({ name: 'm', sampler: stopping, format });
  const drawn = { maxTokens: 9, temperature: 1, seed: 1, sampling: { stop: ['END'] }, topLogprobs: 2 };
  const done = await complete({ prompt: 'a', ...drawn });
  assert.equal(done.text, 'ab ');
  assert.deepEqual(
    done.tokens?.[1]?.top?.map(({ logprob }) => logprob),
    [-2, -3],
  );
  assert.deepEqual(done.tokens?.[1]?.top?.[0]?.bytes, tokenizer.bytesOf(2));
});
