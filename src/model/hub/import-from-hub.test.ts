/** Models of a hub on this machine: whole, in parts, refused, broken off and taken up. */
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { configurations, writeModel } from '../../engine/gguf/model-fixture.ts';
import { readModelDirectory } from '../../engine/model-directory.ts';
import { verifyCheckpoint } from '../../journal/checkpoint-store.ts';
import { temporaryDirectory } from '../../journal/fixtures/temporary-directory.ts';
import { brokenFile, file } from '../../problems/remote/fixtures/file-server.ts';
import { hubServer } from '../../problems/remote/fixtures/hub-server.ts';
import { parseHubRevision } from '../../problems/remote/hub-place.ts';
import { shardedModel } from './fixtures/sharded-model.ts';
import { type HubImport, type HubImportOptions, importFromHub } from './import-from-hub.ts';

const sha = 'c'.repeat(40);
type Files = Record<string, Buffer>;

const readFiles = (directory: string): Files =>
  Object.fromEntries(readdirSync(directory).map((name) => [name, readFileSync(path.join(directory, name))]));

/** A small model as the hub would have it, with what no model needs beside it. */
async function modelFiles(directory: string): Promise<Files> {
  await writeModel(directory, configurations.qwen3 ?? assert.fail());
  const files = readFiles(directory);
  return {
    ...files,
    'README.md': Buffer.from('---\nlicense: apache-2.0\n---\n# Tiny\n'),
    'pytorch_model.bin': Buffer.from('old'),
    'onnx/model.onnx': Buffer.from('other'),
    '.gitattributes': Buffer.from(''),
  };
}

async function hub(context: TestContext) {
  const scratch = temporaryDirectory(context);
  const server = await hubServer(context, path.join(scratch, 'cache'));
  const directory = path.join(scratch, 'models', 'tiny');
  const files = await modelFiles(path.join(scratch, 'original'));
  const publish = (given: Files, revision = 'main', commit = sha) =>
    server.publishModel('me/tiny', revision, { sha: commit, files: given, card: { license: 'apache-2.0' } });
  const take = (options: Partial<HubImportOptions> = {}): Promise<HubImport> =>
    importFromHub({
      ...parseHubRevision('hub:me/tiny'),
      ...{ directory, withWeights: true, environment: server.environment },
      ...options,
    });
  const around = () =>
    existsSync(path.dirname(directory)) ? readdirSync(path.dirname(directory)).sort() : [];
  const askedFor = (name: string) =>
    server.asked.filter(({ path: asked }) => asked === `/cdn/${sha}/${name}`);
  return { scratch, server, directory, files, publish, take, around, askedFor };
}

test('a model comes whole, with its files as they are, and the engine reads it', async (context) => {
  const { directory, files, publish, take, around } = await hub(context);
  publish(files);
  const plans: number[] = [];
  const progress: number[] = [];
  const made = await take({
    onPlan: ({ bytes }) => plans.push(bytes),
    onProgress: (_, received, total) => progress.push(received, total),
  });
  assert.deepEqual(
    [made.model, made.commit, made.architecture, made.license, made.hasChatTemplate, made.weights],
    ['me/tiny', sha, 'qwen3', 'apache-2.0', true, 'as they are'],
  );
  const { 'manifest.json': _, ...written } = readFiles(directory);
  const { 'pytorch_model.bin': _bin, 'onnx/model.onnx': _onnx, '.gitattributes': _git, ...own } = files;
  assert.deepEqual(written, own);
  assert.equal((await verifyCheckpoint(directory)).ok, true);
  const { config, flat } = await readModelDirectory(directory);
  assert.deepEqual([config.model_type, flat.length], ['qwen3', made.parameters]);
  assert.deepEqual(
    [plans, made.bytes],
    [[made.bytes], Object.values(own).reduce((sum, { length }) => sum + length, 0)],
  );
  const weightBytes = own['model.safetensors']?.length;
  assert.deepEqual(progress.slice(-2), [weightBytes, weightBytes]);
  assert.deepEqual(around(), ['tiny']);
});

