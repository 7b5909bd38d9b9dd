/**
 * What a model learns on servers of every way is what it learns on a plain one: averages are undone, losses that are missing go in
 * two passes, samplers never take an update back. The counterpart is the toy server, whose gradients are real.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { Random } from '../../stats/random.ts';
import type { Datum, Loss, OptimiserStep, TrainableModel } from '../engine.ts';
import { createTinkerEngine, type TinkerEngineOptions } from './engine.ts';
import { jaxWays, ToyTinker, type ToyWays, toyVocabulary } from './fixtures/toy-tinker.ts';

const config = {
  model_type: 'qwen3',
  architectures: ['Qwen3ForCausalLM'],
  ...{ vocab_size: toyVocabulary, hidden_size: 8, intermediate_size: 8, num_hidden_layers: 1 },
  ...{ num_attention_heads: 1, num_key_value_heads: 1, head_dim: 8, rms_norm_eps: 1e-6, rope_theta: 10_000 },
  ...{ max_position_embeddings: 128, tie_word_embeddings: true, hidden_act: 'silu' },
};

/** A model on a toy server, from a directory that has only a configuration. */
async function open(t: TestContext, ways: Partial<ToyWays> = {}, options: Partial<TinkerEngineOptions> = {}) {
  const toy = new ToyTinker(ways);
  const remarks: string[] = [];
  const engine = await createTinkerEngine({
    ...{ url: 'http://127.0.0.1:9', profile: 'tuft', baseModel: 'toy', lora: { rank: 4 }, selfTest: false },
    transport: toy.transport,
    onRemark: (text) => remarks.push(text),
    ...options,
  });
  t.after(() => engine.close());
  const directory = await mkdtemp(path.join(tmpdir(), 'qed-tinker-'));
  t.after(() => rm(directory, { recursive: true }));
  await writeFile(path.join(directory, 'config.json'), JSON.stringify(config));
  const model = await engine.loadModel(directory, { optimiser: false });
  return { toy, engine, model, directory, remarks };
}

const jax = { profile: 'skyrl-jax' } as const;
const step: OptimiserStep = {
  ...{ kind: 'adamw', learningRate: 0.1, weightDecay: 0, clipNorm: Number.POSITIVE_INFINITY },
  ...{ beta1: 0.9, beta2: 0.95, epsilon: 1 },
};
const policyLoss = (kind: 'importance_sampling' | 'ppo' | 'cispo' | 'gspo', more = {}): Loss => ({
  ...{ kind, temperature: 1, epsilonLow: 0.2, epsilonHigh: 0.3, entropyCoefficient: 0 },
  ...more,
});

function datumOf(seed: number, length: number): Datum {
  const random = new Random('remote-model', seed);
  const array = (make: (t: number) => number) =>
    Float32Array.from({ length }, (_, t) => (t < 2 ? 0 : make(t)));
  return {
    tokens_T: Int32Array.from({ length }, () => random.below(toyVocabulary)),
    weights_T: array((t) => (t % 5 === 4 ? 0 : 0.2 + random.next())),
    logprobs_T: array(() => -4 - random.next()),
    advantages_T: array(() => 2 * random.next() - 1),
    referenceLogprobs_T: array(() => -4 - random.next()),
  };
}
const data = [datumOf(1, 9), datumOf(2, 14), datumOf(3, 6)];

function largest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);
}

async function learnt(model: TrainableModel, toy: ToyTinker, loss: Loss, given = data) {
  const result = await model.forwardBackward(given, loss);
  const { gradientNorm } = await model.optimStep(step);
  return { result, gradientNorm, logits: toy.logits.slice() };
}

const everyLoss: readonly Loss[] = [
  { kind: 'cross_entropy' },
  policyLoss('importance_sampling'),
  policyLoss('ppo'),
  policyLoss('cispo'),
  policyLoss('gspo'),
  policyLoss('ppo', { klCoefficient: 0.5 }),
  policyLoss('cispo', { entropyCoefficient: 0.1 }),
];

