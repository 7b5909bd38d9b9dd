/** Presets hold the published settings and no secret; what is wrong or missing is said by line or by variable. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { goodReply, startServer, stream } from '../openai/fixtures/scripted-server.ts';
import { loadPreset, PresetError, presetNames } from './load-preset.ts';
import { openPreset } from './open-preset.ts';
import { presetReference } from './reference.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'qed-presets-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function written(text: string): string {
  const file = path.join(folder, 'mine.yaml');
  writeFileSync(file, text);
  return file;
}

test('the presets of the package are these, each under its own name', () => {
  assert.deepEqual(presetNames(), [
    'deepseek-math-v2',
    'gemini-3-pro',
    'gpt-oss-120b',
    'gpt-oss-20b',
    'nomos-1',
    'qed-nano',
    'qwen3-235b-a22b-thinking',
    'qwen3-30b-a3b-thinking',
    'qwen3-4b-thinking',
  ]);
  for (const name of presetNames()) assert.equal(loadPreset(name).name, name);
});

test('settings, sizes and prices are those that were published', () => {
  const facts = (name: string) => {
    const { sampling, contextTokens, maxTokens, price, concurrency } = loadPreset(name);
    return [contextTokens, maxTokens, sampling, price?.prompt, price?.completion, concurrency?.most];
  };
  const fourB = [262_144, 229_376, { temperature: 0.8, topP: 1, topK: -1 }, 0, 0, 16];
  assert.deepEqual(facts('qed-nano'), fourB);
  assert.deepEqual(facts('qwen3-4b-thinking'), fourB);
  const oss = [131_072, 114_688, { temperature: 1, reasoningEffort: 'high' }, 0, 0, undefined];
  assert.deepEqual(facts('gpt-oss-20b'), oss);
  assert.deepEqual(facts('gpt-oss-120b'), oss);
  assert.deepEqual(facts('gemini-3-pro'), [undefined, 130_000, { temperature: 1 }, 2, 12, 32]);
  assert.deepEqual(facts('nomos-1'), [undefined, undefined, {}, 0, 0, undefined]);
});

test('overrides are laid over a preset before it is checked; null takes a field away', () => {
  const preset = loadPreset('qed-nano', {
    sampling: { temperature: 0.6, topK: null },
    maxTokens: 1_000,
    price: null,
    thinkTags: 'none',
  });
  assert.deepEqual(preset.sampling, { temperature: 0.6, topP: 1 });
  assert.deepEqual([preset.maxTokens, preset.price, preset.thinkTags], [1_000, undefined, 'none']);
  assert.throws(() => loadPreset('qed-nano', { sampling: { temprature: 1 } }), /sampling: .*temprature/);
});

test('every fault is named with its line', () => {
  const file = written(
    'name: mine\ndescription: d\nmodel: m\ndialect: klingon\nsampling:\n  topP: 2\nbaseUrl: host\n',
  );
  assert.throws(
    () => loadPreset(file),
    (error) =>
      error instanceof PresetError &&
      /mine\.yaml:4 {2}dialect: .*generic/.test(error.message) &&
      /mine\.yaml:6 {2}sampling\.topP: /.test(error.message) &&
      /mine\.yaml:7 {2}baseUrl: /.test(error.message),
  );
  assert.throws(() => loadPreset(written('name: [')), /mine\.yaml:1 /);
  assert.throws(
    () => loadPreset(written('name: a\ndescription: d\nmodel: m\ndialect: vllm\n')),
    /baseUrlEnv: say where the server is/,
  );
  assert.throws(() => loadPreset('qed-nana'), /no preset "qed-nana"; there are deepseek-math-v2, /);
  assert.throws(() => loadPreset(path.join(folder, 'none.yaml')), /no such file/);
});

test('an address or key that the environment lacks is named by its variable', () => {
  assert.throws(() => openPreset(loadPreset('qed-nano'), { env: {} }), /set QED_NANO_BASE_URL .*vllm serve/);
  assert.throws(() => openPreset(loadPreset('gemini-3-pro'), { env: {} }), /set GEMINI_API_KEY to your key/);
  const env = { GEMINI_API_KEY: '  ' };
  assert.throws(() => openPreset(loadPreset('gemini-3-pro'), { env }), PresetError);
});

test('a preset opens as a model that sends what it says, and shows its key to nobody', async () => {
  const server = await startServer((response) => stream(response, goodReply));
  const env = { QED_NANO_BASE_URL: server.baseUrl, QED_NANO_API_KEY: 'sk-not-to-be-seen' };
  const { model, maxTokens, temperature, sampling } = openPreset(
    loadPreset('qed-nano', { thinkTags: 'none' }),
    { env },
  );
  assert.deepEqual([maxTokens, temperature, sampling], [229_376, 0.8, { topP: 1, topK: -1 }]);
  assert.deepEqual([model.price, model.contextTokens], [{ prompt: 0, completion: 0 }, 262_144]);
  const reply = await model.generate({
    messages: [{ role: 'user', content: 'Hello' }],
    maxTokens: 10,
    temperature: 0.8,
    seed: 1,
    sampling,
  });
  assert.equal(reply.answer, 'Yes.');
  const [received] = server.requests;
  assert.equal(received?.headers.authorization, 'Bearer sk-not-to-be-seen');
  assert.deepEqual([received?.body.model, received?.body.top_k], ['lm-provers/QED-Nano', -1]);
  assert.doesNotMatch(JSON.stringify(model), /sk-not/);
  await model.close?.();
  await server.close();
});

test('how often a failed call is made again is the preset’s to say', async () => {
  const server = await startServer((response) => {
    response.writeHead(500);
    response.end();
  });
  const preset = loadPreset('qed-nano', { retry: { attempts: 3, firstDelay: 0.001 } });
  const { model } = openPreset(preset, { env: { QED_NANO_BASE_URL: server.baseUrl } });
  const messages = [{ role: 'user', content: 'Hello' }] as const;
  await assert.rejects(model.generate({ messages, maxTokens: 10, temperature: 1, seed: 1 }), /500/);
  assert.equal(server.requests.length, 3);
  await model.close?.();
  await server.close();
});

test('the reference in the docs is the schema’s', () => {
  const docs = readFileSync(new URL('../../../docs/model-clients.md', import.meta.url), 'utf8');
  assert.ok(
    docs.includes(presetReference()),
    `docs/model-clients.md lacks this table:\n${presetReference()}`,
  );
});
