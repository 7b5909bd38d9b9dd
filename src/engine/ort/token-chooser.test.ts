import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../stats/random.ts';
import type { SamplingParameters } from '../engine.ts';
import { TokenChooser } from './token-chooser.ts';

/** Written by golden/make-sampling.py with transformers' logits processors. */
interface GoldenCase {
  readonly sampling: Partial<SamplingParameters>;
  readonly logits: readonly number[];
  readonly prompt: readonly number[];
  readonly sample: readonly number[];
  readonly probabilities: readonly number[];
}

const golden: readonly GoldenCase[] = JSON.parse(
  readFileSync(new URL('../../../golden/sampling/golden.json', import.meta.url), 'utf8'),
);
const plain: SamplingParameters = { maxTokens: 1, temperature: 1, stopTokenIds: [] };
const nothing = { prompt: new Set<number>(), counts: new Map<number, number>() };

function softmax(logits: readonly number[]): Float64Array {
  const highest = Math.max(...logits);
  const weights = Float64Array.from(logits, (logit) => Math.exp(logit - highest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Chooses as the sampler does: one row of logits, and `uniform`, give a token and its log-prob. */
function chooserOf(logits: readonly number[], given: Partial<SamplingParameters>, history = nothing) {
  const sampling = { ...plain, ...given };
  const inverse = sampling.temperature === 0 ? 1 : 1 / sampling.temperature;
  // A row before, so that offsets count.
  const row = (values: ArrayLike<number>) =>
    Float32Array.from([...logits.map(() => 0.5), ...Array.from(values)]);
  const rows = {
    probabilities: row(softmax(logits.map((logit) => Math.fround(logit) * inverse))),
    logits: row(logits),
  };
  const chooser = new TokenChooser(logits.length);
  return (uniform: number) => chooser.choose(rows, 1, sampling, history, uniform);
}

function countsOf(tokens: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}

test('tokens are drawn from the distributions of transformers, to 1e-6', () => {
  for (const { sampling, logits, prompt, sample, probabilities } of golden) {
    const history = { prompt: new Set(prompt), counts: countsOf(sample) };
    const choose = chooserOf(logits, sampling, history);
    // Tokens lie in [0, 1) in the order of their ids, each in an interval of its probability.
    let start = 0;
    probabilities.forEach((probability, token) => {
      const end = start + probability;
      if (probability > 3e-6) {
        const name = `${JSON.stringify(sampling)}, token ${token}`;
        assert.equal(choose(start + 1e-6).token, token, `${name} begins`);
        assert.equal(choose(end - 1e-6).token, token, `${name} ends`);
      }
      start = end;
    });
  }
});

test('SAME-LOGPROB: log-probs are of the whole distribution after temperature, whatever was drawn from', () => {
  for (const { sampling, logits, prompt, sample } of golden) {
    const history = { prompt: new Set(prompt), counts: countsOf(sample) };
    for (const temperature of [sampling.temperature ?? 1, 0]) {
      const choose = chooserOf(logits, { ...sampling, temperature }, history);
      const { token, logprob } = choose(0.6);
      const whole = softmax(logits.map((logit) => logit / (temperature || 1)));
      assert.ok(Math.abs(logprob - Math.log(whole[token] ?? 0)) < 1e-5);
    }
  }
});

test('a token that only its penalties bring up has a finite log-prob', () => {
  const { token, logprob } = chooserOf(
    [400, 0, -1],
    { temperature: 0.5, frequencyPenalty: 500 },
    {
      prompt: new Set(),
      counts: new Map([[0, 1]]),
    },
  )(0.1);
  assert.equal(token, 1);
  assert.equal(logprob, -800);
});

const logitsOf = (size: number, seed: number, step = 0): number[] => {
  const random = new Random('logits', seed);
  return Array.from({ length: size }, () =>
    // 0 is added so that no logit is −0, which compares unlike 0.
    step === 0 ? 3 * random.normal() : 0 + step * Math.round((3 * random.normal()) / step),
  );
};
const uniforms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
/** Some rows have many equal logits. */
const rowsOfLogits = fc
  .tuple(fc.integer({ min: 1, max: 300 }), fc.nat(1000), fc.constantFrom(0, 0, 1))
  .map(([size, seed, step]) => logitsOf(size, seed, step));

test('top-k 1, a tiny top-p and min-p 1 are greedy; temperature 0 is, whatever else is set', () => {
  fc.assert(
    fc.property(rowsOfLogits, uniforms, (logits, uniform) => {
      const greedy = chooserOf(logits, { temperature: 0 })(uniform).token;
      assert.equal(greedy, logits.indexOf(Math.max(...logits)));
      assert.equal(chooserOf(logits, { topK: 1 })(uniform).token, greedy);
      assert.equal(chooserOf(logits, { topP: 1e-9 })(uniform).token, greedy);
      assert.equal(
        chooserOf(logits, { temperature: 0, topK: 5, topP: 0.9, minP: 0.1 })(uniform).token,
        greedy,
      );
      const likely = chooserOf(logits, { minP: 1 })(uniform).token;
      assert.equal(logits[likely], Math.max(...logits));
    }),
  );
});

test('settings that change nothing leave the very choice as it is', () => {
  const none = { topP: 1, minP: 0, repetitionPenalty: 1, frequencyPenalty: 0, presencePenalty: 0 };
  const history = { prompt: new Set([0]), counts: new Map([[0, 3]]) };
  fc.assert(
    fc.property(rowsOfLogits, uniforms, (logits, uniform) => {
      const whole = { ...none, topK: logits.length };
      assert.deepEqual(chooserOf(logits, whole, history)(uniform), chooserOf(logits, {})(uniform));
    }),
  );
});

test('a row that is not finite is an error for every kind of choice', () => {
  for (const given of [
    {},
    { temperature: 0 },
    { topK: 2 },
    { topP: 0.5 },
    { minP: 0.5 },
    { presencePenalty: 1 },
  ]) {
    const rows = {
      probabilities: new Float32Array(4).fill(Number.NaN),
      logits: new Float32Array(4).fill(Number.NaN),
    };
    assert.throws(
      () => new TokenChooser(4).choose(rows, 0, { ...plain, ...given }, nothing, 0.5),
      /not finite/,
    );
  }
});
