import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Loss } from '../engine.ts';
import { readModelDirectory } from '../model-directory.ts';
import { adaptedMatrices, type Lora } from './adapter.ts';
import { initialParameters, parameterSpecs, viewOf } from './parameters.ts';
import { Trainer } from './trainer.ts';
import { adamw, groupData, muon, patternData, tinyConfig, tinyLora, tinyTrainer } from './trainer-fixture.ts';

const directory = await mkdtemp(join(tmpdir(), 'qed-lora-'));
after(() => rm(directory, { recursive: true }));
const fresh = (name: string) => mkdtemp(join(directory, `${name}-`));

const crossEntropy: Loss = { kind: 'cross_entropy' };
const ppo: Loss = {
  ...{ kind: 'ppo', temperature: 0.8, epsilonLow: 0.2, epsilonHigh: 0.28 },
  entropyCoefficient: 0.01,
};
const data = groupData(4, { groups: 2, members: 3 });

async function advance(trainer: Trainer, steps: number, optimiser = adamw): Promise<number[]> {
  const figures: number[] = [];
  for (let step = 0; step < steps; step += 1) {
    const { loss } = await trainer.forwardBackward(data, step % 2 === 0 ? ppo : crossEntropy);
    figures.push(loss, (await trainer.optimStep(optimiser)).gradientNorm);
  }
  return figures;
}

test('an adapter begins with the model as it was: B is zero, A within 1/√in, another for another seed', async () => {
  const [adapted, plain, other] = [
    tinyTrainer({ lora: tinyLora, isTied: false }),
    tinyTrainer({ isTied: false }),
    tinyTrainer({ lora: { ...tinyLora, seed: 6 }, isTied: false }),
  ];
  assert.deepEqual(await adapted.wholeWeights(), await plain.wholeWeights());
  assert.deepEqual(await adapted.forward(data, 1), await plain.forward(data, 1));
  const flat = adapted.copyWeights();
  for (const { a, b, dims } of adaptedMatrices(tinyConfig, tinyLora)) {
    assert.ok(viewOf(flat, b).every((value) => value === 0));
    const bound = 1 / Math.sqrt(dims[1]);
    const A = viewOf(flat, a);
    assert.ok(A.every((value) => Math.abs(value) <= bound));
    // The standard deviation of a uniform number is its bound divided by √3.
    const deviation = Math.sqrt(A.reduce((sum, value) => sum + value ** 2, 0) / A.length);
    assert.ok(Math.abs(deviation / (bound / Math.sqrt(3)) - 1) < 0.2, `${a.name}: deviation ${deviation}`);
  }
  assert.notDeepEqual(other.copyWeights(), flat);
  await Promise.all([adapted, plain, other].map((trainer) => trainer.close()));
});

