/**
 * Programs of the official Tinker SDK, and tinker-cookbook's own RL loop, against this server. Skipped where
 * `QED_TINKER_PYTHON` names no Python that has them.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { configurations, writeModel } from '../../engine/gguf/model-fixture.ts';
import type { RequestRecord } from '../exchange.ts';
import { openBaseModel } from './base-model.ts';
import { temporaryFolder, tinkerServing } from './fixtures/tinker-serving.ts';

const python = process.env.QED_TINKER_PYTHON;
const has = (module: string): boolean =>
  python !== undefined && spawnSync(python, ['-c', `import ${module}`]).status === 0;
const withoutSdk =
  python === undefined ? 'QED_TINKER_PYTHON names no Python' : !has('tinker') && `${python} has no tinker`;
const withoutCookbook = withoutSdk || (!has('tinker_cookbook') && `${python} has no tinker_cookbook`);

/** Runs a program against a server with a small model; its lines of JSON. */
async function run(t: TestContext, program: string, args: (model: string, folder: string) => string[]) {
  const folder = await temporaryFolder(t);
  const model = path.join(folder, 'models', 'tiny');
  const config = configurations.qwen3 ?? assert.fail();
  await writeModel(model, { ...config, max_position_embeddings: 512 });
  const records: RequestRecord[] = [];
  const { server } = await tinkerServing(t, {
    onRequest: (record) => records.push(record),
    bases: [await openBaseModel('tiny', model)],
    apiKey: 'tml-secret',
  });
  const file = fileURLToPath(new URL(`./fixtures/${program}`, import.meta.url));
  const child = spawn(python ?? '', [file, ...args(model, folder)], {
    env: {
      ...process.env,
      TINKER_BASE_URL: `http://127.0.0.1:${server.port}`,
      TINKER_API_KEY: 'tml-secret',
      TINKER_TELEMETRY: '0',
      HF_HUB_OFFLINE: '1',
      TRANSFORMERS_OFFLINE: '1',
    },
  });
  t.after(() => child.kill('SIGKILL'));
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  const refused = records.filter(({ status }) => status >= 300);
  const told = refused.map(({ status, path: place, error }) => `${status} ${place} ${error?.message ?? ''}`);
  assert.equal(code, 0, [out, err, ...told].join('\n'));
  const lines = out.split('\n').filter((line) => line.startsWith('{"'));
  return { server, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

test('a program trains, samples, saves, goes on and lists with the official SDK', {
  skip: withoutSdk,
}, async (t) => {
  const { lines, server } = await run(t, 'sdk_program.py', (model) => [model]);
  const steps = new Map(lines.map(({ step, ...rest }) => [String(step), rest]));
  const figure = (step: string, name: string): number => Number(steps.get(step)?.[name]);
  const isTrue = (step: string, ...names: string[]): void => {
    for (const name of names) assert.equal(steps.get(step)?.[name], true, `${step}: ${name}`);
  };
  isTrue('cross_entropy', 'same', 'fell');
  assert.ok(Math.abs(figure('cross_entropy', 'loss') - figure('cross_entropy', 'check')) < 1e-3);
  isTrue('sample', 'repeats');
  assert.equal(steps.get('compute_logprobs')?.first, null);
  isTrue('compute_logprobs', 'same');
  for (const loss of ['importance_sampling', 'ppo', 'cispo', 'dro'])
    assert.ok(Math.abs(figure(loss, 'kl')) < 5e-5);
  isTrue('resume', 'loaded', 'same');
  isTrue('from_path', 'same');
  isTrue('stop_token', 'included');
  assert.deepEqual(steps.get('topk_prompt_logprobs'), { rows: 5, first: null, k: 2 });
  if (steps.has('inflight')) isTrue('inflight', 'follows', 'snapshot_stays');
  isTrue('list', 'run', 'everything');
  isTrue('publish', 'public', 'expires');
  assert.deepEqual(steps.get('delete')?.left, [steps.get('save')?.state]);
  assert.match(String(steps.get('refusal')?.message), /model_input has token 10000000 at 4/);
  assert.equal(figure('goes_on', 'tokens'), 17);
  assert.ok(steps.has('done'));
  const isNew = String(steps.get('capabilities')?.sdk) >= '0.28';
  if (isNew) assert.equal(server.service.counts.sessions, 0, 'the session was finished');
});

for (const mode of ['sync', 'stream', 'async']) {
  test(`tinker-cookbook trains by reinforcement (${mode})`, { skip: withoutCookbook }, async (t) => {
    const { lines } = await run(t, 'cookbook_program.py', (model, folder) => [
      ...[model, path.join(folder, 'log'), mode],
    ]);
    const last = lines.at(-1) as { steps: Record<string, number>[]; checkpoints: string[] };
    // In the asynchronous loop a step is newer than what it trains on, but for the first.
    const fresh = mode === 'async' ? last.steps.slice(0, 1) : last.steps;
    assert.ok(fresh.length >= (mode === 'async' ? 1 : 6));
    for (const step of fresh) assert.ok(Math.abs(step['optim/kl_sample_train_v1'] ?? Number.NaN) < 1e-3);
    assert.equal(last.checkpoints.at(-1), 'final');
  });
}
