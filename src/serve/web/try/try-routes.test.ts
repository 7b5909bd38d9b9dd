/**
 * Trying a model over HTTP, with scripted endpoints: plan, beginning, events, two watchers, stop with the best so far, going on,
 * a failure with its way out, closing, and a folder that cannot be written to.
 */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../../../journal/fixtures/temporary-directory.ts';
import {
  chunk,
  done,
  finished,
  type Script,
  startServer,
  stream,
  usage,
} from '../../../model/openai/fixtures/scripted-server.ts';
import type { TryEvent, TryPlan, TryRun } from '../../../view/api/try.ts';
import { Workplace } from '../../../view/workplace.ts';
import { createWebApp } from '../web-app.ts';
import { Tries } from './tries.ts';
import { tryRoutes } from './try-routes.ts';

const own = { host: 'localhost:7360', 'content-type': 'application/json' };

async function tried(
  context: TestContext,
  script: Script = (response) => stream(response, proof('Because $1 < 2$.')),
) {
  const folder = temporaryDirectory(context);
  const endpoint = await startServer(script);
  context.after(async () => await endpoint.close());
  const workplace = new Workplace({ folder });
  const tries = new Tries(workplace);
  context.after(async () => {
    await tries.close();
    workplace.close();
  });
  const app = createWebApp({
    ...{ workplace, appDirectory: folder, host: '127.0.0.1' },
    routes: [tryRoutes(workplace, tries)],
  });
  const post = async (place: string, body: object): Promise<{ status: number; body: unknown }> => {
    const response = await app.request(`/api/try/${place}`, {
      ...{ method: 'POST', headers: own, body: JSON.stringify(body) },
    });
    return { status: response.status, body: await response.json() };
  };
  /** Everything that is told until the end. */
  const events = async (run: string): Promise<TryEvent[]> => {
    const response = await app.request(`/api/try/${run}/events`, { headers: own });
    assert.equal(response.status, 200);
    const text = await response.text();
    return [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as TryEvent);
  };
  const request = {
    problem: 'Prove that $1 < 2$.',
    model: `openai:${endpoint.baseUrl}#m,price=1/2`,
    scaffold: 'single-turn',
    budget: '50k tokens',
    attempts: 1,
    asks: 'proof',
    maxTokens: 500,
  };
  return { folder, tries, app, post, events, request, asked: () => endpoint.requests.length };
}

function proof(text: string): string {
  return [chunk({ content: text }), finished('stop'), usage, done].join('');
}

/** The beginning of an answer that does not end. */
const half: Script = (response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.write(chunk({ content: 'Half' }));
};

test('a search is planned without a call, runs in a directory of its own, and streams to its end', async (context) => {
  const { post, events, request, folder, asked } = await tried(context);
  const plan = (await post('plan', request)).body as TryPlan;
  assert.equal(asked(), 0);
  assert.equal(plan.calls.middle, 1);
  assert.match(plan.statement, /<math/);
  assert.ok(plan.isNew && (plan.mostDollars ?? 0) > 0 && !existsSync(path.join(folder, plan.run)));
  const { run, directory } = (await post('start', request)).body as TryRun;
  assert.equal(directory, plan.run);
  const [told, again] = await Promise.all([events(run), events(run)]);
  for (const all of [told, again]) assert.equal(all[0]?.kind, 'state');
  const end = told.find((event) => event.kind === 'end');
  assert.ok(end?.kind === 'end' && end.end.status === 'finished');
  const best = told.findLast((event) => event.kind === 'best');
  assert.match(best?.kind === 'best' ? best.best.proof : '', /Because <math/);
  assert.ok(existsSync(path.join(folder, directory, 'proof.html')));
  assert.match(readFileSync(path.join(folder, directory, 'data', 'problems.jsonl'), 'utf8'), /1 < 2/);
  // The same again costs nothing.
  assert.equal(((await post('plan', request)).body as TryPlan).isNew, false);
  await post('start', request);
  const late = await events(run);
  const state = late.find((event) => event.kind === 'end' || event.kind === 'state');
  assert.ok(state !== undefined);
  assert.equal(asked(), 1);
});

