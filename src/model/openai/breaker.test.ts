/** The breaker opens on a total outage within ten seconds, never on one burst, and closes with one sign of life. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChatRequest, Reply } from '../chat-model.ts';
import { ModelError, type ModelErrorDetails } from '../model-error.ts';
import { Breaker, breaker, defaultBreakerLimits } from './breaker.ts';
import type { Call } from './call.ts';
import { VirtualClock } from './virtual-clock.ts';

const request: ChatRequest = { messages: [], maxTokens: 1, temperature: 1, seed: 0 };
const reply: Reply = {
  reasoning: '',
  answer: '',
  finish: 'stop',
  usage: { promptTokens: 0, completionTokens: 0 },
};

function setUp() {
  const clock = new VirtualClock();
  const states: string[] = [];
  const state = new Breaker(defaultBreakerLimits, clock, 'here', (event) => {
    if (event.kind === 'breaker') states.push(event.state);
  });
  let made = 0;
  let answer: () => Promise<Reply> = async () => reply;
  const call: Call = async () => {
    made += 1;
    return answer();
  };
  const guarded = breaker(call, state);
  const context = { wasTooMuch: false, onFirstToken: () => {}, onQueued: () => {} };
  return {
    clock,
    states,
    made: () => made,
    fail: (details: ModelErrorDetails) => {
      answer = async () => {
        throw new ModelError('no', details);
      };
    },
    work: (how: () => Promise<Reply> = async () => reply) => {
      answer = how;
    },
    ask: () =>
      guarded(request, context).then(
        () => 'ok',
        (error: ModelError) => error.kind,
      ),
    guarded,
    context,
  };
}

const outage: ModelErrorDetails = { kind: 'connection', isRetryable: true };

test('a total outage opens it within ten seconds; then nothing is sent, and callers are told when to come again', async () => {
  const { clock, fail, ask, made, states, guarded, context } = setUp();
  fail(outage);
  while (states.length === 0) {
    await ask();
    await clock.advance(500);
  }
  assert.ok(clock.now() < 10_000, `${clock.now()}`);
  const before = made();
  assert.equal(await ask(), 'circuit-open');
  assert.equal(made(), before);
  const error = await guarded(request, context).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof ModelError && error.isRetryable);
  assert.ok((error.retryAfterMilliseconds ?? 0) > 0 && (error.retryAfterMilliseconds ?? 0) <= 5_000);
});

test('a burst that fails together, and failures between successes, do not open it', async () => {
  const { clock, fail, work, ask, states } = setUp();
  fail(outage);
  for (let i = 0; i < 100; i += 1) await ask();
  for (let round = 0; round < 20; round += 1) {
    work();
    await ask();
    fail(outage);
    for (let i = 0; i < 9; i += 1) await ask();
    await clock.advance(10_000);
  }
  assert.deepEqual(states, []);
});

test('refusals show that the endpoint works; a limit on the rate and a caller’s abort say nothing', async () => {
  const { clock, fail, work, ask, states } = setUp();
  const harmless: readonly ModelErrorDetails[] = [
    { kind: 'invalid-request', isRetryable: false, status: 400 },
    { kind: 'overloaded', isRetryable: true, status: 429 },
    { kind: 'total-timeout', isRetryable: false },
  ];
  for (const details of harmless) {
    fail(details);
    for (let i = 0; i < 30; i += 1) {
      await ask();
      await clock.advance(1_000);
    }
  }
  work(async () => {
    throw new DOMException('stopped', 'AbortError');
  });
  for (let i = 0; i < 30; i += 1) {
    await ask();
    await clock.advance(1_000);
  }
  assert.deepEqual(states, []);
});

async function opened() {
  const set = setUp();
  set.fail(outage);
  while (set.states.length === 0) {
    await set.ask();
    await set.clock.advance(600);
  }
  return set;
}

test('after its rest one call tries; failing doubles the rest, up to a minute', async () => {
  const { clock, ask, made, states } = await opened();
  const rests: number[] = [];
  for (let trial = 0; trial < 6; trial += 1) {
    const before = made();
    const from = clock.now();
    while (made() === before) {
      await ask();
      await clock.advance(100);
    }
    rests.push(Math.round((clock.now() - from) / 1_000));
  }
  assert.deepEqual(rests.slice(1), [10, 20, 40, 60, 60]);
  assert.deepEqual(states.slice(0, 4), ['open', 'half-open', 'open', 'half-open']);
});

test('a trial’s first token closes it; others wait for the trial', async () => {
  const { clock, ask, work, states, guarded, context, made } = await opened();
  await clock.advance(5_000);
  const { promise, resolve } = Promise.withResolvers<Reply>();
  const before = made();
  let begin = () => {};
  const state = new Breaker({ ...defaultBreakerLimits, failures: 1, span: 0 }, clock, 'there', (event) => {
    if (event.kind === 'breaker') states.push(event.state);
  });
  state.failed(new Error('down'));
  await clock.advance(5_000);
  const trial = breaker(async (_request, inner) => {
    begin = inner.onFirstToken;
    return promise;
  }, state)(request, context);
  assert.throws(() => state.admit(), /left alone/);
  begin();
  state.admit();
  resolve(reply);
  assert.equal(await trial, reply);
  // The endpoint of the other breaker recovers by a whole reply.
  work();
  assert.equal(await ask(), 'ok');
  assert.equal(await guarded(request, context), reply);
  assert.equal(made(), before + 2);
  assert.deepEqual(states.slice(-5), ['open', 'half-open', 'closed', 'half-open', 'closed']);
});

test('a trial that its caller gave up does not close the way for ever', async () => {
  const { clock, ask, work } = await opened();
  await clock.advance(5_000);
  work(async () => {
    throw new DOMException('stopped', 'AbortError');
  });
  await ask();
  work();
  assert.equal(await ask(), 'ok');
});
