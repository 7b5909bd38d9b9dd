/**
 * The web app's server: who may ask, under which policy, what a resource answers the first and the second time, how
 * trouble is told, and that changes of a run arrive while it is written.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { openJournal } from '../../journal/open-journal.ts';
import { Workplace } from '../../view/workplace.ts';
import { createWebApp, type WebAppOptions } from './web-app.ts';

async function appFor(context: TestContext, options: Partial<WebAppOptions> = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'qed-web-'));
  context.after(async () => await rm(folder, { recursive: true, force: true }));
  const appDirectory = path.join(folder, '.app');
  await mkdir(path.join(appDirectory, 'assets'), { recursive: true });
  await writeFile(path.join(appDirectory, 'index.html'), '<!doctype html><title>QED</title>');
  await writeFile(path.join(appDirectory, 'assets', 'a-1.js'), 'export {}');
  const workplace = new Workplace({ folder });
  context.after(() => workplace.close());
  return { folder, workplace, app: createWebApp({ workplace, appDirectory, host: '127.0.0.1', ...options }) };
}

const own = { host: 'localhost:7360' };

test('a page and an answer come with a policy that lets only the app’s own scripts run', async (context) => {
  const { app } = await appFor(context);
  for (const place of ['/', '/api/runs.json', '/assets/a-1.js', '/nothing']) {
    const { headers } = await app.request(place, { headers: own });
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'; script-src 'self';/);
    assert.match(policy, /require-trusted-types-for 'script'; trusted-types qed;/);
    assert.doesNotMatch(policy, /script-src[^;]*unsafe|frame-ancestors (?!'none')/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
  }
});

test('another host name, another origin and a cross-site request are refused', async (context) => {
  const { app } = await appFor(context);
  const asked = async (headers: Record<string, string>): Promise<number> =>
    (await app.request('/api/runs.json', { headers })).status;
  assert.equal(await asked(own), 200);
  assert.equal(await asked({ ...own, origin: 'http://localhost:7360' }), 200);
  assert.equal(await asked({ host: 'evil.example' }), 403);
  assert.equal(await asked({ ...own, origin: 'http://evil.example' }), 403);
  assert.equal(await asked({ ...own, origin: 'http://localhost:9999' }), 403);
  assert.equal(await asked({ ...own, origin: 'null' }), 403);
  assert.equal(await asked({ ...own, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }), 403);
});

test('elsewhere than on loopback only the token opens it, and a cookie keeps it open', async (context) => {
  const { app } = await appFor(context, { host: '0.0.0.0', token: 'secret' });
  assert.equal((await app.request('/')).status, 401);
  assert.equal((await app.request('/?token=wrong')).status, 401);
  const opened = await app.request('/?token=secret');
  assert.equal(opened.status, 303);
  assert.equal(opened.headers.get('location'), '/');
  const cookie = opened.headers.get('set-cookie') ?? '';
  assert.match(cookie, /HttpOnly/);
  assert.match(cookie, /SameSite=Strict/);
  const headers = { cookie: cookie.split(';')[0] ?? '' };
  assert.equal((await app.request('/api/runs.json', { headers })).status, 200);
  const wrong = { cookie: 'qed-token=wrong' };
  assert.equal((await app.request('/api/runs.json', { headers: wrong })).status, 401);
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  assert.equal((await app.request('/api/runs.json', bearer('wrong'))).status, 401);
  assert.equal((await app.request('/api/runs.json', bearer('secret'))).status, 200);
});

test('a folder of runs is listed, the damaged one with its reason, and asking again sends nothing', async (context) => {
  const { app, folder } = await appFor(context);
  await mkdir(path.join(folder, 'broken'));
  await writeFile(path.join(folder, 'broken', 'recipe.yaml'), 'name: [');
  await mkdir(path.join(folder, 'notes'));
  const answer = await app.request('/api/runs.json', { headers: own });
  const { runs } = (await answer.json()) as { runs: { path: string; state: string; troubles: string[] }[] };
  assert.deepEqual(
    runs.map(({ path: below, state }) => [below, state]),
    [['broken', 'damaged']],
  );
  assert.equal(runs[0]?.troubles.length, 1);
  const again = { ...own, 'if-none-match': answer.headers.get('etag') ?? '' };
  assert.equal((await app.request('/api/runs.json', { headers: again })).status, 304);
});

test('nothing outside the app is served as a file', async (context) => {
  const { app } = await appFor(context);
  assert.equal((await app.request('/assets/a-1.js', { headers: own })).status, 200);
  for (const place of [
    '/assets/..%2findex.html',
    '/assets/%2e%2e/index.html',
    '/assets/.x',
    '/../etc/passwd',
  ]) {
    const { status, headers } = await app.request(place, { headers: own });
    assert.ok(status === 404 || headers.get('content-type')?.includes('html') !== true, place);
  }
});

test('a report of a run is served under a policy of its own, and no other file of the run is', async (context) => {
  const { app, folder } = await appFor(context);
  const directory = path.join(folder, 'run');
  await mkdir(directory);
  await writeFile(path.join(directory, 'recipe.yaml'), 'name: [');
  await writeFile(path.join(directory, 'report.html'), '<!doctype html><script>1</script>');
  const { status, headers } = await app.request('/files/run/report.html', { headers: own });
  assert.equal(status, 200);
  const policy = headers.get('content-security-policy') ?? '';
  assert.match(policy, /default-src 'none'; style-src 'unsafe-inline'; .*sandbox/);
  assert.doesNotMatch(policy, /script-src|allow-scripts/);
  for (const place of ['recipe.yaml', 'calibration.html', '..%2frun%2freport.html']) {
    assert.equal((await app.request(`/files/run/${place}`, { headers: own })).status, 404, place);
  }
  assert.equal((await app.request('/files/other/report.html', { headers: own })).status, 404);
});

test('a change of a run is told while it is being written', async (context) => {
  const { app, folder } = await appFor(context);
  const directory = path.join(folder, 'run');
  const journal = await openJournal(directory);
  context.after(async () => await journal.close());
  await writeFile(path.join(directory, 'prove.json'), '{}');
  const control = new AbortController();
  const { body } = await app.request('/api/changes?runs=run', { headers: own, signal: control.signal });
  assert.ok(body !== null);
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const first = (await reader.read()).value ?? '';
  assert.match(first, /event: change\ndata: \{"run":"/);
  await journal.append('stream', 'key', { value: 1 });
  let second = '';
  while (!second.includes('event: change')) second += (await reader.read()).value ?? '';
  assert.notEqual(second, first);
  await reader.cancel();
  control.abort();
});
