import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Datum, PolicyVersion, VersionSpan } from '../../engine/engine.ts';
import type { PolicyLoss } from '../grpo.ts';
import { advantageSpread } from './advantage-spread.ts';
import { ratioMetrics } from './ratio-metrics.ts';
import { referenceKl } from './reference-kl.ts';
import { rewardLengthCorrelation } from './reward-length-correlation.ts';
import { addLags, lagFigures, tokenLags } from './token-lags.ts';

const ppo: PolicyLoss = {
  ...{ kind: 'ppo', temperature: 1, entropyCoefficient: 0 },
  ...{ epsilonLow: 0.2, epsilonHigh: 0.5 },
};

/** A prompt of two tokens and one trained token per ratio; exact, since old log-probs are 0. */
function datum(advantage: number, ratios: readonly number[]): { datum: Datum; new_T: Float32Array } {
  const length = 2 + ratios.length;
  return {
    datum: {
      tokens_T: new Int32Array(length),
      weights_T: new Float32Array(length).fill(1, 2),
      logprobs_T: new Float32Array(length),
      advantages_T: new Float32Array(length).fill(advantage, 2),
    },
    new_T: Float32Array.of(9, 9, ...ratios.map(Math.log)),
  };
}

function metricsOf(items: readonly ReturnType<typeof datum>[], loss: PolicyLoss) {
  const data = items.map((item) => item.datum);
  return ratioMetrics(data, { logprobs_D_T: items.map(({ new_T }) => new_T) }, loss);
}

const close = (actual: number | undefined, expected: number, tolerance = 1e-6) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) < tolerance, `${actual}, expected ${expected}`);

test('the effective sample size is 1 on policy, and (Σρ)² / (N·Σρ²) off it', () => {
  close(metricsOf([datum(1, [1, 1]), datum(-1, [1])], ppo)?.effectiveSampleSize, 1);
  close(metricsOf([datum(1, [1, 2]), datum(-1, [3])], ppo)?.effectiveSampleSize, 36 / (3 * 14));
  assert.equal(metricsOf([], ppo), undefined);
});

test('a token is clipped where its gradient is lost: above with a positive advantage, below with a negative', () => {
  const items = [datum(1, [1, 2, 0.5, 1.4]), datum(-1, [1, 2, 0.5, 0.9]), datum(0, [2, 0.5])];
  const fraction = (loss: PolicyLoss) => metricsOf(items, loss)?.clipFraction;
  close(fraction(ppo), 2 / 10);
  close(fraction({ ...ppo, kind: 'cispo' }), 2 / 10);
  close(fraction({ ...ppo, kind: 'importance_sampling' }), 0);
});

test('with one ratio a sequence, all of its tokens have the geometric mean', () => {
  // √(4 · 1) = 2 is clipped, though 1 alone is not; ∛(2 · 1 · ½) = 1.
  const items = [datum(1, [4, 1]), datum(1, [2, 1, 0.5])];
  const metrics = metricsOf(items, { ...ppo, kind: 'gspo' });
  close(metrics?.clipFraction, 2 / 5);
  close(metrics?.effectiveSampleSize, 49 / (5 * 11));
});

test('the distance from the reference is the mean of k3 over trained tokens, each within its bounds', () => {
  const { datum: first, new_T } = datum(1, [1, 1, 1]);
  const referenceLogprobs_T = Float32Array.of(0, 0, 0, 1, -9);
  const expected = (0 + (Math.E - 2) + (Math.exp(-5) + 4)) / 3;
  close(referenceKl([{ ...first, referenceLogprobs_T }], { logprobs_D_T: [new_T] }), expected);
  assert.equal(referenceKl([first], { logprobs_D_T: [new_T] }), undefined);
});

test('the spread of advantages', () => {
  const data = [1, -0.5, -0.5].map((advantage) => datum(advantage, [1, 1]).datum);
  const spread = advantageSpread(data);
  close(spread?.deviation, Math.sqrt(0.5));
  assert.deepEqual([spread?.least, spread?.greatest], [-0.5, 1]);
  assert.equal(advantageSpread([]), undefined);
});

const version = (value: number) => value as PolicyVersion;
const span = (start: number, of: number): VersionSpan => ({ start, version: version(of) });

test('tokens by lag, from the spans of versions', () => {
  assert.deepEqual([...tokenLags([span(0, 5)], 7, version(5))], [[0, 7]]);
  const spans = [span(0, 3), span(4, 4), span(4, 5), span(6, 6)];
  assert.deepEqual(
    [...tokenLags(spans, 10, version(8))],
    [
      [5, 4],
      [3, 2],
      [2, 4],
    ],
  );
  assert.equal(tokenLags([], 0, version(1)).size, 0);
});

test('spans that do not say what made a token, and tokens from the future, are refused', () => {
  assert.throws(() => tokenLags([span(1, 0)], 3, version(1)), RangeError);
  assert.throws(() => tokenLags([], 3, version(1)), RangeError);
  assert.throws(() => tokenLags([span(0, 0)], -1, version(1)), RangeError);
  assert.throws(() => tokenLags([span(0, 2)], 3, version(1)), /version 2 is trained by version 1/);
});

test('every token has one lag, however many publications a sample spans', () => {
  const samples = fc.array(
    fc.record({ first: fc.integer({ min: 0, max: 6 }), runs: fc.array(fc.integer({ min: 0, max: 9 })) }),
  );
  fc.assert(
    fc.property(samples, (drawn) => {
      let tokens = 0;
      const lags = drawn.map(({ first, runs }) => {
        let start = 0;
        const spans = runs.map((run, index) => {
          const made = span(start, first + index);
          start += run;
          return made;
        });
        tokens += start;
        return tokenLags(spans, start, version(first + runs.length));
      });
      const figures = lagFigures(addLags(lags));
      if (tokens === 0) return assert.equal(figures, undefined);
      close(
        addLags(lags)
          .values()
          .reduce((sum, count) => sum + count, 0),
        tokens,
      );
      close(
        Object.values(figures?.shares ?? {}).reduce((sum, share) => sum + share, 0),
        1,
      );
      const keys = [...addLags(lags).keys()];
      assert.deepEqual(
        keys,
        keys.toSorted((a, b) => a - b),
      );
      assert.equal(figures?.most, keys.at(-1));
    }),
  );
});

test('lag figures by hand', () => {
  const lags = addLags([
    tokenLags([span(0, 1), span(3, 2)], 4, version(2)),
    tokenLags([span(0, 2)], 4, version(2)),
  ]);
  assert.deepEqual(lagFigures(lags), { mean: 3 / 8, most: 1, shares: { 0: 5 / 8, 1: 3 / 8 } });
});

test('longer attempts that score higher at the same problem correlate; hard problems with long attempts do not', () => {
  const group = (...pairs: [number | undefined, number][]) =>
    pairs.map(([reward, tokens]) => ({ reward, tokens }));
  close(rewardLengthCorrelation([group([0, 10], [0.5, 20], [1, 30]), group([0, 50], [0.5, 60], [1, 70])]), 1);
  close(rewardLengthCorrelation([group([1, 10], [0, 20], [undefined, 99])]), -1);
  // Between the groups length and reward are opposed, within them unrelated.
  close(
    rewardLengthCorrelation([
      group([1, 10], [0.9, 10], [1, 12], [0.9, 12]),
      group([0, 50], [0.1, 50], [0, 60], [0.1, 60]),
    ]),
    0,
  );
  assert.equal(rewardLengthCorrelation([group([1, 10], [1, 20])]), undefined);
  assert.equal(rewardLengthCorrelation([]), undefined);
});