test('weights in several files come with their index, and give the same numbers; a type makes them one file', async (context) => {
  const { scratch, directory, files, publish, take } = await hub(context);
  publish(shardedModel(files));
  await take();
  const whole = await readModelDirectory(path.join(scratch, 'original'));
  assert.deepEqual((await readModelDirectory(directory)).flat, whole.flat);
  assert.ok(existsSync(path.join(directory, 'model-00002-of-00002.safetensors')));
  const half = path.join(scratch, 'models', 'half');
  const made = await take({ directory: half, type: 'BF16' });
  assert.equal(made.weights, 'BF16');
  assert.deepEqual(
    readdirSync(half).filter((name) => name.includes('safetensors')),
    ['model.safetensors'],
  );
  const { flat } = await readModelDirectory(half);
  assert.notDeepEqual(flat, whole.flat);
  assert.ok(flat.every((value, at) => Math.abs(value - (whole.flat[at] ?? 0)) <= Math.abs(value) / 128));
});

test('without weights only the small files are asked for, also of a family that the engine lacks', async (context) => {
  const { directory, files, publish, take, askedFor } = await hub(context);
  publish(files);
  const made = await take({ withWeights: false });
  assert.deepEqual([made.weights, made.remarks], [undefined, []]);
  assert.deepEqual(readdirSync(directory).sort(), [
    ...['README.md', 'config.json', 'manifest.json', 'tokenizer.json', 'tokenizer_config.json'],
  ]);
  assert.equal(askedFor('model.safetensors').length, 0);

  const config = JSON.parse(String(files['config.json'])) as Record<string, unknown>;
  const of = (fields: Record<string, unknown>) => ({
    ...files,
    'config.json': Buffer.from(JSON.stringify({ ...config, ...fields })),
  });
  publish(of({ model_type: 'mistral' }), 'main', 'd'.repeat(40));
  await assert.rejects(
    take(),
    /hub:me\/tiny config\.json: model_type "mistral" is an architecture .*--without-weights/,
  );
  assert.equal(askedFor('model.safetensors').length, 0);
  const foreign = await take({ withWeights: false });
  assert.deepEqual([foreign.architecture, foreign.parameters], ['mistral', undefined]);
  assert.match(foreign.remarks.join(), /model_type "mistral".*recipes cannot begin from it/);
  publish(of({ model_type: 'vision', vocab_size: undefined, text_config: {} }), 'main', 'e'.repeat(40));
  await assert.rejects(take({ withWeights: false }), /vocab_size: .*text_config/);
});

test('what is no model, or not in a form that is read, is refused before any of it comes', async (context) => {
  const { files, publish, take, around, server } = await hub(context);
  const { 'tokenizer.json': _, ...noTokenizer } = files;
  const { 'model.safetensors': weights = assert.fail(), ...noWeights } = files;
  const cases: [Files, RegExp][] = [
    [
      { 'adapter_config.json': Buffer.from('{}') },
      /hub:me\/tiny: there is no config\.json, .*it is an adapter/,
    ],
    [{ 'tiny-q4.gguf': Buffer.from('') }, /GGUF files: download one \(tiny-q4\.gguf\)/],
    [
      { ...noTokenizer, 'tokenizer.model': Buffer.from('') },
      /no tokenizer\.json; .*another form \(tokenizer_config\.json, tokenizer\.model\)/,
    ],
    [noWeights, /neither model\.safetensors nor model\.safetensors\.index\.json; it has pytorch_model\.bin/],
  ];
  for (const [at, [given, message]] of cases.entries()) {
    publish(given, 'main', `${at}`.repeat(40));
    await assert.rejects(take(), message);
  }
  assert.equal(server.asked.filter(({ path: asked }) => asked.startsWith('/cdn/')).length, 0);
  // Weights of another model are the hub's bytes and still refused, with nothing left of them.
  const config = JSON.parse(String(files['config.json'])) as Record<string, unknown>;
  const other = Buffer.from(JSON.stringify({ ...config, hidden_size: 64 }));
  publish({ ...files, 'config.json': other, 'model.safetensors': weights }, 'main', 'f'.repeat(40));
  await assert.rejects(take(), /^Error: hub:me\/tiny model\.safetensors: tensor/);
  const index = Buffer.from(JSON.stringify({ weight_map: { x: 'gone.safetensors' } }));
  publish({ ...noWeights, 'model.safetensors.index.json': index }, 'main', 'a'.repeat(40));
  await assert.rejects(take(), /index\.json names gone\.safetensors, which is not there/);
  const broken = Buffer.from('{"model":{"type":"Unigram"}}');
  publish({ ...files, 'tokenizer.json': broken }, 'main', 'b'.repeat(40));
  await assert.rejects(take(), /hub:me\/tiny: tokenizer\.json/);
  assert.deepEqual(around(), []);
});