for (const loss of everyLoss) {
  const name = `${loss.kind}${'klCoefficient' in loss ? ' with KL' : ''}`;
  test(`${name}: an average is undone exactly: gradient, norm and step are those of a sum`, async (t) => {
    const plain = await open(t);
    const averaging = await open(t, jaxWays, jax);
    const expected = await learnt(plain.model, plain.toy, loss);
    const found = await learnt(averaging.model, averaging.toy, loss);
    assert.ok(largest(found.logits, expected.logits) < 1e-6);
    assert.ok(Math.abs(found.gradientNorm / expected.gradientNorm - 1) < 1e-4);
    assert.ok(Math.abs(found.result.loss - expected.result.loss) < 1e-4);
    assert.equal(found.result.trainedTokens, expected.result.trainedTokens);
    for (const [d, logprobs] of found.result.logprobs_D_T.entries())
      assert.ok(largest(logprobs, expected.result.logprobs_D_T[d] ?? []) < 1e-6);
  });
}

test('a loss in two passes has the gradient of the server’s own', async (t) => {
  const native = await open(t);
  const surrogate = await open(t);
  for (const kind of ['importance_sampling', 'ppo', 'cispo'] as const) {
    const expected = await learnt(native.model, native.toy, policyLoss(kind));
    // A KL term of no weight worth speaking of, which the server does not have.
    const found = await learnt(surrogate.model, surrogate.toy, policyLoss(kind, { klCoefficient: 1e-12 }));
    assert.ok(largest(found.logits, expected.logits) < 1e-6, kind);
  }
  const passes = surrogate.toy.requests.flatMap(({ training }) => (training === undefined ? [] : [training]));
  assert.deepEqual(
    passes.map(({ lossFn, forwardOnly }) => `${lossFn} ${forwardOnly}`),
    Array.from({ length: 3 }, () => ['cross_entropy true', 'cross_entropy false']).flat(),
  );
  assert.ok(
    passes.some(({ data: sent }) =>
      sent.some(({ inputs }) => inputs.get('weights')?.data.some((w) => w < 0)),
    ),
  );
});

test('what is sent is aligned: input all but the last token, targets all but the first, bounds always said', async (t) => {
  const { model, toy } = await open(t);
  const [datum] = data;
  assert.ok(datum !== undefined);
  await model.forwardBackward([datum], policyLoss('ppo'));
  const { training } = toy.requests.at(-2) ?? assert.fail();
  assert.deepEqual(training?.data[0]?.tokens_N, datum.tokens_T.subarray(0, -1));
  assert.deepEqual(training?.data[0]?.inputs.get('target_tokens')?.data, datum.tokens_T.subarray(1));
  assert.deepEqual(
    training?.lossFnConfig,
    new Map([
      ['clip_low_threshold', 0.8],
      ['clip_high_threshold', 1.3],
    ]),
  );
});

test('data beyond the limits of a request go in several, and learn the same', async (t) => {
  const many = Array.from({ length: 7 }, (_, seed) => datumOf(seed, 5 + seed));
  const whole = await open(t);
  const cut = await open(t);
  const expected = await learnt(whole.model, whole.toy, policyLoss('ppo'), many);
  // 4 bytes a token, 8 a target, 4 each for log-probs and advantages: about 20 a position.
  const limits = { chunkData: 3, chunkBytes: 300 };
  const engine = await createTinkerEngine({
    ...{ url: 'http://127.0.0.1:9', profile: 'tuft', baseModel: 'toy', lora: { rank: 4 }, selfTest: false },
    transport: async (request) => {
      const answer = await cut.toy.transport(request);
      if (!request.url.endsWith('client/config')) return answer;
      const body = {
        fwdbwd_max_chunk_len: limits.chunkData,
        fwdbwd_max_chunk_bytes_count: limits.chunkBytes,
      };
      return { ...answer, bytes: new TextEncoder().encode(JSON.stringify(body)) };
    },
  });
  t.after(() => engine.close());
  const model = await engine.loadModel(cut.directory, { optimiser: false });
  const found = await learnt(model, cut.toy, policyLoss('ppo'), many);
  const sent = cut.toy.requests.flatMap(({ training }) => (training === undefined ? [] : [training]));
  assert.ok(sent.length >= 3);
  assert.ok(sent.every(({ data: part }) => part.length <= 3));
  assert.deepEqual(
    sent.map(({ seqId }) => seqId),
    sent.map((_, index) => 1 + index),
  );
  assert.ok(largest(found.logits, expected.logits) < 1e-9);
  assert.equal(found.result.logprobs_D_T.length, many.length);
  found.result.logprobs_D_T.forEach((logprobs, d) => {
    assert.ok(largest(logprobs, expected.result.logprobs_D_T[d] ?? []) < 1e-6);
  });
});

