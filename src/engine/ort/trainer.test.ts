import assert from 'node:assert/strict';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Datum, Loss, OptimiserStep } from '../engine.ts';
import { Trainer } from './trainer.ts';
import { adamw, groupData, muon, patternData, tinyConfig, tinyTrainer } from './trainer-fixture.ts';

const directory = await mkdtemp(join(tmpdir(), 'qed-trainer-'));
after(() => rm(directory, { recursive: true }));

const ppo: Loss = {
  kind: 'ppo',
  temperature: 0.8,
  epsilonLow: 0.2,
  epsilonHigh: 0.28,
  entropyCoefficient: 0.01,
};
const crossEntropy: Loss = { kind: 'cross_entropy' };

function unshared(data: readonly Datum[]): Datum[] {
  return data.map(({ sharedPrompt: _, ...datum }) => datum);
}

/** Largest difference, relative to the largest magnitude. */
function relativeDifference(a: Float32Array, b: Float32Array): number {
  let [difference, magnitude] = [0, 0];
  a.forEach((value, i) => {
    difference = Math.max(difference, Math.abs(value - (b[i] ?? Number.NaN)));
    magnitude = Math.max(magnitude, Math.abs(value));
  });
  return difference / magnitude;
}

for (const isTied of [true, false]) {
  test(`a shared prompt changes no gradient and no log-prob (${isTied ? 'tied' : 'untied'} head)`, async () => {
    const data = groupData(1, { groups: 3, members: 5 });
    for (const loss of [crossEntropy, ppo]) {
      const [shared, alone] = [tinyTrainer({ isTied }), tinyTrainer({ isTied })];
      const a = await shared.forwardBackward(data, loss);
      const b = await alone.forwardBackward(unshared(data), loss);
      assert.ok(a.processedTokens < 0.7 * b.processedTokens, 'the prompts are shared');
      assert.equal(a.trainedTokens, b.trainedTokens);
      assert.ok(Math.abs(a.loss - b.loss) < 1e-5 * Math.abs(b.loss));
      assert.ok(Math.abs(a.entropySum - b.entropySum) <= 1e-5 * b.entropySum);
      const gradient = shared.copyGradient();
      assert.ok(gradient.some((value) => Math.abs(value) > 0.01));
      assert.ok(relativeDifference(gradient, alone.copyGradient()) < 2e-6);
      data.forEach((datum, d) => {
        const [x, y] = [a.logprobs_D_T[d], b.logprobs_D_T[d]];
        assert.ok(x !== undefined && y !== undefined && relativeDifference(x, y) < 2e-6);
        assert.deepEqual(
          x.map((value) => (value === 0 ? 0 : 1)),
          datum.weights_T.map((weight) => (weight === 0 ? 0 : 1)),
        );
      });
      await shared.close();
      await alone.close();
    }
  });
}

test('the gradient of many micro-batches is the sum of those of their data', async () => {
  const data = groupData(2, { groups: 2, members: 3 });
  const many = [...data, ...data, ...data, ...data].flatMap((datum) =>
    Array.from({ length: 12 }, () => datum),
  );
  const [once, repeated] = [tinyTrainer(), tinyTrainer({ threads: 2 })];
  await once.forwardBackward(unshared(data), crossEntropy);
  const { processedTokens } = await repeated.forwardBackward(unshared(many), crossEntropy);
  assert.ok(processedTokens > 2 * 2048, 'the data fill several micro-batches');
  assert.ok(
    relativeDifference(
      once.copyGradient().map((value) => 48 * value),
      repeated.copyGradient(),
    ) < 1e-5,
  );
  await once.forwardBackward(unshared(data), crossEntropy);
  const doubled = once.copyGradient();
  await once.optimStep(adamw);
  assert.ok(once.copyGradient().every((value) => value === 0));
  await repeated.optimStep(adamw);
  const fresh = tinyTrainer();
  await fresh.forwardBackward(unshared(data), crossEntropy);
  assert.ok(
    relativeDifference(
      fresh.copyGradient().map((value) => 2 * value),
      doubled,
    ) < 1e-6,
  );
  await Promise.all([once, repeated, fresh].map((trainer) => trainer.close()));
});

test('forward gives the log-probs of forwardBackward, at the temperature asked for', async () => {
  const trainer = tinyTrainer();
  const data = groupData(3, { groups: 2, members: 3 });
  const { logprobs_D_T } = await trainer.forwardBackward(data, ppo);
  const forward = await trainer.forward(data, 0.8);
  logprobs_D_T.forEach((expected, d) => {
    assert.ok(relativeDifference(expected, forward[d] ?? new Float32Array()) < 1e-6);
  });
  const [hot] = await trainer.forward(data, 1e6);
  const last = hot?.at(-1) ?? 0;
  assert.ok(Math.abs(last + Math.log(tinyConfig.vocab_size)) < 1e-4, 'a hot model is uniform');
  await trainer.close();
});

