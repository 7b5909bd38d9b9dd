/** Retries end: by attempts, by the clock, by who pays; servers are asked again when they said, and not before. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ChatRequest, GenerateContext, Reply } from '../chat-model.ts';
import { ModelError, type ModelErrorKind } from '../model-error.ts';
import type { Call, CallContext, CallEvent } from './call.ts';
import { defaultRetryLimits, type RetryLimits, retry } from './retry.ts';
import { VirtualClock } from './virtual-clock.ts';

const request: ChatRequest = { messages: [], maxTokens: 1, temperature: 1, seed: 3 };
const reply: Reply = {
  reasoning: '',
  answer: 'yes',
  finish: 'stop',
  usage: { promptTokens: 1, completionTokens: 1 },
};
const failed = (kind: ModelErrorKind = 'server', more: { retryAfterMilliseconds?: number } = {}) =>
  new ModelError(kind, { kind, isRetryable: !['authentication', 'context-length'].includes(kind), ...more });

/** Runs a call that fails with each of `errors` and then answers; says when each attempt was made. */
async function run(
  errors: readonly unknown[],
  options: {
    readonly limits?: Partial<RetryLimits>;
    readonly context?: GenerateContext;
    readonly seconds?: number;
    readonly seed?: number;
    readonly before?: (context: CallContext, clock: VirtualClock) => Promise<void>;
  } = {},
) {
  const clock = new VirtualClock();
  const times: number[] = [];
  const events: CallEvent[] = [];
  const call: Call = async (_request, context) => {
    await options.before?.(context, clock);
    times.push(clock.now());
    const error = errors[times.length - 1];
    if (error !== undefined) throw error;
    return reply;
  };
  const retried = retry(call, {
    name: 'm',
    limits: { ...defaultRetryLimits, ...options.limits },
    clock,
    onEvent: (event) => events.push(event),
  });
  const result = retried(
    { ...request, seed: options.seed ?? 3 },
    { ...options.context, wasTooMuch: false, onFirstToken: () => {}, onQueued: () => {} },
  );
  const outcome = await clock.runUntil(result).catch((error: unknown) => error);
  return { outcome, times, events, clock };
}

test('a failure that may pass is tried again; any other is not', async () => {
  assert.equal((await run([failed(), failed('connection')])).outcome, reply);
  for (const error of [failed('authentication'), failed('context-length'), new TypeError('a bug')]) {
    const { outcome, times } = await run([error]);
    assert.deepEqual([outcome, times.length], [error, 1]);
  }
});

test('a failure that lasts is given up after the attempts that were allowed', async () => {
  const errors = Array.from({ length: 50 }, () => failed());
  const { outcome, times, events } = await run(errors, { limits: { attempts: 4 } });
  assert.equal(outcome, errors[3]);
  assert.deepEqual([times.length, events.length], [4, 3]);
});

test('waits grow twofold with full jitter up to the longest, and repeat with the seed', async () => {
  const errors = Array.from({ length: 11 }, () => failed());
  const limits = { attempts: 12, firstDelay: 100, longestDelay: 1_000 };
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 1_000 }), async (seed) => {
      const { times } = await run(errors, { limits, seed });
      for (const [i, time] of times.entries()) {
        const wait = time - (times[i - 1] ?? 0);
        assert.ok(wait <= (i === 0 ? 0 : Math.min(1_000, 100 * 2 ** (i - 1))));
      }
      assert.deepEqual((await run(errors, { limits, seed })).times, times);
    }),
    { numRuns: 40, seed: 2 },
  );
  const longest = await Promise.all(
    Array.from({ length: 60 }, async (_, seed) => {
      const { times } = await run(errors, { limits, seed });
      return (times[11] ?? 0) - (times[10] ?? 0);
    }),
  );
  assert.ok(Math.max(...longest) > 900 && Math.min(...longest) < 100, 'the whole range is used');
});

test('Retry-After is obeyed within 250 ms', async () => {
  const { times, outcome } = await run([failed('overloaded', { retryAfterMilliseconds: 7_000 })]);
  assert.equal(outcome, reply);
  const [, second = 0] = times;
  assert.ok(second >= 7_000 && second <= 7_250, `${second}`);
});

