import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { configurations, writeModel } from '../engine/gguf/model-fixture.ts';
import { shardedModel } from '../model/hub/fixtures/sharded-model.ts';
import { file } from '../problems/remote/fixtures/file-server.ts';
import { hubServer } from '../problems/remote/fixtures/hub-server.ts';
import { type Ended, runCommand } from './fixtures/run-command.ts';

const sha = 'c'.repeat(40);
const model = 'model.safetensors';

async function placeOf(t: TestContext) {
  const directory = mkdtempSync(path.join(tmpdir(), 'qed-from-hub-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const original = path.join(directory, 'original');
  await writeModel(original, configurations.qwen2 ?? assert.fail());
  const files = Object.fromEntries(
    readdirSync(original).map((name) => [name, readFileSync(path.join(original, name))]),
  );
  const server = await hubServer(t, path.join(directory, 'cache'));
  server.publishModel('me/tiny', 'main', { sha, files, card: { license: 'mit' } });
  const environment = { ...server.environment, HF_TOKEN: '', HF_TOKEN_PATH: '', HF_HUB_CACHE: '' };
  const qed = (...args: string[]): Promise<Ended> => runCommand(args, { directory, environment });
  const at = (...parts: string[]): string => path.join(directory, ...parts);
  return { at, qed, server, files, environment };
}

test('a model of the hub by command: its size before, what was made after', async (t) => {
  const { at, qed, files } = await placeOf(t);
  const { code, out, err } = await qed('import', 'hub:me/tiny', '--to', 'models/tiny');
  assert.equal(code, 0, err);
  assert.match(
    err,
    /^hub:me\/tiny at commit c{40}: 4 files, [\d.]+ kB\n {2}model\.safetensors {2}[\d.]+ kB\n$/,
  );
  assert.match(
    out,
    /^me\/tiny\n {2}commit +c{40}\n {2}architecture +qwen2, [\d,]+ parameters\n {2}licence +mit\n/,
  );
  assert.match(out, /chat template +yes\n {2}weights +as they are\nimported into models.tiny\n$/);
  assert.deepEqual(readFileSync(at('models', 'tiny', model)), files[model]);

  const again = await qed('import', 'hub:me/tiny@main', '--to', 'models/tiny');
  assert.deepEqual([again.code, again.out], [1, '']);
  assert.match(again.err, /there is a model already; --force replaces it/);
  const small = await qed(
    ...['import', `hub:me/tiny@${sha}`, '--to', 'models/tiny', '--force', '--without-weights', '--json'],
  );
  const facts = JSON.parse(small.out) as { commit: string; weights?: string; files: { name: string }[] };
  assert.deepEqual([facts.commit, facts.weights], [sha, undefined]);
  assert.ok(!facts.files.some(({ name }) => name === model) && !existsSync(at('models', 'tiny', model)));
});

test('killed between two files of weights, the same command asks only for the second', async (t) => {
  const { at, server, files, environment } = await placeOf(t);
  const parts = shardedModel(files);
  server.publishModel('me/tiny', 'main', { sha, files: parts });
  const [first = assert.fail(), second = assert.fail()] = Object.keys(parts).filter((name) =>
    name.endsWith('.safetensors'),
  );
  // The second does not come before the kill.
  server.serve(`/cdn/${sha}/${second}`, () => undefined);
  const args = ['import', 'hub:me/tiny', '--to', 'tiny'];
  const directory = at();
  const killed = await runCommand(args, {
    ...{ directory, environment },
    signalAt: (line) => (line.includes(first) ? 'SIGKILL' : undefined),
  });
  assert.equal(killed.signal, 'SIGKILL');
  assert.ok(!existsSync(at('tiny')) && existsSync(at('.tiny.hub-import')));
  server.serve(`/cdn/${sha}/${second}`, file(parts[second] ?? assert.fail()));
  const { code, err } = await runCommand(args, { directory, environment });
  assert.equal(code, 0, err);
  assert.match(err, /kept from an earlier try/);
  assert.equal(server.asked.filter(({ path: asked }) => asked === `/cdn/${sha}/${first}`).length, 1);
  assert.deepEqual(readFileSync(at('tiny', second)), parts[second]);
  assert.ok(!existsSync(at('.tiny.hub-import')));
});

test('a recipe whose model is missing names the command, which mends it', async (t) => {
  const { at, qed } = await placeOf(t);
  writeFileSync(at('problems.jsonl'), '');
  writeFileSync(
    at('recipe.yaml'),
    `name: remote
engine: { kind: tinker, url: "http://127.0.0.1:1", baseModel: me/tiny }
model: { from: tiny }
tokenizer: { kind: model }
data: { kind: examples, path: problems.jsonl }
sft: { maximumTokens: 64, steps: 1, optimiser: { kind: adamw, learningRate: 1.0e-5 } }
`,
  );
  const { err } = await qed('plan', 'run', 'recipe.yaml');
  const command = /"qed (import hub:me\/tiny --to tiny --without-weights)"/.exec(err)?.[1];
  assert.ok(command !== undefined, err);
  assert.equal((await qed(...command.split(' '))).code, 0);
  assert.doesNotMatch((await qed('plan', 'run', 'recipe.yaml')).err, /there is no model/);
});

test('what cannot be done is said in one line', async (t) => {
  const { at, qed, server } = await placeOf(t);
  server.serve(`/me/tiny/resolve/${sha}/${model}`, (_, response) => response.writeHead(403).end());
  const cases: readonly (readonly [string[], number, RegExp])[] = [
    [['hub:me'], 2, /^hub:me: no place on the hub; expected hub:OWNER\/NAME\n$/],
    [['hub:me/tiny@'], 2, /^hub:me\/tiny@: "" is no commit, branch or tag/],
    [['hub:me/tiny', '--without-weights', '--type', 'f16'], 2, /^--type is about weights/],
    [['some.gguf', '--without-weights'], 2, /^--without-weights is for models of the hub\n$/],
    [['me/tiny'], 1, /^me\/tiny: no such file \(a model of the hub is hub:me\/tiny\)\n$/],
    [['hub:me/none'], 1, /^hub:me\/none: the hub answers 404 .*there is no such model or revision/],
    [['hub:me/tiny'], 1, /hub:me\/tiny: the hub answers 403 .*set HF_TOKEN.*accept its terms/],
  ];
  for (const [args, code, message] of cases) {
    const result = await qed('import', ...args, '--to', 'made/x');
    assert.deepEqual([result.code, result.out], [code, ''], result.err);
    assert.match(result.err, message);
  }
  assert.ok(!existsSync(at('made', 'x')));
});
