import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Loss, SampleRequest } from '../engine.ts';
import { createOrtEngine } from './engine.ts';
import { initialParameters, parameterCount, parameterSpecs, viewOf } from './parameters.ts';
import { siblingModule } from './rpc.ts';
import { adamw, groupData, patternData, tinyConfig } from './trainer-fixture.ts';

const directory = await mkdtemp(join(tmpdir(), 'qed-engine-'));
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

test('SAME-LOGPROB: the trainer gives sampled tokens the log-probs that the sampler recorded', async () => {
  const model = await engine.createModel({ config: tinyConfig, seed: 1 });
  for (let step = 0; step < 5; step += 1) {
    await model.forwardBackward(patternData(8), crossEntropy);
    await model.optimStep(adamw);
  }
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
  await sampler.close();
  await model.close();
});

test('a live sampler uses published weights, a snapshot keeps its own', async () => {
  const model = await engine.createModel({ config: tinyConfig, seed: 1 });
  const [live, snapshot] = [await model.liveSampler(), await model.snapshotSampler()];
  const before = await snapshot.sample(request);
  assert.deepEqual(await live.sample(request), before);
  await model.forwardBackward(patternData(8), crossEntropy);
  assert.equal((await model.optimStep(adamw)).version, 1);
  assert.deepEqual(await live.sample(request), before, 'nothing was published yet');
  assert.equal(await model.publishWeights(), 1);
  const after = await live.sample(request);
  assert.deepEqual(after[0]?.versions, [{ start: 0, version: 1 }]);
  assert.notDeepEqual(after[0]?.logprobs_T, before[0]?.logprobs_T);
  assert.deepEqual(await snapshot.sample(request), before);
  await live.close();
  assert.equal(await model.publishWeights(), 1, 'a closed sampler is not published to');
  await snapshot.close();
  await model.close();
});

test('a live sampler that is starting does not miss a publication', async () => {
  const model = await engine.createModel({ config: tinyConfig, seed: 1 });
  const starting = model.liveSampler();
  const stepped = model.optimStep(adamw);
  const published = model.publishWeights();
  const [live] = await Promise.all([starting, stepped, published]);
  assert.deepEqual((await live.sample(request))[0]?.versions, [{ start: 0, version: 1 }]);
  await live.close();
  await model.close();
});

test('a saved model is loaded for training and for sampling', async () => {
  const path = await mkdtemp(join(directory, 'saved-'));
  const model = await engine.createModel({ config: tinyConfig, seed: 2 });
  const advance = async (of: typeof model) => {
    await of.forwardBackward(patternData(4), crossEntropy);
    return await of.optimStep(adamw);
  };
  await advance(model);
  await model.save(path, { optimiser: true });
  const loaded = await engine.loadModel(path, { optimiser: true });
  assert.equal(loaded.parameterCount, parameterCount(tinyConfig));
  assert.deepEqual(await advance(loaded), await advance(model));
  const data = groupData(5, { groups: 1, members: 2 });
  assert.deepEqual(await loaded.forward(data, 1), await model.forward(data, 1));
  const [fromDisk, fromModel] = [await engine.loadSampler(path), await loaded.snapshotSampler()];
  assert.deepEqual((await fromDisk.sample(request))[0]?.versions, [{ start: 0, version: 1 }]);
  assert.deepEqual((await fromModel.sample(request))[0]?.versions, [{ start: 0, version: 2 }]);
  await Promise.all([model, loaded, fromDisk, fromModel].map((thing) => thing.close()));
});

test('calls are applied in the order in which they were made, without waiting for each other', async () => {
  const [eager, patient] = [
    await engine.createModel({ config: tinyConfig, seed: 4 }),
    await engine.createModel({ config: tinyConfig, seed: 4 }),
  ];
  const data = patternData(4);
  const steps = Array.from({ length: 3 }, () => [
    eager.forwardBackward(data, crossEntropy),
    eager.optimStep(adamw),
  ]);
  const logprobs = eager.forward(data, 1);
  await Promise.all(steps.flat());
  for (let step = 0; step < 3; step += 1) {
    await patient.forwardBackward(data, crossEntropy);
    await patient.optimStep(adamw);
  }
  assert.deepEqual(await logprobs, await patient.forward(data, 1));
  await Promise.all([eager.close(), patient.close()]);
});

test('a model begins with the tensors it is given', async () => {
  const flat = initialParameters(tinyConfig, 9);
  const tensors = new Map(parameterSpecs(tinyConfig).map((spec) => [spec.name, viewOf(flat, spec)]));
  const [given, seeded] = [
    await engine.createModel({ config: tinyConfig, seed: 1, tensors }),
    await engine.createModel({ config: tinyConfig, seed: 9 }),
  ];
  const data = patternData(2);
  assert.deepEqual(await given.forward(data, 1), await seeded.forward(data, 1));
  await Promise.all([given.close(), seeded.close()]);
  const stray = new Map([['stray', new Float32Array(1)]]);
  await assert.rejects(engine.createModel({ config: tinyConfig, seed: 1, tensors: stray }), /tensor stray/);
});

test('errors of the trainer reach the caller, and it goes on', async () => {
  const model = await engine.createModel({ config: tinyConfig, seed: 1 });
  const bad = { tokens_T: Int32Array.of(1, 99), weights_T: Float32Array.of(0, 1) };
  await assert.rejects(model.forward([bad], 1), /datum 0: token 99 is outside the vocabulary/);
  assert.equal((await model.forward(patternData(1), 1)).length, 1);
  await model.close();
  await assert.rejects(model.forward(patternData(1), 1), /trainer worker is closed/);
});

test('a directory that is no whole model is refused by file and field', async () => {
  const path = await mkdtemp(join(directory, 'bad-'));
  const load = () => engine.loadModel(path, { optimiser: true });
  await assert.rejects(load(), /config\.json/);
  const model = await engine.createModel({ config: tinyConfig, seed: 1 });
  await model.save(path, { optimiser: false });
  await model.close();
  await assert.rejects(load(), /optimizer\.safetensors/);
  await truncate(join(path, 'model.safetensors'), 20_000);
  await assert.rejects(load(), /model\.safetensors: tensor .* torn/);
  await assert.rejects(engine.loadSampler(path), /model\.safetensors: tensor .* torn/);
});

test('closing the engine ends all its threads, so that the process ends', () => {
  const script = `
    import { createOrtEngine } from ${JSON.stringify(siblingModule('engine', import.meta.url).href)};
    const engine = createOrtEngine({ threads: 1 });
    const config = ${JSON.stringify(tinyConfig)};
    const model = await engine.createModel({ config, seed: 1 });
    const sampler = await model.liveSampler();
    const [sample] = await sampler.sample(${JSON.stringify({ ...request, prompt_T: [] }).replace('[]', 'Int32Array.of(1, 2)')});
    await engine.close();
    console.log(sample.tokens_T.length > 0);`;
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { timeout: 60_000 });
  assert.equal(child.stderr.toString(), '');
  assert.equal(child.stdout.toString().trim(), 'true');
  assert.equal(child.status, 0);
});

test('threads are a positive integer or auto', () => {
  assert.throws(() => createOrtEngine({ threads: 0 }), /threads is 0/);
  assert.ok(createOrtEngine({ threads: 'auto' }).capabilities().fullParameter);
});
