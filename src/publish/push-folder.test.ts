import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseHubPlace } from '../problems/remote/hub-place.ts';
import { type HubRequest, type ScriptedHub, scriptedHub } from './fixtures/scripted-hub.ts';
import { PushError, type PushOptions, pushFolder } from './push-folder.ts';

const place = parseHubPlace('hub:me/tiny');
/** Sent in one piece, and in several. */
const large = { 'middle.bin': 'm'.repeat(3000), 'model.safetensors': 'w'.repeat(10_500) };
const files: Readonly<Record<string, string>> = {
  'README.md': '---\nlicense: mit\n---\n',
  'config.json': '{}',
  ...large,
};

function folderOf(t: TestContext, contents: Readonly<Record<string, string>> = files): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'qed-push-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(contents)) writeFileSync(path.join(folder, name), text);
  writeFileSync(path.join(folder, 'manifest.json'), '{"of": "the folder"}');
  return folder;
}

function options(hub: ScriptedHub, folder: string, changed: Partial<PushOptions> = {}): PushOptions {
  return {
    ...{ folder, kind: 'model', place, token: hub.token, tokenFrom: 'HF_TOKEN', endpoint: hub.origin },
    ...{ isPrivate: true, title: 'push', patience: { attempts: 3, sleep: async () => undefined } },
    ...changed,
  };
}

const asTexts = (hub: ScriptedHub): Record<string, string> =>
  Object.fromEntries([...(hub.files('me/tiny') ?? [])].map(([name, bytes]) => [name, bytes.toString()]));
const uploads = (asked: readonly HubRequest[]): HubRequest[] =>
  asked.filter(({ method }) => method === 'PUT');

test('a folder arrives byte for byte in one commit, its manifest not, in a private repository', async (t) => {
  const hub = await scriptedHub(t);
  const pushed = await pushFolder(options(hub, folderOf(t)));
  assert.deepEqual(asTexts(hub), files);
  assert.equal(hub.isPrivate('me/tiny'), true);
  assert.match(pushed.commit ?? '', /^[\da-f]{40}$/);
  assert.equal(pushed.url, `${hub.origin}/me/tiny`);
  assert.equal(hub.asked.filter(({ path: place }) => place.includes('/commit/')).length, 1);
  // Pieces of 1,024 bytes: eleven of the weights, and the middle file whole.
  assert.deepEqual(
    uploads(hub.asked)
      .map(({ bytes }) => bytes)
      .sort((a, b) => a - b),
    [260, ...Array<number>(10).fill(1024), 3000],
  );
});

test('the token goes to the hub alone, never to its storage', async (t) => {
  const hub = await scriptedHub(t);
  await pushFolder(options(hub, folderOf(t)));
  for (const { path: place, authorization } of hub.asked)
    assert.equal(authorization, place.startsWith('/storage/') ? undefined : 'Bearer hf_scripted', place);
});

test('what is there already is not sent again', async (t) => {
  const hub = await scriptedHub(t);
  const folder = folderOf(t);
  await pushFolder(options(hub, folder));
  const before = hub.asked.length;
  assert.equal((await pushFolder(options(hub, folder))).commit, undefined);
  assert.deepEqual(
    hub.asked.slice(before).map(({ method }) => method),
    ['POST', 'GET'],
  );
});

test('weights of an earlier push in other files are taken out, what else lies there stays', async (t) => {
  const hub = await scriptedHub(t);
  const shards = { 'model-00001-of-00002.safetensors': 'old', 'model.safetensors.index.json': '{}' };
  hub.put('me/tiny', { ...shards, 'notes.md': 'mine', 'README.md': 'old' });
  const { removed, replaced } = await pushFolder(options(hub, folderOf(t)));
  assert.deepEqual(replaced, ['README.md']);
  assert.deepEqual([...removed].sort(), Object.keys(shards));
  assert.deepEqual(asTexts(hub), { 'notes.md': 'mine', ...files });
});

test('data sets go to their own place', async (t) => {
  const hub = await scriptedHub(t);
  const { url } = await pushFolder(options(hub, folderOf(t), { kind: 'dataset' }));
  assert.equal(url, `${hub.origin}/datasets/me/tiny`);
  assert.ok(hub.asked.some(({ path: place }) => place === '/datasets/me/tiny.git/info/lfs/objects/batch'));
  assert.ok(hub.asked.some(({ path: place }) => place === '/api/datasets/me/tiny/commit/main'));
});