for (const optimiser of [adamw, muon]) {
  test(`a toy sequence is learnt with ${optimiser.kind}`, async () => {
    const trainer = tinyTrainer();
    const data = patternData(16);
    const losses: number[] = [];
    for (let step = 0; step < 40; step += 1) {
      losses.push((await trainer.forwardBackward(data, crossEntropy)).loss);
      await trainer.optimStep(optimiser);
    }
    const [first = 0] = losses;
    assert.ok(Math.abs(first - Math.log(tinyConfig.vocab_size)) < 0.1, `begins at ${first}`);
    assert.ok((losses.at(-1) ?? 9) < 0.25, `ends at ${losses.at(-1)}`);
    assert.equal(trainer.version, 40);
    await trainer.close();
  });

  test(`training that was saved and loaded continues bit for bit with ${optimiser.kind}`, async () => {
    const path = await mkdtemp(join(directory, optimiser.kind));
    const data = groupData(4, { groups: 2, members: 3 });
    const advance = async (trainer: Trainer, steps: number) => {
      for (let step = 0; step < steps; step += 1) {
        await trainer.forwardBackward(data, step % 2 === 0 ? ppo : crossEntropy);
        await trainer.optimStep(optimiser);
      }
    };
    const whole = tinyTrainer({ threads: 2 });
    await advance(whole, 3);
    await whole.save(path, { optimiser: true });
    const resumed = await Trainer.load(path, { optimiser: true, threads: 2 });
    const restarted = await Trainer.load(path, { optimiser: false, threads: 2 });
    await advance(whole, 4);
    await advance(resumed, 4);
    await advance(restarted, 4);
    assert.equal(resumed.version, 7);
    assert.deepEqual(resumed.copyWeights(), whole.copyWeights());
    assert.notDeepEqual(restarted.copyWeights(), whole.copyWeights(), 'the moments matter');
    await Promise.all([whole, resumed, restarted].map((trainer) => trainer.close()));
  });
}

test('a reset forgets the moments, and lets another optimiser begin', async () => {
  const path = await mkdtemp(join(directory, 'reset'));
  const data = patternData(2);
  const trainer = tinyTrainer();
  const step = async (of: Trainer, optimiser: OptimiserStep) => {
    await of.forwardBackward(data, crossEntropy);
    return await of.optimStep(optimiser);
  };
  await step(trainer, muon);
  await assert.rejects(step(trainer, adamw), /moments are those of muon; reset/);
  await trainer.save(path, { optimiser: false });
  trainer.resetOptimiser();
  assert.equal((await step(trainer, adamw)).version, 2);
  const fresh = await Trainer.load(path, { optimiser: false, threads: 1 });
  await step(fresh, adamw);
  assert.deepEqual(trainer.copyWeights(), fresh.copyWeights());
  await trainer.close();
  await fresh.close();
});

test('state that does not belong together is refused', async () => {
  const [one, two] = [await mkdtemp(join(directory, 'one')), await mkdtemp(join(directory, 'two'))];
  const trainer = tinyTrainer();
  await trainer.forwardBackward(patternData(2), crossEntropy);
  await assert.rejects(trainer.save(one, { optimiser: true }), /a gradient is accumulated/);
  await trainer.optimStep(adamw);
  await trainer.save(one, { optimiser: true });
  await trainer.optimStep(adamw);
  await trainer.save(two, { optimiser: false });
  await rename(join(one, 'optimizer.safetensors'), join(two, 'optimizer.safetensors'));
  await assert.rejects(
    Trainer.load(two, { optimiser: true, threads: 1 }),
    /of version 1, the weights are of 2/,
  );
  await trainer.save(two, { optimiser: false });
  assert.deepEqual((await readdir(two)).sort(), ['config.json', 'model.safetensors']);
  await trainer.close();
});

test('a gradient that is not finite leaves the weights as they were', async () => {
  const trainer = tinyTrainer();
  const before = trainer.copyWeights();
  const [datum] = patternData(1);
  assert.ok(datum !== undefined);
  const huge = { ...datum, weights_T: datum.weights_T.map((weight) => (weight === 0 ? 0 : 3e38)) };
  await trainer.forwardBackward([huge], crossEntropy);
  await assert.rejects(trainer.optimStep(adamw), /norm is (NaN|Infinity); the weights are unchanged/);
  assert.deepEqual(trainer.copyWeights(), before);
  assert.equal(trainer.version, 0);
  await trainer.forwardBackward([datum], crossEntropy);
  assert.equal((await trainer.optimStep(adamw)).version, 1);
  await trainer.close();
});

test('what cannot be trained on is refused before anything is computed', async () => {
  const trainer = tinyTrainer();
  const [datum] = patternData(1);
  assert.ok(datum !== undefined);
  await assert.rejects(trainer.forwardBackward([datum], ppo), /datum 0: logprobs_T is missing/);
  const tooLong = { tokens_T: new Int32Array(514), weights_T: new Float32Array(514) };
  await assert.rejects(trainer.forward([datum, tooLong], 1), /datum 1: 514 tokens, at most 513 fit/);
  await assert.rejects(trainer.forward([datum], 0), /temperature is 0/);
  await assert.rejects(trainer.optimStep({ ...adamw, learningRate: Number.NaN }), /learningRate is NaN/);
  await assert.rejects(trainer.optimStep({ ...adamw, clipNorm: 0 }), /clipNorm is 0/);
  assert.deepEqual(await trainer.forward([], 1), []);
  const nothing = await trainer.forwardBackward(
    [{ ...datum, weights_T: new Float32Array(40) }],
    crossEntropy,
  );
  assert.deepEqual([nothing.loss, nothing.trainedTokens, nothing.processedTokens], [0, 0, 0]);
  await trainer.close();
});