test('what lies beyond the wall clock is given up at once, not waited for', async () => {
  const error = failed('overloaded', { retryAfterMilliseconds: 60_001 });
  const { outcome, clock } = await run([error], { limits: { wallClock: 60_000 } });
  assert.equal(outcome, error);
  assert.equal(clock.now(), 0);
});

test('waiting for a turn does not use up the wall clock', async () => {
  let made = 0;
  const before = async (context: CallContext, clock: VirtualClock) => {
    made += 1;
    if (made !== 1) return;
    await clock.advance(100_000);
    context.onQueued(100_000);
  };
  const limits = { wallClock: 5_000, firstDelay: 10 };
  assert.equal((await run([failed()], { limits, before })).outcome, reply);
});

test('an attempt that the breaker kept from being made is none, but time passes', async () => {
  const open = () => failed('circuit-open', { retryAfterMilliseconds: 1_000 });
  const many = Array.from({ length: 10 }, open);
  assert.equal((await run(many, { limits: { attempts: 2 } })).outcome, reply);
  const limits = { attempts: 2, wallClock: 5_000 };
  const { outcome, clock } = await run(many, { limits });
  assert.ok(outcome instanceof ModelError && outcome.kind === 'circuit-open');
  assert.ok(clock.now() <= 5_000);
});

test('who pays is asked before each retry, with what failed, and may refuse', async () => {
  const asked: unknown[] = [];
  const errors = [failed(), failed('idle-timeout'), failed()];
  const mayRetry = (error: ModelError, attempts: number) => {
    asked.push([error.kind, attempts]);
    return attempts < 2;
  };
  const { outcome, times } = await run(errors, { context: { mayRetry } });
  assert.equal(outcome, errors[1]);
  assert.deepEqual(asked, [
    ['server', 1],
    ['idle-timeout', 2],
  ]);
  assert.equal(times.length, 2);
});

test('a reply that begins again says so, once for each beginning that had pieces', async () => {
  const kinds: string[] = [];
  const onDelta: NonNullable<GenerateContext['onDelta']> = (delta) => kinds.push(delta.kind);
  let made = 0;
  const before = async (context: CallContext) => {
    made += 1;
    if (made !== 2) context.onDelta?.({ kind: 'answer', text: 'x' });
  };
  await run([failed(), failed()], { context: { onDelta }, before });
  assert.deepEqual(kinds, ['answer', 'restart', 'answer']);
});

test('an abort ends the wait at once with its reason', async () => {
  const controller = new AbortController();
  const clock = new VirtualClock();
  const call: Call = async () => {
    throw failed('overloaded', { retryAfterMilliseconds: 1_000 });
  };
  const retried = retry(call, { name: 'm', limits: defaultRetryLimits, clock });
  const result = retried(request, {
    signal: controller.signal,
    wasTooMuch: false,
    onFirstToken: () => {},
    onQueued: () => {},
  });
  await clock.advance(500);
  controller.abort(new Error('enough'));
  await assert.rejects(result, /enough/);
  assert.deepEqual([clock.now(), clock.waiting], [500, 0]);
});

test('an attempt is told whether the server had sent its call away, which other failures are not', async () => {
  const told: boolean[] = [];
  await run([failed('connection'), failed('protocol'), failed('overloaded'), failed('server')], {
    before: async ({ wasTooMuch }) => void told.push(wasTooMuch),
  });
  assert.deepEqual(told, [false, false, false, true, true]);
});

test('asked to stop, a call that waits for another try is given up at once, and has said that it waits', async () => {
  const stop = new AbortController();
  const clock = new VirtualClock();
  const call: Call = async () => {
    throw failed('overloaded', { retryAfterMilliseconds: 1_000 });
  };
  const waits: boolean[] = [];
  const result = retry(call, { name: 'm', limits: defaultRetryLimits, clock })(request, {
    stopping: stop.signal,
    onWaiting: (isWaiting) => void waits.push(isWaiting),
    wasTooMuch: false,
    onFirstToken: () => {},
    onQueued: () => {},
  });
  await clock.advance(500);
  stop.abort(new Error('stop'));
  await assert.rejects(result, /stop/);
  assert.deepEqual([clock.now(), clock.waiting, waits], [500, 0, [true]]);
});