test('gradients of several calls add up where they are sums, and are refused where they are averages', async (t) => {
  const plain = await open(t);
  const whole = await open(t);
  await whole.model.forwardBackward(data, { kind: 'cross_entropy' });
  await whole.model.optimStep(step);
  for (const datum of data) await plain.model.forwardBackward([datum], { kind: 'cross_entropy' });
  await plain.model.optimStep(step);
  assert.ok(largest(plain.toy.logits, whole.toy.logits) < 1e-9);

  const averaging = await open(t, jaxWays, jax);
  await averaging.model.forwardBackward(data, { kind: 'cross_entropy' });
  await assert.rejects(averaging.model.forwardBackward(data, { kind: 'cross_entropy' }), {
    name: 'TinkerError',
    kind: 'unsupported',
    message: /cannot add up gradients of several calls.*Give all data of a step to one forwardBackward/,
  });
});

test('what a server would do otherwise than asked is refused: clip, Muon, temperature, penalties', async (t) => {
  const { model } = await open(t, jaxWays, jax);
  await assert.rejects(model.optimStep({ ...step, clipNorm: 1 }), /cannot clip the gradient at a norm of 1/);
  const muon: OptimiserStep = {
    ...{ kind: 'muon', momentum: 0.9, vectorLearningRate: 0.1, learningRate: 0.1 },
    ...{ weightDecay: 0, clipNorm: Number.POSITIVE_INFINITY },
  };
  await assert.rejects(model.optimStep(muon), /cannot step with Muon/);
  await assert.rejects(model.forward(data, 0.8), /cannot train at temperature 0.8/);
  await assert.rejects(
    model.forwardBackward(data, policyLoss('ppo', { temperature: 0.8 })),
    /Sample and train at temperature 1/,
  );
  const sampler = await model.snapshotSampler();
  const sampling = { maxTokens: 4, temperature: 1, stopTokenIds: [], minP: 0.1 };
  await assert.rejects(
    sampler.sample({ prompt_T: Int32Array.of(1), seeds_S: [1], sampling }),
    /sample with minP/,
  );
});

