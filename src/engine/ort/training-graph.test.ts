import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../stats/random.ts';
import type { ModelConfig } from '../engine.ts';
import { parameterCount, parameterSpecs } from './parameters.ts';
import { assertClose } from './primitives/gradient-check.ts';
import {
  feedsFor,
  type LossScalars,
  type PackedToken,
  type Prediction,
  packSequence,
  runTraining,
  type TrainingOutputs,
  trainingSession,
} from './test-feeds.ts';
import { buildTrainingGraph } from './training-graph.ts';

const config: ModelConfig = {
  model_type: 'qwen3',
  vocab_size: 53,
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 16,
  rms_norm_eps: 1e-6,
  rope_theta: 10_000,
  max_position_embeddings: 128,
  tie_word_embeddings: true,
};
const scalars: LossScalars = {
  inverseTemperature: 1.25,
  ratioLow: 0.8,
  ratioHigh: 1.28,
  entropyCoefficient: 0.1,
};
const ppo = { loss: 'ppo', entropy: true } as const;

/** Weights far from the small ones training begins with, so that attention is not uniform. */
const flat = (() => {
  const random = new Random('training graph');
  const values = new Float32Array(parameterCount(config));
  for (const { dims, offset, length } of parameterSpecs(config)) {
    for (let i = 0; i < length; i += 1) {
      values[offset + i] =
        dims.length === 1 ? 1 + 0.3 * random.normal() : random.normal() / Math.sqrt(dims[1] ?? 1);
    }
  }
  return values;
})();

const random = new Random('sequences');
const tokens = (length: number) => Array.from({ length }, () => random.below(config.vocab_size));
const prediction = (): Omit<Prediction, 'token'> => ({
  weight: random.next(),
  oldLogprob: -4 + random.normal(),
  advantage: random.normal(),
});

function assertSame(actual: TrainingOutputs, expected: TrainingOutputs, tolerance: number): void {
  assertClose('loss', [actual.loss], [expected.loss], tolerance);
  assertClose('log-probs', actual.logprobs, expected.logprobs, tolerance);
  assertClose('entropies', actual.entropies, expected.entropies, tolerance);
  for (const [name, gradient] of expected.gradients) {
    assertClose(name, actual.gradients.get(name) ?? [], gradient, tolerance);
  }
}

/** Rows of two sequences each. */
function randomRows(count: number, lengths: readonly [number, number]): PackedToken[][] {
  return Array.from({ length: count }, () =>
    lengths.flatMap((length, segment) => packSequence(tokens(length), { segment }, prediction)),
  );
}

describe('who sees whom', () => {
  const prompt = tokens(9);
  const completions = [tokens(12), tokens(20), tokens(5)];
  const predictions = completions.map((completion) => completion.map(prediction));

  const unshared = completions.map((completion, c) =>
    packSequence([...prompt, ...completion], { segment: 0 }, (t) => predictions[c]?.[t + 1 - prompt.length]),
  );
  // The shared prompt stops before its last token; each completion begins with its own copy of that.
  const head = packSequence(prompt, { segment: 1 }, () => undefined);
  const tails = completions.map((completion, c) =>
    packSequence(
      [prompt.at(-1) ?? 0, ...completion],
      { segment: 2 + c, prefix: 1, firstPosition: prompt.length - 1 },
      (t) => predictions[c]?.[t],
    ),
  );

  it('a shared prompt gives the gradients of the unshared form', async () => {
    const apart = await runTraining(
      config,
      { ...ppo, rowLength: 48 },
      feedsFor(config, flat, unshared, 48, scalars),
    );
    const together = [[...head, ...tails.flat()]];
    const shared = await runTraining(
      config,
      { ...ppo, rowLength: 64 },
      feedsFor(config, flat, together, 64, scalars),
    );
    assertSame(shared, apart, 1e-5);
  });

  it('a completion does not see another one, whatever that holds', async () => {
    const others = tails.map((tail, c) => (c === 1 ? tail : tail.map((token) => ({ ...token, id: 3 }))));
    const options = { rowLength: 64, loss: 'forward' } as const;
    const [before, after] = [tails, others].map(async (parts) =>
      runTraining(config, options, feedsFor(config, flat, [[...head, ...parts.flat()]], 64, scalars)),
    );
    const middle = ({ logprobs }: TrainingOutputs) => logprobs.slice(12, 32);
    assert.deepEqual(middle((await before) as TrainingOutputs), middle((await after) as TrainingOutputs));
  });

  it('a token does not see later ones', async () => {
    const row = unshared[1] ?? [];
    const changed = row.map((token, t) =>
      t < 15 ? token : { ...token, id: (token.id + 1) % config.vocab_size },
    );
    const options = { rowLength: 48, loss: 'forward' } as const;
    const before = await runTraining(config, options, feedsFor(config, flat, [row], 48, scalars));
    const after = await runTraining(config, options, feedsFor(config, flat, [changed], 48, scalars));
    // Predictions start at position 8.
    assert.deepEqual(before.logprobs.slice(0, 7), after.logprobs.slice(0, 7));
    assert.notDeepEqual(before.logprobs.slice(7), after.logprobs.slice(7));
  });

  it('padding has no influence, down to the last bit', async () => {
    const rows = randomRows(3, [20, 15]);
    const padding = { id: 0, position: 0, segment: -1, prefix: -1 };
    const { session, run } = await trainingSession(config, { ...ppo, rowLength: 64 });
    const plain = await run(feedsFor(config, flat, rows, 64, scalars, padding));
    const other = await run(
      feedsFor(config, flat, rows, 64, scalars, { ...padding, id: 9, position: 5, segment: 77 }),
    );
    await session.release();
    assert.deepEqual(other, plain);
  });
});

