import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { newestCheckpoint, verifyCheckpoint, writeCheckpoint } from '../../journal/checkpoint-store.ts';
import type { Loss, SampleRequest, TrainableModel } from '../engine.ts';
import { createOrtEngine } from './engine.ts';
import { parameterCount } from './parameters.ts';
import { siblingModule } from './rpc.ts';
import { adamw, groupData, patternData, tinyConfig, tinyLora } from './trainer-fixture.ts';

const directory = await mkdtemp(join(tmpdir(), 'qed-lora-engine-'));
const engine = createOrtEngine({ threads: 2 });
after(async () => {
  await engine.close();
  await rm(directory, { recursive: true });
});

const request: SampleRequest = {
  prompt_T: Int32Array.of(1, 2, 3, 4),
  seeds_S: [11, 12, 13],
  sampling: { maxTokens: 12, temperature: 0.7, stopTokenIds: [5] },
};
const crossEntropy: Loss = { kind: 'cross_entropy' };
const untied = { ...tinyConfig, tie_word_embeddings: false };

async function step(model: TrainableModel, learningRate = adamw.learningRate): Promise<void> {
  await model.forwardBackward(patternData(8), crossEntropy);
  await model.optimStep({ ...adamw, learningRate });
}

test('the capabilities say that adapters are trained', () => {
  assert.deepEqual(engine.capabilities().loraRanks, { least: 1 });
});

for (const learningRate of [adamw.learningRate, 0]) {
  test(`SAME-LOGPROB: samples of merged weights have the trainer's log-probs, at learning rate ${learningRate}`, async () => {
    const model = await engine.createModel({ config: tinyConfig, seed: 1, lora: tinyLora });
    for (let count = 0; count < 5; count += 1) await step(model, learningRate);
    const sampler = await model.snapshotSampler();
    const samples = await sampler.sample(request);
    const data = samples.map(({ tokens_T }) => ({
      tokens_T: Int32Array.of(...request.prompt_T, ...tokens_T),
      weights_T: Float32Array.of(0, 0, 0, 0, ...tokens_T.map(() => 1)),
      sharedPrompt: { key: 'prompt', length: 4 },
    }));
    const logprobs_D_T = await model.forward(data, request.sampling.temperature);
    samples.forEach((sample, d) => {
      assert.ok(sample.versions.every(({ version }) => version === 5));
      sample.logprobs_T.forEach((expected, t) => {
        assert.ok(Math.abs(expected - (logprobs_D_T[d]?.[4 + t] ?? 0)) < 5e-5);
      });
    });
    if (learningRate === 0) {
      const plain = await engine.createModel({ config: tinyConfig, seed: 1 });
      const before = await plain.snapshotSampler();
      const same = await before.sample(request);
      assert.deepEqual(
        same.map(({ tokens_T }) => tokens_T),
        samples.map(({ tokens_T }) => tokens_T),
        'nothing has moved',
      );
      await Promise.all([plain.close(), before.close()]);
    }
    await sampler.close();
    await model.close();
  });
}

test('a live sampler uses published merged weights, a snapshot keeps its own, a saved model samples alike', async () => {
  const path = await mkdtemp(join(directory, 'saved-'));
  const model = await engine.createModel({ config: tinyConfig, seed: 1, lora: tinyLora });
  assert.deepEqual(model.lora, tinyLora);
  assert.equal(model.parameterCount, parameterCount(untied));
  const [live, snapshot] = [await model.liveSampler(), await model.snapshotSampler()];
  const before = await snapshot.sample(request);
  assert.deepEqual(await live.sample(request), before);
  await step(model);
  assert.deepEqual(await live.sample(request), before, 'nothing was published yet');
  assert.equal(await model.publishWeights(), 1);
  const now = await live.sample(request);
  assert.deepEqual(now[0]?.versions, [{ start: 0, version: 1 }]);
  assert.notDeepEqual(now[0]?.logprobs_T, before[0]?.logprobs_T);
  assert.deepEqual(await snapshot.sample(request), before);
  await model.save(path, { optimiser: true });
  const [fromDisk, merged, adapted] = [
    await engine.loadSampler(path),
    await engine.loadModel(path, { optimiser: false }),
    await engine.loadModel(path, { optimiser: true }),
  ];
  assert.deepEqual(await fromDisk.sample(request), now);
  assert.equal(merged.lora, undefined);
  assert.deepEqual(adapted.lora, tinyLora);
  await Promise.all([model, live, snapshot, fromDisk, merged, adapted].map((thing) => thing.close()));
});