test('a server that cannot forget moments, or adapts everything whatever is asked, says so instead of doing otherwise', async (t) => {
  const { model } = await open(t);
  await assert.rejects(model.resetOptimiser(), /forget a model's optimiser moments.*optimiser false/s);
  const part = { profile: 'skyrl-jax', lora: { rank: 4, head: false } } as const;
  await assert.rejects(open(t, jaxWays, part), /adapt a part of a model.*lora/s);
});

test('where samplers share the trainer’s weights, no update is ever taken back', async (t) => {
  const { model, toy } = await open(t, jaxWays, { ...jax, segmentTokens: 2 });
  const plain = await open(t);
  const old = await model.snapshotSampler();
  const live = await model.liveSampler();
  const request = {
    prompt_T: Int32Array.of(3, 4),
    seeds_S: [1, 2, 3],
    sampling: { maxTokens: 12, temperature: 1, stopTokenIds: [] },
  };
  await old.sample(request);
  for (let i = 0; i < 3; i += 1) {
    const sampling = live.sample(request);
    await model.forwardBackward(data, { kind: 'cross_entropy' });
    await model.optimStep(step);
    const samples = await sampling;
    // Each token's weights are those that it says.
    assert.ok(
      samples.every(({ versions }) => versions.every(({ version }) => version >= i && version <= i + 1)),
    );
    await assert.rejects(old.sample(request), /cannot keep the weights of step 0 for a sampler/);
    await plain.model.forwardBackward(data, { kind: 'cross_entropy' });
    await plain.model.optimStep(step);
    assert.ok(largest(toy.logits, plain.toy.logits) < 1e-6, `after step ${i + 1}`);
  }
  const [sample] = await live.sample(request);
  assert.deepEqual(sample?.versions, [{ start: 0, version: 3 }]);
});

test('calls are applied in the order in which they were made, without waiting for each other', async (t) => {
  const { model, toy } = await open(t);
  const [first, , , last] = await Promise.all([
    model.forward(data, 1),
    model.forwardBackward(data, policyLoss('gspo')),
    model.optimStep(step),
    model.forward(data, 1),
  ]);
  assert.ok(largest(first?.[0] ?? [], last?.[0] ?? []) > 1e-4);
  const numbered = toy.requests.filter(({ body }) => 'seq_id' in body);
  assert.deepEqual(
    numbered.map(({ body }) => body.seq_id),
    [1, 2, 3, 4, 5],
  );
});

test('a model goes on from where it was saved, with the optimiser’s moments, and a sampler too', async (t) => {
  const { model, engine, directory, toy } = await open(t, { frontPage: 'SkyRL' });
  const resumed = await mkdtemp(path.join(tmpdir(), 'qed-tinker-'));
  t.after(() => rm(resumed, { recursive: true }));
  const train = async (trained: TrainableModel) => {
    await trained.forwardBackward(data, { kind: 'cross_entropy' });
    return await trained.optimStep(step);
  };
  await train(model);
  await model.save(resumed, { optimiser: true });
  const expected = await train(model);
  const logits = toy.logits.slice();
  const again = await engine.loadModel(resumed, { optimiser: true });
  const found = await train(again);
  assert.deepEqual(found, expected);
  assert.equal(found.version, 2);
  assert.ok(largest(toy.logits, logits) < 1e-12);

  const sampler = await engine.loadSampler(resumed);
  const [sample] = await sampler.sample({
    ...{ prompt_T: Int32Array.of(1, 2), seeds_S: [5] },
    sampling: { maxTokens: 3, temperature: 1, stopTokenIds: [] },
  });
  assert.deepEqual(sample?.versions, [{ start: 0, version: 1 }]);
  const { body } =
    toy.requests.findLast(({ path: asked }) => asked === 'create_sampling_session') ?? assert.fail();
  // The path in two parts is completed.
  assert.match(String(body.model_path), /^tinker:\/\/model_\d+\/sampler_weights\/step-1-0-sampler$/);
  assert.notEqual(directory, resumed);
});

test('after a training request that may have been done in part no step is taken', async (t) => {
  const { toy, directory } = await open(t);
  let failing = false;
  const engine = await createTinkerEngine({
    ...{ url: 'http://127.0.0.1:9', profile: 'tuft', baseModel: 'toy', lora: { rank: 4 }, selfTest: false },
    transport: async (request) => {
      const answer = await toy.transport(request);
      if (!failing || !request.url.endsWith('retrieve_future')) return answer;
      const body = new TextEncoder().encode(JSON.stringify({ error: 'out of memory', category: 'server' }));
      return { ...answer, contentType: 'application/json', bytes: body };
    },
  });
  t.after(() => engine.close());
  const model = await engine.loadModel(directory, { optimiser: false });
  failing = true;
  await assert.rejects(
    model.forwardBackward(data, { kind: 'cross_entropy' }),
    /could not do ForwardBackward.*out of memory/,
  );
  failing = false;
  await assert.rejects(model.optimStep(step), /the gradient is not known/);
});
