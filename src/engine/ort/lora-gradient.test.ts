import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../stats/random.ts';
import type { Datum, Loss, ModelConfig, OptimiserStep, PolicyVersion } from '../engine.ts';
import { resolveLora } from '../lora-options.ts';
import { type Adapter, adaptedMatrices, adapterScale, adapterSpecs, initialAdapter } from './adapter.ts';
import { mergeAdapter } from './merge-adapter.ts';
import { initialParameters, type ParameterSpec, parameterSpecs, viewOf } from './parameters.ts';
import { assertClose } from './primitives/gradient-check.ts';
import { Trainer } from './trainer.ts';
import { groupData, tinyConfig, tinyLora } from './trainer-fixture.ts';
import { buildTrainingGraph } from './training-graph.ts';
import { wholeConfig } from './weights.ts';

const version = 0 as PolicyVersion;
const crossEntropy: Loss = { kind: 'cross_entropy' };
const common = { temperature: 0.8, epsilonLow: 0.2, epsilonHigh: 0.28 };
const losses: readonly Loss[] = [
  crossEntropy,
  { kind: 'ppo', ...common, entropyCoefficient: 0.01, klCoefficient: 0.1 },
  { kind: 'cispo', ...common, entropyCoefficient: 0 },
  { kind: 'gspo', ...common, entropyCoefficient: 0 },
  { kind: 'importance_sampling', ...common, entropyCoefficient: 0.02 },
];
/** With the log-probs of a reference, for the KL term. */
const data: readonly Datum[] = groupData(7, { groups: 2, members: 3 }).map((datum) => ({
  ...datum,
  referenceLogprobs_T: datum.weights_T.map((weight) => (weight === 0 ? 0 : -3.1)),
}));

/** One that has been trained for a while, as far as gradients can tell: B is not zero. */
function usedAdapter(config: ModelConfig, lora = tinyLora): Adapter {
  const adapter = initialAdapter(config, lora);
  const random = new Random('used adapter');
  for (const { b } of adaptedMatrices(config, lora)) {
    const view = viewOf(adapter.flat, b);
    for (let i = 0; i < view.length; i += 1) view[i] = 0.02 * random.normal();
  }
  return adapter;
}

/** op(a)·op(b)·scale in double precision, of matrices in row order. */
function product(
  scale: number,
  a: { readonly at: (row: number, column: number) => number; readonly rows: number; readonly inner: number },
  b: { readonly at: (row: number, column: number) => number; readonly columns: number },
): Float64Array {
  return Float64Array.from({ length: a.rows * b.columns }, (_, index) => {
    const [row, column] = [Math.floor(index / b.columns), index % b.columns];
    let sum = 0;
    for (let k = 0; k < a.inner; k += 1) sum += a.at(row, k) * b.at(k, column);
    return scale * sum;
  });
}

for (const isTied of [true, false]) {
  for (const loss of losses) {
    test(`dA = s·Bᵀ·dW and dB = s·dW·Aᵀ, dW of all parameters: ${loss.kind}, ${isTied ? 'tied' : 'untied'}`, async () => {
      const config = { ...tinyConfig, tie_word_embeddings: isTied };
      const flat = initialParameters(config, 3);
      const adapter = usedAdapter(config);
      const merged = await mergeAdapter(config, flat, adapter, 1);
      const base = { specs: parameterSpecs(config), flat };
      const whole = wholeConfig({ config, base, adapter });
      const adapted = new Trainer({ config, flat, adapter, version, threads: 2 });
      const full = new Trainer({ config: whole, flat: merged, version, threads: 2 });
      const [one, two] = [await adapted.forwardBackward(data, loss), await full.forwardBackward(data, loss)];
      assertClose('loss', [one.loss], [two.loss], 1e-5);
      assertClose('entropies', [one.entropySum], [two.entropySum], 1e-5);
      const [gradient, wholeGradient] = [adapted.copyGradient(), full.copyGradient()];
      const specs = new Map(parameterSpecs(whole).map((spec) => [spec.name, spec]));
      const { rank } = adapter.lora;
      const scale = adapterScale(adapter.lora);
      for (const { weight, a, b, dims } of adaptedMatrices(config, adapter.lora)) {
        const [out, into] = dims;
        const dw = viewOf(wholeGradient, specs.get(weight) as ParameterSpec);
        const [A, B] = [viewOf(adapter.flat, a), viewOf(adapter.flat, b)];
        const dwAt = (row: number, column: number) => dw[row * into + column] ?? 0;
        const da = product(
          scale,
          { at: (r, o) => B[o * rank + r] ?? 0, rows: rank, inner: out },
          { at: dwAt, columns: into },
        );
        const db = product(
          scale,
          { at: dwAt, rows: out, inner: into },
          { at: (i, r) => A[r * into + i] ?? 0, columns: rank },
        );
        assertClose(a.name, viewOf(gradient, a), da, 2e-5);
        assertClose(b.name, viewOf(gradient, b), db, 2e-5);
      }
      await adapted.close();
      await full.close();
    });
  }
}