test('a connection that breaks leaves no directory, and the next try goes on from what has come', async (context) => {
  const { server, directory, files, publish, take, around, askedFor } = await hub(context);
  const parts = shardedModel(files);
  publish(parts);
  const [first, second] = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
  const bytes = parts[second] ?? assert.fail();
  let isDown = true;
  server.serve(`/cdn/${sha}/${second}`, (request, response, count) => {
    const length = count === 0 ? 1000 : 0;
    if (isDown) brokenFile(bytes, length, `"${sha}"`)(request, response, count);
    else file(bytes, `"${sha}"`)(request, response, count);
  });
  await assert.rejects(take(), /connection broke after 1000 bytes .*the next try goes on from there/);
  assert.deepEqual(around(), ['.tiny.hub-import']);
  // As if its writer still lived, though it has let go of the place: it ends a moment later.
  const partials = path.join(path.dirname(directory), '.tiny.hub-import', 'partial');
  for (const name of readdirSync(partials)) {
    const living = name.replace(/tmp-\d+-/, `tmp-${process.ppid}-`);
    renameSync(path.join(partials, name), path.join(partials, living));
  }
  isDown = false;
  let kept = 0;
  await take({ onPlan: ({ keptBytes }) => (kept = keptBytes) });
  assert.equal(kept, (parts[first]?.length ?? 0) + 1000);
  assert.equal(askedFor(first).length, 1);
  assert.equal(askedFor(second).at(-1)?.headers.range, 'bytes=1000-');
  assert.deepEqual(readFileSync(path.join(directory, second)), bytes);
  assert.deepEqual(around(), ['tiny']);
});

test('stopped, it keeps what has come; a second import into the same place waits for nobody', async (context) => {
  const { files, publish, take, around } = await hub(context);
  publish(files);
  const controller = new AbortController();
  await assert.rejects(
    take({
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('stop')),
    }),
    /stop/,
  );
  assert.deepEqual(around(), ['.tiny.hub-import']);
  let other: Promise<void> | undefined;
  const underWay = /models.tiny: another import into it is under way/;
  await take({ onPlan: () => (other = assert.rejects(take(), underWay)) });
  await (other ?? assert.fail());
  assert.deepEqual(around(), ['tiny']);
});

test('bytes that are not those that the hub lists are refused, large files and small ones', async (context) => {
  const { server, files, publish, take, around } = await hub(context);
  publish(files);
  const other = Buffer.from(files['model.safetensors'] ?? assert.fail());
  other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
  server.serve(`/cdn/${sha}/model.safetensors`, file(other));
  await assert.rejects(take(), /model\.safetensors: its SHA-256 is .*, not /);
  const card = String(files['README.md']).replace('apache', 'apachE');
  server.serve(`/cdn/${sha}/README.md`, file(card));
  await assert.rejects(take(), /README\.md: its Git id is [\da-f]{40}, not /);
  assert.deepEqual(around(), []);
});