test('roles of the scaffold have models of their own; what is no such line, and a role that is none, is said', async (context) => {
  const { post, request } = await tried(context);
  const roles = `verify=${request.model}`;
  const plan = (await post('plan', { ...request, scaffold: 'self-check', roles })).body as TryPlan;
  assert.match(plan.model, /, verify: /);
  for (const wrong of ['nonsense', `compare=${request.model}`, `${roles}\n${roles}`]) {
    const { status } = await post('plan', { ...request, scaffold: 'self-check', roles: wrong });
    assert.equal(status, 400, wrong);
  }
});

test('stopping keeps the best proof so far, and the same goes on', async (context) => {
  const gate = Promise.withResolvers<void>();
  const { post, events, request, asked } = await tried(context, (response, received, order) => {
    if (order !== 2) return stream(response, proof(`Proof ${order}.`));
    half(response, received, order);
    gate.resolve();
  });
  const cache = { ...request, scaffold: 'reasoning-cache(turns=2)' };
  const { run } = (await post('start', cache)).body as TryRun;
  const told = events(run);
  await gate.promise;
  assert.equal((await post(`${run}/stop`, {})).status, 200);
  const all = await told;
  const end = all.find((event) => event.kind === 'end');
  assert.ok(end?.kind === 'end' && end.end.status === 'stopped');
  assert.match(end.end.text, /There is a proof so far/);
  assert.match(end.end.wayOut ?? '', /goes on/);
  const before = asked();
  await post('start', cache);
  const later = await events(run);
  const last = later.find(
    (event) => event.kind === 'end' || (event.kind === 'state' && event.state.end !== null),
  );
  assert.ok(last !== undefined);
  // The first turn was paid for: what was cut off and what follows are asked.
  assert.equal(asked() - before, 2);
});

test('a failure has its reason and a way out', async (context) => {
  const { post, events, request } = await tried(context, (response) => {
    response.writeHead(401, { 'content-type': 'application/json' });
    response.end('{"error":{"message":"bad key"}}');
  });
  const { run } = (await post('start', request)).body as TryRun;
  const end = (await events(run)).find((event) => event.kind === 'end');
  assert.ok(end?.kind === 'end' && end.end.status === 'failed');
  assert.match(end.end.wayOut ?? '', /Set the key in the environment/);
});

test('what is wrong is told by field; keys are not named in a browser; nothing unknown is stopped or watched', async (context) => {
  const { post, request, app } = await tried(context);
  for (const [change, reason] of [
    [{ problem: ' ' }, /^problem: write a problem/],
    [{ model: 'nowhere' }, /^model: nowhere: no such model/],
    [{ model: `${request.model},key=HOME` }, /^model: which key is sent where/],
    [{ scaffold: 'rsa(n=0)' }, /^scaffold: rsa, n/],
    [{ budget: '10' }, /^budget: .*10 of what/],
    [{ model: request.model.replace(',price=1/2', ''), budget: '$2' }, /^budget: .*money is capped/],
    [{ attempts: 0 }, /^attempts/],
  ] as const) {
    for (const place of ['plan', 'start']) {
      const { status, body } = await post(place, { ...request, ...change });
      assert.equal(status, 400);
      assert.match((body as { error: { message: string } }).error.message, reason);
    }
  }
  assert.equal((await post('nothing/stop', {})).status, 404);
  assert.equal((await app.request('/api/try/nothing/events', { headers: own })).status, 404);
  const foreign = await app.request('/api/try/start', {
    ...{ method: 'POST', body: JSON.stringify(request) },
    headers: { ...own, origin: 'http://evil.example' },
  });
  assert.equal(foreign.status, 403);
});

test('closing stops what is being searched; then nothing begins', async (context) => {
  const gate = Promise.withResolvers<void>();
  const { post, request, tries, events } = await tried(context, (...asked) => {
    half(...asked);
    gate.resolve();
  });
  const { run } = (await post('start', request)).body as TryRun;
  const told = events(run);
  await gate.promise;
  await tries.close();
  assert.ok((await told).some((event) => event.kind === 'end' && event.end.status === 'stopped'));
  assert.equal((await post('start', request)).status, 409);
});

test('a folder that cannot be written to says so', {
  skip: process.getuid?.() === 0 && 'root may write anywhere',
}, async (context) => {
  const { post, request, folder } = await tried(context);
  chmodSync(folder, 0o555);
  const { status, body } = await post('start', request);
  chmodSync(folder, 0o755);
  assert.equal(status, 409);
  assert.match((body as { error: { message: string } }).error.message, /cannot be written to/);
});