test('a connection dropped in the middle shows nothing, and the next push sends only what is missing', async (t) => {
  const hub = await scriptedHub(t);
  const folder = folderOf(t);
  hub.fault = ({ path: place }) => (/^\/storage\/.*\/7$/.test(place) ? 'drop' : undefined);
  await assert.rejects(pushFolder(options(hub, folder)), (error: unknown) => {
    assert.ok(error instanceof PushError);
    assert.match(error.message, /connection to .* failed .* the same command finds out/);
    return true;
  });
  assert.equal(hub.files('me/tiny')?.size, 0);
  hub.fault = () => undefined;
  const before = hub.asked.length;
  await pushFolder(options(hub, folder));
  assert.deepEqual(asTexts(hub), files);
  // The file that had arrived whole is not sent again.
  assert.ok(!uploads(hub.asked.slice(before)).some(({ bytes }) => bytes === 3000));
});

test('a passing fault is waited out, as long as the hub says', async (t) => {
  const hub = await scriptedHub(t);
  const waits: number[] = [];
  const faults: (number | 'drop')[] = [503, 'drop'];
  hub.fault = ({ path: place }) => (place.startsWith('/storage/') ? faults.shift() : undefined);
  const patience = { attempts: 3, sleep: async (milliseconds: number) => void waits.push(milliseconds) };
  await pushFolder(options(hub, folderOf(t), { patience }));
  assert.deepEqual(asTexts(hub), files);
  assert.equal(waits.length, 2);
});

test('a commit whose answer is lost is not repeated blindly: the next push finds it', async (t) => {
  const hub = await scriptedHub(t);
  const folder = folderOf(t);
  hub.fault = ({ path: place }) => (place.includes('/commit/') ? 'drop-after' : undefined);
  await assert.rejects(pushFolder(options(hub, folder)), /Only a commit that has arrived whole is visible/);
  assert.equal(hub.asked.filter(({ path: place }) => place.includes('/commit/')).length, 1);
  hub.fault = () => undefined;
  assert.equal((await pushFolder(options(hub, folder))).commit, undefined);
});

for (const [status, at, message] of [
  [401, '/api/repos/create', /does not accept the token from HF_TOKEN .*as the test wants it.*write access/],
  [403, '/api/models/me/tiny/commit/main', /may not write there .*write access to me/],
  [404, '/api/repos/create', /knows no me that the token may write for/],
  [409, '/api/models/me/tiny/commit/main', /somebody else changed it meanwhile .*run the same command again/],
  [412, '/api/models/me/tiny/commit/main', /somebody else changed it meanwhile/],
  [413, '/me/tiny.git/info/lfs/objects/batch', /larger than the hub takes/],
  [500, '/api/models/me/tiny/preupload/main', /answers 500 .*goes on with what is missing/],
] as const)
  test(`${status} at ${at} is told in words, and nothing is visible`, async (t) => {
    const hub = await scriptedHub(t);
    hub.fault = ({ path: place }) => (place === at ? status : undefined);
    await assert.rejects(pushFolder(options(hub, folderOf(t))), (error: unknown) => {
      assert.ok(error instanceof PushError);
      assert.equal(error.status, status);
      assert.match(error.message, message);
      assert.match(error.message, /Nothing of this push is visible there/);
      assert.doesNotMatch(error.message, /hf_scripted/);
      return true;
    });
    assert.equal(hub.files('me/tiny')?.size ?? 0, 0);
  });

test('a hub that lists other bytes than were sent is noticed', async (t) => {
  const hub = await scriptedHub(t);
  const folder = folderOf(t);
  hub.fault = ({ path: place }) => {
    // The files change on the way, after the digests were taken.
    if (place.includes('/preupload/')) writeFileSync(path.join(folder, 'config.json'), '{"other": 1}');
    return undefined;
  };
  await pushFolder(options(hub, folder)).then(
    () => assert.fail('expected a fault'),
    (error: unknown) => assert.match(String(error), /lists config\.json with other bytes/),
  );
});

test('a stopped push says the reason of the stop', async (t) => {
  const hub = await scriptedHub(t);
  const stop = new AbortController();
  hub.fault = ({ path: place }) => {
    if (place.startsWith('/storage/')) stop.abort(new Error('stopped by hand'));
    return undefined;
  };
  await assert.rejects(pushFolder(options(hub, folderOf(t), { signal: stop.signal })), /stopped by hand/);
  assert.equal(hub.files('me/tiny')?.size, 0);
});