test('what may not be read, or is not there, is told with what mends it', async (context) => {
  const { server, files, publish, take, around } = await hub(context);
  publish(files);
  const at = `/me/tiny/resolve/${sha}/model.safetensors`;
  const refuse = (status: number, code: string) =>
    server.serve(at, (_, response) => response.writeHead(status, { 'x-error-code': code }).end('no'));
  refuse(401, 'GatedRepo');
  await assert.rejects(
    take(),
    /hub:me\/tiny: the hub answers 401 .*set HF_TOKEN .*accept its terms at http.*\/me\/tiny,/,
  );
  refuse(403, 'GatedRepo');
  const environment = { ...server.environment, HF_TOKEN: 'hf_mine' };
  await assert.rejects(
    take({ environment }),
    /answers 403 .*the account of the token may not read it.*accept its terms/,
  );
  assert.equal(
    server.asked.findLast(({ path: asked }) => asked === at)?.headers.authorization,
    'Bearer hf_mine',
  );
  refuse(404, 'EntryNotFound');
  await assert.rejects(take(), /answers 404 .*there is no such file at this commit/);
  const info = (revision: string) => `/api/models/me/tiny/revision/${revision}?blobs=true`;
  server.serve(info('v9'), (_, response) =>
    response.writeHead(404, { 'x-error-code': 'RevisionNotFound' }).end('{}'),
  );
  await assert.rejects(take({ revision: 'v9' }), /answers 404 .*it has no revision v9/);
  server.serve(info('v8'), (_, response) => response.writeHead(401).end('{}'));
  await assert.rejects(take({ revision: 'v8' }), /answers 401 .*no such model or revision, .*set HF_TOKEN/);
  await assert.rejects(take({ revision: 'v8', environment }), /or the token of HF_TOKEN is not accepted/);
  assert.deepEqual(around(), []);
});

test('without room nothing of the weights is asked for', async (context) => {
  const { files, publish, take, around, askedFor } = await hub(context);
  publish(files);
  const room = files['model.safetensors']?.length ?? assert.fail();
  await assert.rejects(take({ free: room - 1 }), /tiny: .* are still to come, and .* are free there.*--to/);
  assert.equal(askedFor('model.safetensors').length, 0);
  await assert.rejects(take({ free: room, type: 'F32' }), /are still to come/);
  assert.deepEqual(around(), []);
  await take({ free: room });
});

test('files in the cache of the hub’s own tools are taken from there if they are the hub’s, also without the hub', async (context) => {
  const { scratch, server, directory, files, publish, take, askedFor } = await hub(context);
  publish(files);
  const repository = path.join(scratch, 'cache', 'huggingface', 'hub', 'models--me--tiny');
  const snapshot = path.join(repository, 'snapshots', sha);
  for (const folder of ['blobs', 'refs']) mkdirSync(path.join(repository, folder), { recursive: true });
  mkdirSync(snapshot, { recursive: true });
  writeFileSync(path.join(repository, 'refs', 'main'), sha);
  for (const [name, content] of Object.entries(files)) {
    if (name.includes('/') || name.startsWith('.')) continue;
    const blob = path.join(repository, 'blobs', `blob-${name}`);
    writeFileSync(blob, content);
    symlinkSync(blob, path.join(snapshot, name));
  }
  writeFileSync(path.join(repository, 'blobs', 'blob-README.md'), 'damaged');
  let cached = 0;
  await take({ onPlan: ({ cachedBytes }) => (cached = cachedBytes) });
  assert.equal(cached, files['model.safetensors']?.length);
  assert.deepEqual([askedFor('model.safetensors').length, askedFor('README.md').length], [0, 1]);
  assert.deepEqual(readFileSync(path.join(directory, 'README.md')), files['README.md']);
  assert.deepEqual(readFileSync(path.join(directory, 'model.safetensors')), files['model.safetensors']);

  // Nothing that we remember: the hub's own tools know what main was.
  writeFileSync(path.join(repository, 'blobs', 'blob-README.md'), files['README.md'] ?? assert.fail());
  await server.close();
  const elsewhere = path.join(scratch, 'models', 'again');
  const environment = { ...server.environment, QED_CACHE: path.join(scratch, 'empty') };
  const made = await take({ directory: elsewhere, environment });
  assert.deepEqual(
    [made.commit, made.license, made.remarks[0]],
    [sha, 'apache-2.0', 'the hub cannot be reached; the model is taken as it was last seen'],
  );
  const offline = { ...environment, HF_HUB_OFFLINE: '1', HF_HOME: path.join(scratch, 'nothing') };
  await assert.rejects(take({ environment: offline }), /hub:me\/tiny: HF_HUB_OFFLINE is set/);
});