for (const optimiser of [adamw, muon]) {
  test(`an adapter learns a toy sequence with ${optimiser.kind}, and what is frozen keeps its bits`, async () => {
    const trainer = tinyTrainer({ lora: { ...tinyLora, rank: 8 }, threads: 2 });
    const toy = patternData(16);
    let last = Number.NaN;
    for (let step = 0; step < 60; step += 1) {
      last = (await trainer.forwardBackward(toy, crossEntropy)).loss;
      await trainer.optimStep({ ...optimiser, learningRate: 2 * optimiser.learningRate });
    }
    assert.ok(last < 0.5 * Math.log(tinyConfig.vocab_size), `ends at ${last}`);
    const whole = await trainer.wholeWeights();
    const before = initialParameters(tinyConfig, 3);
    const adapted = new Set(adaptedMatrices(tinyConfig, tinyLora).map(({ weight }) => weight));
    const kept = parameterSpecs(trainer.wholeConfig).filter(({ name }) => !adapted.has(name));
    assert.ok(kept.length > 4);
    const specs = new Map(parameterSpecs(tinyConfig).map((spec) => [spec.name, spec]));
    for (const spec of kept) {
      const was = specs.get(spec.name);
      assert.ok(was !== undefined);
      assert.deepEqual(viewOf(whole, spec), viewOf(before, was), spec.name);
    }
    // W0 itself, which the merged weights do not show, lies beside the adapter.
    const path = await fresh('frozen');
    await trainer.save(path, { optimiser: true });
    assert.deepEqual((await readModelDirectory(join(path, 'base'))).flat, before);
    await trainer.close();
  });

  test(`an adapter that was saved and loaded goes on bit for bit with ${optimiser.kind}`, async () => {
    const path = await fresh('resumed');
    const whole = tinyTrainer({ lora: tinyLora, threads: 2 });
    await advance(whole, 3, optimiser);
    await whole.save(path, { optimiser: true });
    const resumed = await Trainer.load(path, { optimiser: true, lora: tinyLora, threads: 2 });
    const unasked = await Trainer.load(path, { optimiser: true, threads: 2 });
    assert.deepEqual(unasked.lora, tinyLora);
    const reset = await Trainer.load(path, { optimiser: true, threads: 2 });
    reset.resetOptimiser();
    const figures = await advance(whole, 4, optimiser);
    assert.deepEqual(await advance(resumed, 4, optimiser), figures);
    assert.deepEqual(await advance(unasked, 4, optimiser), figures);
    assert.notDeepEqual(await advance(reset, 4, optimiser), figures, 'the moments matter');
    assert.equal(resumed.version, 7);
    assert.deepEqual(resumed.copyWeights(), whole.copyWeights());
    assert.deepEqual(await resumed.wholeWeights(), await whole.wholeWeights());
    await Promise.all([whole, resumed, unasked, reset].map((trainer) => trainer.close()));
  });
}

test('the global norm that clips is that of the adapter, whose moments are all there is', async () => {
  const path = await fresh('clipped');
  const trainer = tinyTrainer({ lora: tinyLora });
  await trainer.forwardBackward(data, crossEntropy);
  const gradient = trainer.copyGradient();
  assert.equal(gradient.length, trainer.copyWeights().length);
  const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value ** 2, 0));
  const { gradientNorm } = await trainer.optimStep({ ...adamw, clipNorm: norm / 2 });
  assert.ok(Math.abs(gradientNorm / norm - 1) < 1e-6);
  await trainer.save(path, { optimiser: true });
  const names = async (of: Trainer) => {
    const other = await fresh('names');
    await of.save(other, { optimiser: true });
    return (await readFile(join(other, 'optimizer.safetensors'))).length;
  };
  const full = tinyTrainer();
  await advance(full, 1);
  assert.ok((await names(trainer)) < 0.5 * (await names(full)));
  await trainer.close();
  await full.close();
});

test('merged weights are a model for everyone: loaded, trained whole, adapted anew', async () => {
  const path = await fresh('merged');
  const trainer = tinyTrainer({ lora: tinyLora });
  await advance(trainer, 3);
  await trainer.save(path, { optimiser: false });
  assert.deepEqual((await readdir(path)).sort(), ['adapter', 'config.json', 'model.safetensors']);
  const read = await readModelDirectory(path);
  assert.equal(read.config.tie_word_embeddings, false, 'an adapted head is no longer the embedding');
  assert.equal(read.version, 3);
  assert.deepEqual(read.flat, await trainer.wholeWeights());
  const full = await Trainer.load(path, { optimiser: false, threads: 1 });
  const anew = await Trainer.load(path, { optimiser: false, lora: { ...tinyLora, rank: 2 }, threads: 1 });
  assert.equal(full.lora, undefined);
  const [expected, ...others] = [
    await trainer.forward(data, 1),
    await full.forward(data, 1),
    await anew.forward(data, 1),
  ];
  for (const other of others) {
    expected.forEach((values, d) => {
      values.forEach((value, t) => {
        assert.ok(Math.abs(value - (other[d]?.[t] ?? 9)) < 5e-5);
      });
    });
  }
  await advance(full, 1);
  await full.save(path, { optimiser: true });
  assert.deepEqual(
    (await readdir(path)).sort(),
    ['config.json', 'model.safetensors', 'optimizer.safetensors'],
    'nothing is left of the adapter',
  );
  await Promise.all([trainer, full, anew].map((each) => each.close()));
});

