import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChatModel, Delta } from '../model/chat-model.ts';
import { ModelError } from '../model/model-error.ts';
import type { Scaffold } from '../scaffold/scaffold.ts';
import { inPieces, replyOf, type Script, scripted, silent } from './fixtures/scripted-model.ts';
import { eventsOf, serving } from './fixtures/serving.ts';
import { createScaffoldModel, problemOf } from './scaffold-model.ts';

const asked = {
  messages: [{ role: 'user', content: 'Prove it.' }],
  maxTokens: 50,
  temperature: 0.7,
  seed: 3,
} as const;

/** Solves twice, the second time inside another scaffold, and says so. */
const twice: Scaffold = async (problem, context) => {
  const { maxTokens, temperature } = context;
  const ask = (content: string) => ({
    messages: [{ role: 'user' as const, content }],
    maxTokens,
    temperature,
  });
  const first = await context.call('solve-1', ask(problem.statement), { role: 'solve' });
  context.keep(first.answer ?? '', 'the first');
  const inner = context.within('check');
  await inner.call('verdict', ask('Is it right?'), { role: 'verify', from: ['solve-1'] });
  inner.keep('not this', 'of the inner one');
  inner.note('verdict', { score: 0.5 });
  return { proof: `${first.answer}!`, turns: [{ proof: 'x', tokens: 1, overflowed: false }] };
};

function around(script: Script, scaffold: Scaffold = twice) {
  const base = scripted(script);
  const model: ChatModel = createScaffoldModel({ name: 'm+twice', model: base.model, scaffold });
  return { base, model };
}

test('the proof is the answer, what happens is the reasoning, and usage is that of all calls', async () => {
  const { base, model } = around(async () => replyOf('proof'));
  const deltas: Delta[] = [];
  const reply = await model.generate(asked, { onDelta: (delta) => deltas.push(delta as Delta) });
  const lines = [
    'call 1: solve-1',
    'solve-1: 3 tokens',
    'best so far: the first',
    'call 2: check/verdict (verify)',
    'check/verdict: 3 tokens',
    'check/verdict: score 0.5',
  ];
  assert.deepEqual(reply, {
    reasoning: lines.map((line) => `${line}\n`).join(''),
    answer: 'proof!',
    finish: 'stop',
    usage: { promptTokens: 14, completionTokens: 6 },
  });
  assert.deepEqual(deltas, [
    ...lines.map((line) => ({ kind: 'reasoning', text: `${line}\n` })),
    { kind: 'answer', text: 'proof!' },
  ]);
  assert.deepEqual(
    base.requests.map(({ maxTokens, temperature }) => [maxTokens, temperature]),
    [
      [50, 0.7],
      [50, 0.7],
    ],
  );
});

test('calls have seeds of their own that follow from the request’s', async () => {
  const seeds = async (seed: number): Promise<number[]> => {
    const { base, model } = around(async () => replyOf('proof'));
    await model.generate({ ...asked, seed });
    return base.requests.map((request) => request.seed);
  };
  assert.deepEqual(await seeds(3), await seeds(3));
  assert.equal(new Set([...(await seeds(3)), ...(await seeds(4))]).size, 4);
});

test('when the time is over the best so far is the answer, marked as cut', async () => {
  const controller = new AbortController();
  const { base, model } = around(async (request, context, call) => {
    if (call === 1) return replyOf('first');
    queueMicrotask(() => controller.abort());
    return await silent(request, context, call);
  });
  const reply = await model.generate(asked, { signal: controller.signal });
  assert.deepEqual([reply.answer, reply.finish], ['first', 'length']);
  assert.match(reply.reasoning, /the time is over after 1 of 2 calls; this is the best so far\n$/);
  assert.equal(base.aborted.length, 1);
});

test('without a proof so far the reason of the signal is thrown, and no further call is made', async () => {
  const controller = new AbortController();
  const { base, model } = around(silent);
  const running = model.generate(asked, { signal: controller.signal });
  controller.abort(new Error('gone'));
  await assert.rejects(running, /gone/);
  assert.equal(base.requests.length, 1);
});

test('what the model refuses comes through; a stop text is refused', async () => {
  const error = new ModelError('no', { kind: 'overloaded', isRetryable: true });
  await assert.rejects(around(() => Promise.reject(error)).model.generate(asked), error);
  const stopped = around(inPieces()).model.generate({ ...asked, sampling: { stop: ['x'] } });
  await assert.rejects(stopped, { name: 'ModelError', kind: 'invalid-request' });
});

test('no proof is no answer: cut where the last turn was', async () => {
  for (const overflowed of [true, false]) {
    const none: Scaffold = async () => ({
      proof: undefined,
      turns: [{ proof: undefined, tokens: 1, overflowed }],
    });
    const { answer, finish } = await around(inPieces(), none).model.generate(asked);
    assert.deepEqual([answer, finish], [undefined, overflowed ? 'length' : 'stop']);
  }
});

test('the last question is the problem; instructions and what was said before come with it', () => {
  assert.equal(problemOf(asked.messages).statement, 'Prove it.');
  assert.equal(
    problemOf([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Q1' },
      { role: 'assistant', content: 'A1' },
      { role: 'user', content: 'Q2' },
      { role: 'system', content: 'In English.' },
    ]).statement,
    'Instructions:\nBe brief.\n\nInstructions:\nIn English.\n\nQuestion:\nQ1\n\nAnswer:\nA1\n\nThe problem:\nQ2',
  );
  assert.throws(() => problemOf([{ role: 'system', content: 'x' }]), { name: 'ModelError' });
});

test('served: progress is streamed as reasoning, a time limit gives the best so far, a gone client cancels all calls', async (t) => {
  const { base, model } = around(async (request, context, call) => {
    return call % 2 === 1 ? replyOf('first') : await silent(request, context, call);
  });
  const served = { ...base, model, scaffold: 'twice' };
  const { chat } = await serving(t, { models: [served], timeoutMilliseconds: 30 });
  const events = await eventsOf(await chat({ stream: true, stream_options: { include_usage: true } }));
  const chunks = events.slice(0, -1).map((event) => JSON.parse(event));
  const text = (field: string): string =>
    chunks.map(({ choices }) => choices[0]?.delta[field] ?? '').join('');
  assert.match(text('reasoning_content'), /^call 1: solve-1\nsolve-1: 3 tokens\nbest so far/);
  assert.equal(text('content'), 'first');
  assert.equal(chunks.at(-2).choices[0].finish_reason, 'length');
  assert.deepEqual(chunks.at(-1).usage, { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 });

  const all: Scaffold = async (_, context) => {
    const ask = { messages: asked.messages, maxTokens: 1, temperature: 1 };
    await Promise.all(['a', 'b', 'c'].map((label) => context.call(label, ask)));
    return { proof: 'x', turns: [] };
  };
  const many = around(silent, all);
  const serve = await serving(t, { models: [{ ...many.base, model: many.model }] });
  const controller = new AbortController();
  const response = await serve.chat({ stream: true }, { signal: controller.signal });
  const recorded = serve.nextRecord();
  controller.abort();
  await assert.rejects(response.text());
  assert.equal((await recorded).status, 499);
  assert.equal(many.base.aborted.length, 3);
});
