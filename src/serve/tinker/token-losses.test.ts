/** Values are the engine's for every loss that it has, and slopes are those of finite differences. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Datum, Loss } from '../../engine/engine.ts';
import { createOrtEngine } from '../../engine/ort/engine.ts';
import type { WireTensor } from '../../engine/tinker/wire/wire-tensor.ts';
import { float32Tensor } from '../../engine/tinker/wire/wire-tensor.ts';
import { openBaseModel } from './base-model.ts';
import { tinyModel, wireDatum } from './fixtures/tinker-serving.ts';
import { evaluateLoss, type LossName, type LossTerms } from './token-losses.ts';
import { readTrainingTask } from './training-task.ts';

const engine = createOrtEngine({ threads: 1 });
after(() => engine.close());
const { config } = await openBaseModel('tiny', tinyModel);

const tokens = [5, 9, 13, 2, 40, 7];
const datum: Datum = {
  tokens_T: Int32Array.from(tokens),
  weights_T: Float32Array.from([0, 1, 0.5, 0, 2, 1]),
  logprobs_T: Float32Array.from([0, -4.6, -3.2, 0, -4.4, -3.9]),
  advantages_T: Float32Array.from([0, 1, -2, 0, 0.5, -1]),
};
const names: readonly LossName[] = ['cross_entropy', 'importance_sampling', 'ppo', 'cispo', 'gspo', 'dro'];
const termsOf = (name: LossName): LossTerms => ({ name, low: 0.8, high: 1.3, beta: 0.3 });

for (const name of names.filter((one) => one !== 'gspo')) {
  test(`the slopes of ${name} are those of finite differences`, () => {
    const at = Float32Array.from([0, -4.5, -3.4, 0, -4.7, -3.9]);
    const { slopes_T } = evaluateLoss(termsOf(name), datum, at);
    for (let t = 0; t < at.length; t += 1) {
      const moved = (by: number): number => {
        // CISPO holds its ratio fixed, so that the difference is taken of ℓ alone.
        const point = at.with(t, (at[t] ?? 0) + by);
        if (name !== 'cispo') return evaluateLoss(termsOf(name), datum, point).loss;
        return evaluateLoss(termsOf(name), shiftedOld(t, by), point).loss;
      };
      const slope = (moved(1 / 128) - moved(-1 / 128)) / (1 / 64);
      assert.ok(Math.abs(slope - (slopes_T[t] ?? 0)) < 2e-3, `${name} at ${t}: ${slope}, ${slopes_T[t]}`);
    }
  });
}

function shiftedOld(t: number, by: number): Datum {
  const old = datum.logprobs_T ?? new Float32Array(0);
  return { ...datum, logprobs_T: old.with(t, (old[t] ?? 0) + by) };
}

test('values are those of the engine', async () => {
  const model = await engine.loadModel(tinyModel, { optimiser: false });
  for (const name of names) {
    if (name === 'dro') continue;
    const bounds = { epsilonLow: 0.2, epsilonHigh: 0.3, temperature: 1, entropyCoefficient: 0 };
    const loss: Loss = name === 'cross_entropy' ? { kind: name } : { kind: name, ...bounds };
    const result = await model.forwardBackward([datum], loss);
    const low = name === 'cispo' ? 0 : 0.8;
    const { loss: value } = evaluateLoss(
      { ...termsOf(name), low },
      datum,
      result.logprobs_D_T[0] ?? new Float32Array(0),
    );
    assert.ok(
      Math.abs(value - result.loss) < 1e-5 * Math.max(1, Math.abs(value)),
      `${name}: ${value}, ${result.loss}`,
    );
  }
  await model.close();
});

test('a loss in two passes has the gradient of the same loss in one', async () => {
  // Some ratios within the bounds, and some beyond.
  const offsets = [0.05, -0.1, 0, 0.4, -0.4];
  const fresh = await engine.loadModel(tinyModel, { optimiser: false });
  const [now_T = new Float32Array(0)] = await fresh.forward([datum], 1);
  await fresh.close();
  const rl = {
    weights: [1, 0.5, 0, 2, 1],
    logprobs: offsets.map((offset, i) => (now_T[i + 1] ?? 0) + offset),
    advantages: [1, -2, 0, 0.5, -1],
  };
  const bound = (value: number): number[] => new Array(5).fill(value);
  const configOf = (low: number, high: number) =>
    new Map([['clip_low_threshold', low] as const, ['clip_high_threshold', high] as const]);
  const norm = async (lossFn: string, settings: Map<string, number>, inputs: Record<string, number[]>) => {
    const model = await engine.loadModel(tinyModel, { optimiser: false });
    const request = { modelId: '', seqId: 1, forwardOnly: false, lossFn, lossFnConfig: settings };
    const output = await readTrainingTask({ ...request, data: [wireDatum(tokens, inputs)] }, config)(model);
    const { gradientNorm } = await model.optimStep({
      ...{
        kind: 'adamw',
        learningRate: 0,
        beta1: 0.9,
        beta2: 0.95,
        epsilon: 1e-8,
        weightDecay: 0,
        clipNorm: 1,
      },
    });
    await model.close();
    return { gradientNorm, loss: output.metrics.get('loss:sum') ?? Number.NaN };
  };
  const pairs = [
    [
      await norm('ppo', configOf(0.8, 1.3), rl),
      await norm('ppo', new Map(), {
        ...rl,
        clip_low_threshold: bound(0.8),
        clip_high_threshold: bound(1.3),
      }),
    ],
    // A lower bound that nothing comes to.
    [await norm('cispo', configOf(0, 1.1), rl), await norm('cispo', configOf(1e-6, 1.1), rl)],
    // Cross-entropy at another temperature is a policy gradient with its own log-probs as the old ones.
    [
      await norm('cross_entropy', new Map(), { weights: rl.weights }),
      await norm('cross_entropy', new Map([['temperature', 1.0000001]]), { weights: rl.weights }),
    ],
  ] as const;
  for (const [one, two] of pairs) {
    assert.ok(
      Math.abs(one.gradientNorm / two.gradientNorm - 1) < 1e-5,
      `${one.gradientNorm}, ${two.gradientNorm}`,
    );
    assert.ok(Math.abs(one.loss - two.loss) < 1e-4, `${one.loss}, ${two.loss}`);
  }
});

test('tokens that were not sampled have no part, and their log-prob is 0', async () => {
  const model = await engine.loadModel(tinyModel, { optimiser: false });
  const inputs = { logprobs: [0, 0, -3, -3, -3], advantages: [0, 0, 1, 0, 1] };
  const request = {
    modelId: '',
    seqId: 1,
    lossFn: 'ppo',
    lossFnConfig: new Map(),
    data: [wireDatum(tokens, inputs)],
  };
  const logprobs = async (forwardOnly: boolean): Promise<WireTensor | undefined> =>
    (await readTrainingTask({ ...request, forwardOnly }, config)(model)).outputs_D[0]?.get('logprobs');
  const [backward, all] = [await logprobs(false), await logprobs(true)];
  assert.ok(all?.data.every((value) => value < 0));
  assert.deepEqual(
    backward,
    float32Tensor(Float32Array.from(all?.data ?? [], (value, i) => (i < 2 ? 0 : value))),
  );
  await model.close();
});