describe('runs', () => {
  it('repeats are bit-identical, in one session and in another, with thousands of tokens', async () => {
    const feeds = feedsFor(config, flat, randomRows(48, [40, 22]), 64, scalars);
    const { session, run } = await trainingSession(config, { ...ppo, rowLength: 64 });
    const first = await run(feeds);
    assert.deepEqual(await run(feeds), first);
    await session.release();
    assert.deepEqual(await runTraining(config, { ...ppo, rowLength: 64 }, feeds), first);
  });

  it('one session takes any number of rows and targets, and gradients add up over batches', async () => {
    const rows = randomRows(5, [30, 34]);
    const { session, run } = await trainingSession(config, { ...ppo, rowLength: 64, headChunks: 3 });
    const whole = await run(feedsFor(config, flat, rows, 64, scalars));
    const parts = [
      await run(feedsFor(config, flat, rows.slice(0, 1), 64, scalars)),
      await run(feedsFor(config, flat, rows.slice(1), 64, scalars)),
    ];
    await session.release();
    const sum = (name: string) =>
      (whole.gradients.get(name) ?? new Float32Array()).map((_, i) =>
        parts.reduce((total, { gradients }) => total + (gradients.get(name)?.[i] ?? 0), 0),
      );
    const added: TrainingOutputs = {
      loss: parts.reduce((total, { loss }) => total + loss, 0),
      logprobs: Float32Array.from(parts.flatMap(({ logprobs }) => [...logprobs])),
      entropies: Float32Array.from(parts.flatMap(({ entropies }) => [...entropies])),
      gradients: new Map([...whole.gradients.keys()].map((name) => [name, sum(name)])),
    };
    assertSame(added, whole, 1e-5);
  });

  it('layers computed again give the bits of layers that were kept', async () => {
    const feeds = feedsFor(config, flat, randomRows(2, [120, 71]), 192, scalars);
    const kept = await runTraining(config, { ...ppo, rowLength: 192 }, feeds);
    const again = await runTraining(config, { ...ppo, rowLength: 192, recomputeLayers: true }, feeds);
    assert.deepEqual(again, kept);
  });

  it('the number of head chunks does not matter', async () => {
    const feeds = feedsFor(config, flat, randomRows(2, [31, 8]), 64, scalars);
    for (const loss of ['cispo', 'importance_sampling'] as const) {
      const whole = await runTraining(config, { rowLength: 64, loss }, feeds);
      const chunked = await runTraining(config, { rowLength: 64, loss, headChunks: 7 }, feeds);
      assertSame(chunked, whole, 1e-5);
    }
  });

  it('log-probs far below the least positive float stay exact and keep their gradient', async () => {
    const steep = flat.map((value) => value * 4);
    const feeds = feedsFor(config, steep, randomRows(2, [31, 8]), 64, { ...scalars, inverseTemperature: 20 });
    const { logprobs, gradients } = await runTraining(config, { rowLength: 64, loss: 'cispo' }, feeds);
    assert.ok(Math.min(...logprobs) < -200, `${Math.min(...logprobs)}`);
    for (const values of [logprobs, ...gradients.values()]) assert.ok(values.every(Number.isFinite));
  });
});

describe('buildTrainingGraph', () => {
  it('declares the inputs that the loss reads and no others', () => {
    const always = ['ids', 'positions', 'segments', 'prefixes', 'select', 'targets'];
    const reinforcement = [
      ...always,
      'unselect',
      'inverseTemperature',
      'weights',
      'advantages',
      'oldLogprobs',
    ];
    const expected = {
      forward: [...always, 'inverseTemperature'],
      cross_entropy: [...always, 'unselect', 'weights'],
      importance_sampling: reinforcement,
      ppo: [...reinforcement, 'ratioLow', 'ratioHigh'],
      cispo: [...reinforcement, 'ratioHigh'],
    } as const;
    for (const loss of Object.keys(expected) as (keyof typeof expected)[]) {
      for (const entropy of [false, true]) {
        const { graph, inputNames } = buildTrainingGraph(config, { rowLength: 32, loss, entropy });
        const coefficient =
          entropy && loss !== 'forward' && loss !== 'cross_entropy' ? ['entropyCoefficient'] : [];
        assert.deepEqual(new Set(inputNames), new Set([...expected[loss], ...coefficient]), loss);
        const read = new Set(graph.nodes.flatMap((node) => node.inputs));
        assert.deepEqual(
          graph.inputs.filter(({ name }) => !read.has(name)),
          [],
          loss,
        );
      }
    }
  });

  it('has a gradient for every parameter but an untied embedding', () => {
    const names = parameterSpecs(config).map(({ name }) => name);
    const options = { rowLength: 32, loss: 'ppo' } as const;
    assert.deepEqual(buildTrainingGraph(config, options).gradientNames, names);
    const untied = buildTrainingGraph({ ...config, tie_word_embeddings: false }, options);
    assert.deepEqual(untied.gradientNames, [...names.slice(1), 'lm_head.weight']);
    assert.deepEqual(buildTrainingGraph(config, { ...options, loss: 'forward' }).gradientNames, []);
  });

  it('refuses a rotary table shorter than a row', () => {
    const options = { rowLength: 32, loss: 'forward', positionCount: 31 } as const;
    assert.throws(() => buildTrainingGraph(config, options), /positionCount 31/);
  });
});