test('gradients of A and B are those of finite differences', async () => {
  const random = new Random('directions');
  const flat = initialParameters(tinyConfig, 3);
  const adapter = usedAdapter(tinyConfig);
  const origin = adapter.flat.slice();
  const trainer = new Trainer({ config: tinyConfig, flat, adapter, version, threads: 1 });
  await trainer.forwardBackward(data, crossEntropy);
  const gradient = trainer.copyGradient();
  await trainer.close();
  const step = 0.003;
  const lossAt = async (distance: number, direction: Float64Array) => {
    const moved = { ...adapter, flat: origin.map((value, i) => value + distance * (direction[i] ?? 0)) };
    const other = new Trainer({ config: tinyConfig, flat, adapter: moved, version, threads: 1 });
    const { loss } = await other.forwardBackward(data, crossEntropy);
    await other.close();
    return loss;
  };
  for (const part of ['lora_A', 'lora_B']) {
    // Along the gradient itself, where the difference is greatest, and a little aside.
    const direction = new Float64Array(origin.length);
    for (const spec of adapter.specs.filter(({ name }) => name.includes(part))) {
      for (let i = spec.offset; i < spec.offset + spec.length; i += 1) {
        direction[i] = (gradient[i] ?? 0) + 0.3 * random.normal();
      }
    }
    const norm = Math.hypot(...direction);
    const unit = direction.map((value) => value / norm);
    const difference = async (distance: number) =>
      ((await lossAt(distance, unit)) - (await lossAt(-distance, unit))) / (2 * distance);
    // Without the error of third order, which B's large factor makes felt.
    const expected = (4 * (await difference(step)) - (await difference(2 * step))) / 3;
    const actual = unit.reduce((sum, value, i) => sum + value * (gradient[i] ?? 0), 0);
    assert.ok(Math.abs(expected) > 0.05, `${part}: the slope is ${expected}`);
    assert.ok(Math.abs(actual / expected - 1) < 1e-3, `${part}: ${actual}, expected ${expected}`);
  }
});

test('at full rank, with A the identity, a plain gradient step moves W as training all of W does', async () => {
  const side = 32;
  const config = { ...tinyConfig, intermediate_size: side, num_key_value_heads: 4, vocab_size: 40 };
  const lora = resolveLora({ rank: side, alpha: side, seed: 1 });
  const adapter = initialAdapter(config, lora);
  for (const { a } of adaptedMatrices(config, lora)) {
    viewOf(adapter.flat, a).set(
      Float32Array.from({ length: side * side }, (_, i) => (i % (side + 1) === 0 ? 1 : 0)),
    );
  }
  const untied = { ...config, tie_word_embeddings: false };
  const flat = initialParameters(config, 3);
  const start = await mergeAdapter(config, flat, adapter, 1);
  const adapted = new Trainer({ config, flat, adapter, version, threads: 1 });
  const full = new Trainer({ config: untied, flat: start.slice(), version, threads: 1 });
  // An ε far above every gradient: the step is learningRate / ε times the gradient.
  const plain: OptimiserStep = {
    ...{ kind: 'adamw', learningRate: 1e4, epsilon: 1e5 },
    ...{ beta1: 0, beta2: 0, weightDecay: 0, clipNorm: Number.POSITIVE_INFINITY },
  };
  for (const trainer of [adapted, full]) {
    await trainer.forwardBackward(data, crossEntropy);
    await trainer.optimStep(plain);
  }
  const [actual, expected] = [await adapted.wholeWeights(), await full.wholeWeights()];
  const matrices = new Set(adaptedMatrices(config, lora).map(({ weight }) => weight));
  for (const spec of parameterSpecs(untied)) {
    const [from, to, wanted] = [start, actual, expected].map((values) => viewOf(values, spec));
    const moved = (values: Float32Array = new Float32Array()) =>
      values.map((value, i) => value - (from?.[i] ?? 0));
    if (matrices.has(spec.name)) {
      assert.ok(Math.max(...moved(wanted).map(Math.abs)) > 1e-3, `${spec.name} moves`);
      assertClose(spec.name, moved(to), moved(wanted), 1e-4);
    } else assert.deepEqual(to, from, spec.name);
  }
  await adapted.close();
  await full.close();
});

test('nothing is computed for the gradient of a frozen matrix', () => {
  const parts = { attention: false, feedForward: false, head: false };
  const variants = [
    { ...tinyLora, ...parts, attention: true },
    { ...tinyLora, ...parts, feedForward: true },
    { ...tinyLora, ...parts, head: true },
    tinyLora,
  ];
  for (const lora of variants) {
    for (const recomputeLayers of [false, true]) {
      const options = { rowLength: 32, loss: 'ppo', recomputeLayers, lora } as const;
      const { graph, gradientNames } = buildTrainingGraph(tinyConfig, options);
      const specs = adapterSpecs(tinyConfig, lora);
      assert.deepEqual(
        gradientNames,
        specs.map(({ name }) => name),
      );
      const outer = graph.nodes.filter(({ op, attributes }) => op === 'Gemm' && attributes.transA === 1);
      assert.equal(outer.length, specs.length, 'products of gradients with activations');
    }
  }
});
