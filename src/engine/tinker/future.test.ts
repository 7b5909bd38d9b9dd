/** The table of futures, row by row. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from './connection.ts';
import { type Scripted, ScriptedTransport } from './fixtures/scripted-transport.ts';
import { VirtualClock } from './fixtures/virtual-clock.ts';
import { awaitFuture } from './future.ts';

function wait(script: ConstructorParameters<typeof ScriptedTransport>[0], signal?: AbortSignal) {
  const clock = new VirtualClock();
  const scripted = new ScriptedTransport(script);
  const remarks: string[] = [];
  const connection = new Connection({
    ...{ url: 'http://127.0.0.1:9', clock, transport: scripted.transport },
    onRemark: (text) => remarks.push(text),
  });
  let submissions = 0;
  const outcome = awaitFuture(
    connection,
    { request_id: 'r0' },
    {
      ...{ requestType: 'OptimStep', protobuf: true, signal },
      resubmit: async () => {
        submissions += 1;
        return { request_id: `r${submissions}` };
      },
    },
  );
  const asked = () =>
    scripted.requests.map(
      ({ body }) => JSON.parse(String(body)) as { request_id: string; allow_metadata_only: boolean },
    );
  return { outcome, clock, scripted, remarks, asked };
}

const result: Scripted = { status: 200, json: { metrics: {} } };
const value = { kind: 'json', value: { metrics: {} } };

test('a result is given as it came, by its content type', async () => {
  assert.deepEqual(await wait([result]).outcome, value);
  const bytes = Uint8Array.of(1, 2);
  assert.deepEqual(await wait([{ status: 200, protobuf: bytes }]).outcome, { kind: 'protobuf', bytes });
});

test('try_again and 408 are asked again at once, for as long as it takes', async () => {
  const again: Scripted = {
    status: 200,
    json: { type: 'try_again', request_id: 'r0', queue_state: 'active' },
  };
  const { outcome, clock, scripted } = wait((_, index) =>
    index === 400 ? result : index % 2 === 0 ? again : { status: 408 },
  );
  assert.deepEqual(await outcome, value);
  assert.equal(scripted.requests.length, 401);
  assert.deepEqual(clock.sleeps, []);
  assert.equal(scripted.requests[7]?.headers['x-tinker-request-iteration'], '7');
});

test('complete_metadata is answered by asking for the whole', async () => {
  const { outcome, asked } = wait([
    { status: 200, json: { status: 'complete_metadata', response_payload_size: 9 } },
    result,
  ]);
  assert.deepEqual(await outcome, value);
  assert.deepEqual(
    asked().map(({ allow_metadata_only: only }) => only),
    [true, false],
  );
});

test('a failure is final, with whose it is', async () => {
  const failed = (category: string): Scripted => ({ status: 200, json: { error: 'no memory', category } });
  await assert.rejects(wait([failed('server'), result]).outcome, {
    kind: 'failed',
    message: 'the server at http://127.0.0.1:9 could not do OptimStep (it blames itself): no memory',
  });
  await assert.rejects(wait([failed('user'), result]).outcome, /blames the request/);
});

test('5xx are asked again: at once, then with waits, and not for ever', async () => {
  const passing = wait([{ status: 502 }, { status: 500 }, { status: 503 }, result]);
  assert.deepEqual(await passing.outcome, value);
  assert.ok(passing.clock.sleeps.every((sleep) => sleep <= 5_000));
  const lasting = wait([{ status: 500, text: 'broken' }]);
  await assert.rejects(lasting.outcome, { name: 'TinkerError', status: 500 });
  assert.ok(lasting.clock.now() <= 16 * 60_000);
});

test('429 and no answer wait 1, 2, 4 … 30 seconds, from the beginning after any answer', async () => {
  const { outcome, clock } = wait([
    ...['no answer', { status: 429 }, 'no answer', 'no answer', 'no answer', 'no answer'],
    ...[{ status: 408 }, 'no answer', { status: 200, json: { type: 'try_again' } }, 'no answer', result],
  ] as Scripted[]);
  assert.deepEqual(await outcome, value);
  assert.deepEqual(clock.sleeps.slice(0, 6), [1_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
  assert.equal(clock.sleeps.at(-1), 1_000);
});

test('silence of a quarter of an hour ends it', async () => {
  const { outcome, clock } = wait(['no answer']);
  await assert.rejects(outcome, {
    kind: 'connection',
    message: /has not answered for 15 minutes \(socket hang up\)/,
  });
  assert.ok(clock.now() < 17 * 60_000);
});

test('400 is asked three times more, and then believed', async () => {
  const bad: Scripted = { status: 400, json: { detail: 'Maximum number of LoRA adapters (4) reached' } };
  assert.deepEqual(await wait([bad, bad, bad, result]).outcome, value);
  const { outcome, scripted } = wait([bad]);
  await assert.rejects(outcome, { kind: 'failed', message: /LoRA adapters \(4\) reached/ });
  assert.equal(scripted.requests.length, 4);
});

test('410 submits the request again and waits for the new ticket', async () => {
  const { outcome, asked } = wait([{ status: 410 }, { status: 408 }, { status: 410 }, result]);
  assert.deepEqual(await outcome, value);
  assert.deepEqual(
    asked().map(({ request_id: id }) => id),
    ['r0', 'r1', 'r1', 'r2'],
  );
  await assert.rejects(wait([{ status: 410 }]).outcome, { status: 410 });
});

test('402 waits for payment, an hour at most, and a person is told once', async () => {
  const { outcome, clock, remarks } = wait([
    { status: 402, json: { detail: 'top up' } },
    { status: 402 },
    result,
  ]);
  assert.deepEqual(await outcome, value);
  assert.deepEqual(clock.sleeps, [5_000, 5_000]);
  assert.equal(remarks.length, 1);
  const never = wait([{ status: 402 }]);
  await assert.rejects(never.outcome, { kind: 'billing' });
  assert.ok(never.clock.now() <= 61 * 60_000);
});

test('other refusals are final', async () => {
  for (const status of [401, 403, 404, 422]) {
    const { outcome, scripted } = wait([{ status }, result]);
    await assert.rejects(outcome, { name: 'TinkerError', status });
    assert.equal(scripted.requests.length, 1);
  }
});

test('who gives up is told at once', async () => {
  const abort = new AbortController();
  const { outcome } = wait((_, index) => {
    if (index === 3) abort.abort();
    return { status: 408 };
  }, abort.signal);
  await assert.rejects(outcome, { name: 'AbortError' });
});
