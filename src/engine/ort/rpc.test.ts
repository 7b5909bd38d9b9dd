import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { afterEach, test } from 'node:test';
import { siblingModule, WorkerClient } from './rpc.ts';
import type { FixtureService } from './rpc-fixture-worker.ts';

const fixture = siblingModule('rpc-fixture-worker', import.meta.url);
const clients: WorkerClient<FixtureService>[] = [];

function start(order: 'serial' | 'concurrent' = 'serial'): WorkerClient<FixtureService> {
  process.env.QED_FIXTURE_ORDER = order;
  const client = new WorkerClient<FixtureService>(fixture, 'fixture');
  clients.push(client);
  return client;
}

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

test('arguments and results cross, and named buffers move instead of being copied', async () => {
  const client = start();
  const values = Float32Array.of(1, 2, 3);
  const doubled = await client.call('double', values, { transfer: [values.buffer] });
  assert.deepEqual(doubled, Float32Array.of(2, 4, 6));
  assert.equal(values.length, 0);
});

test('an error in a handler rejects its call only, with name and message', async () => {
  const client = start();
  await assert.rejects(client.call('fail', 'no such row'), { name: 'RangeError', message: 'no such row' });
  await assert.rejects(client.call('failAsSystem', 'ENOSPC'), { code: 'ENOSPC' });
  await assert.rejects(client.call('uncloneable', undefined), /could not be cloned/);
  assert.deepEqual(await client.call('double', Float32Array.of(1)), Float32Array.of(2));
});

test('serial calls run one after another, concurrent ones overlap', async () => {
  const serial = start('serial');
  const [, serialLog] = await Promise.all([serial.call('log', 'a'), serial.call('log', 'b')]);
  assert.deepEqual(serialLog, ['a begins', 'a ends', 'b begins', 'b ends']);
  const concurrent = start('concurrent');
  // Each call ends only once the other has begun.
  assert.deepEqual(
    await Promise.all([concurrent.call('meet', undefined), concurrent.call('meet', undefined)]),
    [2, 2],
  );
});

test('an aborted call rejects with an AbortError and the handler is told', async () => {
  const client = start('concurrent');
  const controller = new AbortController();
  const call = client.call('waitForAbort', undefined, { signal: controller.signal });
  await client.call('double', Float32Array.of());
  controller.abort();
  await assert.rejects(call, { name: 'AbortError' });
  assert.equal((await client.call('log', 'x'))[0], 'aborted');
  await assert.rejects(client.call('log', 'y', { signal: controller.signal }), { name: 'AbortError' });
});

test('a worker that dies rejects the calls in flight and all later ones', async () => {
  const exited = start();
  const inFlight = exited.call('exit', 3);
  const queued = exited.call('double', Float32Array.of(1));
  const expected = /fixture worker ended unexpectedly during exit, double: exit code 3/;
  await assert.rejects(inFlight, expected);
  await assert.rejects(queued, expected);
  await assert.rejects(exited.call('double', Float32Array.of(1)), expected);
  const thrown = start();
  await assert.rejects(thrown.call('throwLater', 'out of luck'), /ended unexpectedly.*out of luck/);
});

test('close lets running calls end, and later calls are refused', async () => {
  const client = start('concurrent');
  const call = client.call('waitForAbort', undefined);
  await client.close();
  assert.equal(await call, 'aborted');
  await assert.rejects(client.call('double', Float32Array.of(1)), /fixture worker is closed/);
  await client.close();
});

test('a worker that fails at closing says so, and one that had failed is ended', async () => {
  process.env.QED_FIXTURE_CLOSE = 'fail';
  const failing = start();
  delete process.env.QED_FIXTURE_CLOSE;
  await failing.call('double', Float32Array.of(1));
  await assert.rejects(failing.close(), /fixture worker ended unexpectedly.*the last save failed/);
  await failing.close();
});

test('a module that does not load is an error of the first call', async () => {
  const client = new WorkerClient<FixtureService>(siblingModule('no-such-module', import.meta.url), 'lost');
  clients.push(client as WorkerClient<FixtureService>);
  await assert.rejects(
    client.call('double', Float32Array.of(1)),
    /lost worker ended unexpectedly.*no-such-module/,
  );
});

test('an idle worker that nobody closed does not keep the process alive', () => {
  const script = `
    import { WorkerClient } from ${JSON.stringify(siblingModule('rpc', import.meta.url).href)};
    const client = new WorkerClient(new URL(${JSON.stringify(fixture.href)}), 'fixture');
    console.log((await client.call('double', Float32Array.of(4)))[0]);`;
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { timeout: 30_000 });
  assert.equal(child.stdout.toString().trim(), '8');
  assert.equal(child.status, 0);
});
