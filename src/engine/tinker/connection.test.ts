/** The retry table of requests, row by row, and what errors say and do not say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from './connection.ts';
import { type Scripted, ScriptedTransport } from './fixtures/scripted-transport.ts';
import { VirtualClock } from './fixtures/virtual-clock.ts';
import { healthz } from './wire/endpoints/server-endpoints.ts';
import { createSession } from './wire/endpoints/session-endpoints.ts';

const key = 'tml-0123456789abcdef';

function connect(script: ConstructorParameters<typeof ScriptedTransport>[0]) {
  const clock = new VirtualClock();
  const scripted = new ScriptedTransport(script);
  const remarks: string[] = [];
  const connection = new Connection({
    ...{ url: 'https://tinker.example/', apiKey: key, clock, transport: scripted.transport },
    onRemark: (text) => remarks.push(text),
  });
  return { connection, scripted, clock, remarks };
}

const good: Scripted = { status: 200, json: { session_id: 's' } };

for (const trouble of [
  { status: 408 },
  { status: 429 },
  { status: 500 },
  { status: 503 },
  { status: 418, headers: { 'x-should-retry': 'true' } },
  'no answer',
  'unreachable',
] as const satisfies readonly Scripted[]) {
  const name = typeof trouble === 'string' ? trouble : `${trouble.status}`;
  test(`${name} is asked again, with waits that grow, under the same idempotency key`, async () => {
    const { connection, scripted, clock } = connect([trouble, trouble, trouble, good]);
    assert.equal((await connection.call(createSession, {})).session_id, 's');
    assert.equal(new Set(scripted.requests.map(({ headers }) => headers['x-idempotency-key'])).size, 1);
    assert.equal(clock.sleeps.length, 3);
    for (const [attempt, wait] of clock.sleeps.entries())
      assert.ok(wait <= 500 * 2 ** attempt && wait >= 375 * 2 ** attempt, `${wait}`);
  });
}

for (const trouble of [
  { status: 409 },
  { status: 400 },
  { status: 401 },
  { status: 404 },
  { status: 422 },
  { status: 500, headers: { 'x-should-retry': 'false' } },
] as const satisfies readonly Scripted[]) {
  test(`${trouble.status} is asked once`, async () => {
    const { connection, scripted } = connect([trouble, good]);
    await assert.rejects(connection.call(createSession, {}), { name: 'TinkerError', status: trouble.status });
    assert.equal(scripted.requests.length, 1);
  });
}

test('a server says how long to wait, in seconds or milliseconds, up to a minute', async () => {
  const waiting = (headers: Record<string, string>): Scripted => ({ status: 429, headers });
  const { connection, clock } = connect([
    waiting({ 'retry-after': '7' }),
    waiting({ 'retry-after-ms': '1500' }),
    waiting({ 'retry-after': '3600' }),
    good,
  ]);
  await connection.call(createSession, {});
  assert.deepEqual(clock.sleeps.slice(0, 2), [7_000, 1_500]);
  assert.ok((clock.sleeps[2] ?? 0) <= 2_000);
});

test('five minutes of nothing are enough, and a person is told before', async () => {
  const { connection, clock, remarks } = connect(['unreachable']);
  await assert.rejects(connection.call(createSession, {}), {
    kind: 'connection',
    message:
      'the server at https://tinker.example has not answered create_session for 5 minutes (connect ECONNREFUSED). Is it running, and is the address right?',
  });
  assert.ok(clock.now() <= 300_000 && clock.now() > 250_000);
  assert.equal(remarks.length, 1);
});

test('what may have arrived and would not be known again is not sent again', async () => {
  const { connection, scripted } = connect(['unreachable', 'no answer', good]);
  await assert.rejects(connection.send('optim_step', { body: {}, repeatable: false }), {
    kind: 'connection',
    message: /whether it was done cannot be told. Go on from the last checkpoint/,
  });
  assert.equal(scripted.requests.length, 2);
});

test('the key is in the header and in no error and no remark', async () => {
  const echo = { detail: `bad key ${key} (${key.slice(0, 14)}…)` };
  const { connection, scripted, remarks } = connect((_, index) => ({
    ...{ status: index < 4 ? 500 : 401, json: echo },
  }));
  const error = await connection.call(createSession, {}).catch((caught: unknown) => caught);
  assert.ok(error instanceof Error);
  assert.equal(scripted.requests[0]?.headers['x-api-key'], key);
  assert.match(error.message, /bad key \[key\]/);
  connection.onRemark(`it says ${key}`);
  assert.ok(![error.message, ...remarks].some((text) => text.includes(key.slice(0, 12))));
});

test('errors say what the server said: a text, a list of faults, a page', async () => {
  const said = async (answer: Scripted) => {
    const { connection } = connect([answer]);
    const error = await connection.call(createSession, {}).catch((caught: unknown) => caught);
    assert.ok(error instanceof Error);
    return error.message;
  };
  const faults = [{ loc: ['body', 'stop'], msg: 'Input should be a valid list' }];
  assert.match(
    await said({ status: 422, json: { detail: faults } }),
    /body\.stop: Input should be a valid list/,
  );
  assert.match(await said({ status: 404, text: 'no  such\npage' }), /with 404: no such page/);
  assert.match(await said({ status: 200, text: '<html>' }), /that is no JSON: <html>/);
  assert.match(
    await said({ status: 200, json: { session: 1 } }),
    /answered create_session with something else than the protocol has \(session_id: /,
  );
});

test('addresses with and without the prefix are the same; others are refused', async () => {
  for (const url of ['http://localhost:8000', 'http://localhost:8000/', 'http://localhost:8000/api/v1/']) {
    const scripted = new ScriptedTransport([{ status: 200, json: { status: 'ok' } }]);
    await new Connection({ url, transport: scripted.transport }).call(healthz, undefined);
    assert.equal(scripted.requests[0]?.url, 'http://localhost:8000/api/v1/healthz');
  }
  assert.throws(() => new Connection({ url: 'localhost:8000' }), /begins with http:\/\/ or https:\/\//);
});

test('a key that would travel unencrypted is remarked on, but not on this machine', () => {
  const remarksFor = (url: string): string[] => {
    const remarks: string[] = [];
    new Connection({ url, apiKey: key, onRemark: (text) => remarks.push(text) });
    return remarks;
  };
  assert.match(remarksFor('http://tinker.example')[0] ?? '', /without encryption/);
  assert.deepEqual([remarksFor('http://127.0.0.1:8'), remarksFor('https://tinker.example')], [[], []]);
});

test('nothing is asked after the session was lost, or after the signal fired', async () => {
  const { connection } = connect([good]);
  const abort = new AbortController();
  const other = new Connection({
    ...{
      url: 'http://127.0.0.1:9',
      transport: new ScriptedTransport([good]).transport,
      signal: abort.signal,
    },
  });
  abort.abort();
  await assert.rejects(other.call(createSession, {}), { name: 'AbortError' });
  const { TinkerError } = await import('./tinker-error.ts');
  connection.fail(new TinkerError('session-lost', 'over'));
  await assert.rejects(connection.call(createSession, {}), { kind: 'session-lost', message: 'over' });
});