test('a head that is not adapted stays tied', async () => {
  const trainer = tinyTrainer({ lora: { ...tinyLora, head: false } });
  await advance(trainer, 2);
  assert.deepEqual(trainer.wholeConfig, tinyConfig);
  await trainer.close();
});

test('what does not belong together is refused', async () => {
  const load = (path: string, lora?: Lora) => Trainer.load(path, { optimiser: true, lora, threads: 1 });
  const [full, adapted] = [await fresh('full'), await fresh('adapted')];
  const [plain, trainer] = [tinyTrainer(), tinyTrainer({ lora: tinyLora })];
  await advance(plain, 1);
  await plain.save(full, { optimiser: true });
  await assert.rejects(
    load(full, tinyLora),
    /state of training all parameters, with which an adapter cannot/,
  );
  await advance(trainer, 1);
  await trainer.save(adapted, { optimiser: false });
  await assert.rejects(load(adapted, tinyLora), /has no base\/ with the frozen weights/);
  await trainer.save(adapted, { optimiser: true });
  await assert.rejects(load(adapted, { ...tinyLora, rank: 2 }), /adapter has rank 3, and lora asks for 2/);
  await assert.rejects(load(adapted, { ...tinyLora, head: false }), /has head true, and lora asks for false/);
  await (await load(adapted, { ...tinyLora, seed: 99 })).close();

  // Moments of one version beside an adapter of another.
  const later = await fresh('later');
  await advance(trainer, 1);
  await trainer.save(later, { optimiser: true });
  await rename(join(adapted, 'optimizer.safetensors'), join(later, 'optimizer.safetensors'));
  await assert.rejects(load(later), /optimiser's state is of version 1, the weights are of 2/);
  await truncate(join(later, 'adapter', 'adapter_model.safetensors'), 700);
  await assert.rejects(load(later), /adapter_model\.safetensors: .*/);
  await Promise.all([plain, trainer].map((each) => each.close()));
});

test('an adapter that the engine would compute differently is refused by field', async () => {
  const path = await fresh('settings');
  const trainer = tinyTrainer({ lora: tinyLora });
  await trainer.save(path, { optimiser: true });
  await trainer.close();
  const file = join(path, 'adapter', 'adapter_config.json');
  const settings = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  const refused = async (change: object, message: RegExp) => {
    await writeFile(file, JSON.stringify({ ...settings, ...change }));
    await assert.rejects(Trainer.load(path, { optimiser: true, threads: 1 }), message);
  };
  await refused({ use_rslora: true }, /adapter_config\.json: use_rslora is true/);
  await refused({ use_dora: true }, /use_dora is true/);
  await refused({ rank_pattern: { q_proj: 2 } }, /rank_pattern is/);
  await refused({ modules_to_save: ['embed_tokens'] }, /modules_to_save is/);
  await refused({ bias: 'all' }, /bias is "all"/);
  await refused({ peft_type: 'VERA' }, /peft_type/);
  await refused({ r: 0 }, /adapter_config\.json: r:/);
  await refused(
    { target_modules: ['q_proj', 'v_proj'] },
    /has q_proj, v_proj of q_proj, k_proj, v_proj, o_proj/,
  );
  await refused({ target_modules: ['lm_head', 'embed_tokens'] }, /embed_tokens.*does not adapt/);
  await refused(
    { target_modules: ['lm_head'] },
    /tensor base_model\.\S+ is none of an adapter of this model/,
  );
  await refused({ r: 2 }, /lora_A\.weight is 3×32, expected 2×32/);
});

test('a rank that is more than a side of a matrix is refused with the matrix', () => {
  assert.throws(
    () => tinyTrainer({ lora: { ...tinyLora, rank: 17 } }),
    /rank is 17, and model\.layers\.0\.self_attn\.k_proj\.weight is 16×32/,
  );
  const lora = { ...tinyLora, attention: false, rank: 25 };
  assert.throws(() => tinyTrainer({ lora }), /rank is 25, and lm_head\.weight is 24×32/);
});
