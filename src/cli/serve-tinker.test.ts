/** `qed serve --tinker` as a child process, with a small random model on the embedded engine. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { configurations, writeModel } from '../engine/gguf/model-fixture.ts';
import { createTinkerEngine } from '../engine/tinker/engine.ts';

const binary = fileURLToPath(new URL('../../bin/qed.js', import.meta.url));
const scratch = mkdtempSync(path.join(tmpdir(), 'qed-serve-tinker-'));
after(() => rmSync(scratch, { recursive: true }));

before(() => writeModel(path.join(scratch, 'model'), configurations.qwen3 ?? assert.fail()));

async function started(t: TestContext, ...more: string[]) {
  const args = [
    binary,
    'serve',
    '--tinker',
    '--model',
    'tiny=model',
    '--port',
    '0',
    '--threads',
    '1',
    ...more,
  ];
  const env = { ...process.env, QED_DEBUG: '', NO_COLOR: '1', QED_TEST_KEY: 'tml-secret' };
  const child = spawn(process.execPath, args, { cwd: scratch, env });
  t.after(() => child.kill('SIGKILL'));
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  let out = '';
  for await (const text of child.stdout.setEncoding('utf8')) {
    out += String(text);
    if (out.includes('Ctrl-C stops it.')) break;
  }
  const url = /^the Tinker API is served at (http\S+)$/m.exec(out)?.[1] ?? assert.fail(err);
  return { child, url, out, err: () => err, ended };
}

test('a client trains and samples on it, and SIGTERM ends it with nothing left but what was saved', async (t) => {
  const { child, url, out, err, ended } = await started(t, '--api-key-env', 'QED_TEST_KEY');
  assert.match(out, /^ {2}tiny {2}/m);
  assert.match(out, /TINKER_API_KEY=\$QED_TEST_KEY python your_program\.py/);
  const engine = await createTinkerEngine({ url, baseModel: 'tiny', apiKey: 'tml-secret' });
  const model = await engine.createModel({ config: configurations.qwen3 ?? assert.fail(), seed: 1 });
  const datum = { tokens_T: Int32Array.from([1, 2, 3]), weights_T: Float32Array.from([0, 1, 1]) };
  const before_ = await model.forwardBackward([datum], { kind: 'cross_entropy' });
  await model.optimStep({
    ...{
      kind: 'adamw',
      learningRate: 1e-3,
      beta1: 0.9,
      beta2: 0.95,
      epsilon: 1e-8,
      weightDecay: 0,
      clipNorm: 1,
    },
  });
  const after_ = await model.forwardBackward([datum], { kind: 'cross_entropy' });
  assert.ok(after_.loss < before_.loss);
  const sampler = await model.liveSampler();
  const sampling = { maxTokens: 4, temperature: 1, stopTokenIds: [] };
  const [sample] = await sampler.sample({ prompt_T: Int32Array.from([1, 2]), seeds_S: [1], sampling });
  assert.equal(sample?.tokens_T.length, 4);
  await engine.close();
  child.kill('SIGTERM');
  assert.equal(await ended, 0, err());
  assert.match(err(), /^200 POST \/api\/v1\/forward_backward \d/m);
  assert.deepEqual(readdirSync(path.join(scratch, 'tinker-checkpoints')).sort(), ['.models', 'run.lock']);
});

test('two servers do not share a directory of checkpoints', async (t) => {
  await started(t, '--checkpoints', 'shared');
  const args = [binary, 'serve', '--tinker', '--model', 'model', '--port', '0', '--checkpoints', 'shared'];
  const child = spawn(process.execPath, args, { cwd: scratch });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 1);
  assert.match(err, /shared[^\n]* in use[^\n]*\n$/);
});
