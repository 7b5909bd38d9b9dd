/** Values are those of the embedded engine, derivatives those of finite differences. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Random } from '../../stats/random.ts';
import type { Datum, Loss } from '../engine.ts';
import { createOrtEngine } from '../ort/engine.ts';
import { lossValues } from './loss-values.ts';

const length = 12;
const losses: readonly Loss[] = [
  { kind: 'cross_entropy' },
  ...(['importance_sampling', 'ppo', 'cispo', 'gspo'] as const).flatMap((kind) =>
    [0, 0.3].map(
      (klCoefficient): Loss => ({
        ...{ kind, temperature: 1, epsilonLow: 0.2, epsilonHigh: 0.3, entropyCoefficient: 0, klCoefficient },
      }),
    ),
  ),
];
const nameOf = (loss: Loss): string =>
  loss.kind === 'cross_entropy' ? loss.kind : `${loss.kind}, KL ${loss.klCoefficient}`;

function datumOf(seed: number): Datum {
  const random = new Random('loss-values', seed);
  const array = (make: (t: number) => number) =>
    Float32Array.from({ length }, (_, t) => (t < 3 ? 0 : make(t)));
  return {
    tokens_T: Int32Array.from({ length }, () => random.below(12)),
    weights_T: array((t) => (t % 4 === 0 ? 0 : 0.25 + random.next())),
    logprobs_T: array(() => -1 - 2 * random.next()),
    advantages_T: array(() => 2 * random.next() - 1),
    referenceLogprobs_T: array((t) => (t === 5 ? -12 : -1 - 2 * random.next())),
  };
}

for (const loss of losses) {
  test(`${nameOf(loss)}: the derivative is that of finite differences`, () => {
    for (const seed of [1, 2, 3]) {
      const datum = datumOf(seed);
      const random = new Random('new', seed);
      const new_T = Float32Array.from({ length }, () => -1 - 2 * random.next());
      const { gradient_T } = lossValues(loss, datum, new_T);
      // cispo's factor is held, so its value is compared with that factor as it was.
      if (loss.kind === 'cispo') continue;
      for (let t = 0; t < length; t += 1) {
        const moved = (step: number) => {
          const shifted = Float64Array.from(new_T) as unknown as Float32Array;
          shifted[t] = (shifted[t] ?? 0) + step;
          return lossValues(loss, datum, shifted).value;
        };
        const numeric = (moved(1e-5) - moved(-1e-5)) / 2e-5;
        assert.ok(Math.abs(numeric - (gradient_T[t] ?? 0)) < 1e-4, `${t}: ${numeric}, ${gradient_T[t]}`);
      }
    }
  });
}

test('cispo holds its factor, so that the derivative is the factor', () => {
  const loss: Loss = {
    kind: 'cispo',
    temperature: 1,
    epsilonLow: 0,
    epsilonHigh: 0.5,
    entropyCoefficient: 0,
  };
  const datum: Datum = {
    tokens_T: Int32Array.of(1, 2, 3),
    weights_T: Float32Array.of(0, 1, 2),
    logprobs_T: Float32Array.of(0, -1, -3),
    advantages_T: Float32Array.of(0, 0.5, 2),
  };
  const { gradient_T, value } = lossValues(loss, datum, Float32Array.of(0, -1, -1));
  assert.deepEqual([...gradient_T], [0, -0.5, -2 * 1.5 * 2]);
  assert.equal(value, 0.5 + 2 * 1.5 * 2);
});

test('the entropy is estimated from the tokens, with the ratio as a factor', () => {
  const loss: Loss = {
    kind: 'ppo',
    temperature: 1,
    epsilonLow: 0.2,
    epsilonHigh: 0.2,
    entropyCoefficient: 0.1,
  };
  const datum: Datum = {
    tokens_T: Int32Array.of(1, 2),
    weights_T: Float32Array.of(0, 1),
    logprobs_T: Float32Array.of(0, -2),
    advantages_T: new Float32Array(2),
  };
  const { gradient_T, value } = lossValues(loss, datum, Float32Array.of(0, -2));
  assert.ok(Math.abs(value - 0.1 * -2) < 1e-6);
  assert.ok(Math.abs((gradient_T[1] ?? 0) - 0.1 * -2) < 1e-6);
});

test('values are those of the embedded engine', async () => {
  const engine = createOrtEngine({ threads: 1 });
  try {
    const directory = fileURLToPath(new URL('../../../golden/qwen3-tiny', import.meta.url));
    const model = await engine.loadModel(directory, { optimiser: false });
    for (const loss of losses) {
      const data = [datumOf(4), datumOf(5)];
      const result = await model.forwardBackward(data, loss);
      const sum = data
        .map((datum, d) => lossValues(loss, datum, result.logprobs_D_T[d] ?? new Float32Array()).value)
        .reduce((a, b) => a + b, 0);
      assert.ok(
        Math.abs(sum - result.loss) < 1e-4 * Math.max(1, Math.abs(sum)),
        `${nameOf(loss)}: ${sum}, ${result.loss}`,
      );
    }
  } finally {
    await engine.close();
  }
});