test('what is asked for in vain is refused before a thread begins', async () => {
  const create = (lora: object) =>
    engine.createModel({ config: tinyConfig, seed: 1, lora: { ...tinyLora, ...lora } });
  await assert.rejects(create({ rank: 0 }), /lora: rank is 0/);
  await assert.rejects(create({ alpha: Number.NaN }), /lora: alpha is NaN/);
  await assert.rejects(create({ rank: 64 }), /rank is 64, and \S+ is \d+×\d+/);
  await assert.rejects(
    engine.loadModel('nowhere', { optimiser: true, lora: { rank: -1, seed: 1 } }),
    /rank is -1/,
  );
});

test('NO-TORN-CHECKPOINT: a checkpoint with an adapter is whole in all its folders', async () => {
  const path = join(directory, 'whole', '1');
  const model = await engine.createModel({ config: tinyConfig, seed: 1, lora: tinyLora });
  await step(model);
  await writeCheckpoint(path, (target) => model.save(target, { optimiser: true }));
  await model.close();
  assert.ok((await verifyCheckpoint(path)).ok);
  await truncate(join(path, 'base', 'model.safetensors'), 900);
  const verdict = await verifyCheckpoint(path);
  assert.ok(!verdict.ok && /base\/model\.safetensors/.test(verdict.reason));
});

test('training that is killed while it saves goes on from the last whole checkpoint to the same bits', async () => {
  const root = join(directory, 'killed');
  const steps = 6;
  const data = groupData(9, { groups: 2, members: 3 });
  const figures = async (model: TrainableModel, from: number) => {
    const found: number[] = [];
    for (let at = from; at < steps; at += 1) {
      const { loss } = await model.forwardBackward(data, crossEntropy);
      found.push(loss, (await model.optimStep(adamw)).gradientNorm);
    }
    return found;
  };
  const options = { config: tinyConfig, seed: 1, lora: tinyLora };
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program(root, options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // The second save has begun when the child dies; whether it ended is up to the machine.
  child.stdout.once('data', () => child.kill('SIGKILL'));
  const [, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.once('exit', (code, killedBy) => resolve([code, killedBy]));
  });
  assert.equal(signal, 'SIGKILL');
  const found = await newestCheckpoint(root, ({ reason }) => assert.fail(reason));
  assert.ok(found !== undefined && found.step >= 1, 'the first checkpoint was whole before the second began');
  const [whole, resumed] = [
    await engine.createModel(options),
    await engine.loadModel(found.directory, { optimiser: true, lora: tinyLora }),
  ];
  const expected = await figures(whole, 0);
  assert.deepEqual(await figures(resumed, found.step), expected.slice(2 * found.step));
  assert.deepEqual(await resumed.forward(data, 1), await whole.forward(data, 1));
  await Promise.all([whole.close(), resumed.close()]);
});

/** Trains and saves after every step; says so when the second save begins. */
function program(root: string, options: object): string {
  const module = (name: string) => JSON.stringify(siblingModule(name, import.meta.url).href);
  return `
    import { createOrtEngine } from ${module('engine')};
    import { adamw, groupData } from ${module('trainer-fixture')};
    import { writeCheckpoint } from ${module('../../journal/checkpoint-store')};
    const model = await createOrtEngine({ threads: 2 }).createModel(${JSON.stringify(options)});
    const data = groupData(9, { groups: 2, members: 3 });
    for (let step = 1; ; step += 1) {
      await model.forwardBackward(data, { kind: 'cross_entropy' });
      await model.optimStep(adamw);
      await writeCheckpoint(${JSON.stringify(root)} + '/' + step, async (directory) => {
        if (step === 2) process.stdout.write('saving');
        await model.save(directory, { optimiser: true });
      });
    }`;
}
