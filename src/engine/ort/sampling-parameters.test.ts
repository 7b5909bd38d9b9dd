import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sample, SamplingParameters } from '../engine.ts';
import { referenceLogprobs } from './reference-forward.ts';
import type { SamplerCore } from './sampler-core.ts';
import { livelyParameters, promptOf, tinyConfig, withCore, worstDifference } from './sampler-fixture.ts';
import { tokenBytesOf } from './token-bytes.ts';

const flat = livelyParameters(tinyConfig, 1);
const prompt_T = promptOf(tinyConfig, 6);
const free: SamplingParameters = { maxTokens: 20, temperature: 1, stopTokenIds: [] };
/** Token 0 is `a`, token 1 `bb`, token 2 `ccc`, …; the last has no text. */
const letters = 'abcdefghij';
const textOf = (id: number) => (letters[id] ?? '').repeat(id + 1);
const tokenBytes = tokenBytesOf(
  { bytesOf: (id) => (id < letters.length ? new TextEncoder().encode(textOf(id)) : undefined) },
  tinyConfig.vocab_size,
);

async function sampleOne(
  core: SamplerCore,
  sampling: Partial<SamplingParameters>,
  seed = 1,
): Promise<Sample> {
  const [sample] = await core.sample({ prompt_T, seeds_S: [seed], sampling: { ...free, ...sampling } });
  assert.ok(sample);
  return sample;
}

test('first tokens follow the truncated distribution (chi-square)', async () => {
  const count = 4000;
  const sampling = { ...free, maxTokens: 1, temperature: 0.6, topK: 8, topP: 0.95, minP: 0.06 };
  const logprobs = referenceLogprobs(tinyConfig, flat, prompt_T).at(-1) ?? new Float64Array(0);
  await withCore({ flat }, async (core) => {
    const seeds_S = Array.from({ length: count }, (_, seed) => seed);
    const samples = await core.sample({ prompt_T, seeds_S, sampling });
    const weights = Array.from(logprobs, (logprob) => Math.exp(logprob / sampling.temperature));
    const order = [...weights.keys()].sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0)).slice(0, 8);
    const total = order.reduce((sum, token) => sum + (weights[token] ?? 0), 0);
    let mass = 0;
    const kept = order.filter((token) => {
      const isKept = mass < 0.95 * total;
      mass += weights[token] ?? 0;
      return isKept && (weights[token] ?? 0) >= 0.06 * (weights[order[0] ?? 0] ?? 0);
    });
    const left = kept.reduce((sum, token) => sum + (weights[token] ?? 0), 0);
    assert.ok(kept.length > 2 && kept.length < 8);
    assert.ok(samples.every(({ tokens_T }) => kept.includes(tokens_T[0] ?? -1)));
    const statistic = kept.reduce((sum, token) => {
      const mean = (count * (weights[token] ?? 0)) / left;
      const observed = samples.filter((sample) => sample.tokens_T[0] === token).length;
      return sum + (observed - mean) ** 2 / mean;
    }, 0);
    // 99.9 % point of chi-square with 6 degrees of freedom, at least as many as there are.
    assert.ok(statistic < 22.5, `chi-square ${statistic}`);
  });
});

test('SAME-LOGPROB: truncated and penalised samples have the log-probs of the whole distribution', async () => {
  await withCore({ flat }, async (core) => {
    for (const [sampling, temperature] of [
      [{ temperature: 0.7, topK: 3 }, 0.7],
      [{ temperature: 1.4, topP: 0.6, minP: 0.05 }, 1.4],
      [{ temperature: 0.8, repetitionPenalty: 1.5, frequencyPenalty: 0.5 }, 0.8],
      [{ temperature: 0, presencePenalty: 2, frequencyPenalty: 1 }, 1],
    ] as const) {
      const sample = await sampleOne(core, sampling);
      assert.ok(worstDifference(tinyConfig, flat, prompt_T, sample, temperature) < 2e-5);
    }
  });
});

test('top-k 1 is greedy; penalties drive tokens apart, and negative ones together', async () => {
  await withCore({ flat }, async (core) => {
    const greedy = await sampleOne(core, { temperature: 0 });
    assert.deepEqual((await sampleOne(core, { topK: 1 }, 5)).tokens_T, greedy.tokens_T);
    const apart = await sampleOne(core, { temperature: 0, maxTokens: 11, presencePenalty: 1000 });
    assert.equal(new Set(apart.tokens_T).size, tinyConfig.vocab_size, 'every token comes once');
    const twice = await sampleOne(core, { temperature: 0, maxTokens: 22, frequencyPenalty: 1000 });
    for (let token = 0; token < 11; token += 1) {
      assert.equal(twice.tokens_T.filter((other) => other === token).length, 2);
    }
    const together = await sampleOne(core, { presencePenalty: -1000 });
    assert.equal(new Set(together.tokens_T).size, 1);
    const elsewhere = await sampleOne(core, { temperature: 0, maxTokens: 4, repetitionPenalty: 1e6 });
    assert.ok(prompt_T.every((token) => token !== elsewhere.tokens_T[0]));
  });
});

test('a stop string ends a sample with the token that completes it, and the sample says which it was', async () => {
  await withCore({ flat, tokenBytes }, async (core) => {
    const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
    for (const seed of seeds) {
      const whole = await sampleOne(core, {}, seed);
      const tokens = [...whole.tokens_T];
      const [third = 0, fourth = 0] = tokens.slice(3, 5);
      // Ends one letter into the fifth token.
      const spanning = textOf(third) + (letters[fourth] ?? '');
      const stopStrings = ['never', spanning].filter((text) => text !== '');
      const stopped = await sampleOne(core, { stopStrings }, seed);
      const length = stopped.tokens_T.length;
      const textUpTo = (count: number) => tokens.slice(0, count).map(textOf).join('');
      assert.deepEqual([...stopped.tokens_T], tokens.slice(0, length));
      if (stopped.finish === 'length') {
        assert.ok(!textUpTo(20).includes(spanning));
        continue;
      }
      assert.equal(stopped.stopString, spanning);
      assert.ok(textUpTo(length).includes(spanning) && !textUpTo(length - 1).includes(spanning));
      assert.deepEqual(stopped.logprobs_T, whole.logprobs_T.slice(0, length));
    }
    const [token = 0] = (await sampleOne(core, {})).tokens_T;
    const byToken = await sampleOne(core, { stopTokenIds: [token], stopStrings: [textOf(token) || 'x'] });
    assert.equal(byToken.finish, 'stop');
    assert.equal(byToken.stopString, undefined, 'a stop token comes first');
  });
});

test('the likeliest tokens of each position come with their log-probs where asked for', async () => {
  await withCore({ flat }, async (core) => {
    const sampling = { ...free, temperature: 0.7, topK: 2 };
    const [sample] = await core.sample({ prompt_T, seeds_S: [3], sampling, topLogprobs: 4 });
    assert.ok(sample?.topLogprobs);
    const { count, tokens, logprobs } = sample.topLogprobs;
    assert.equal(count, 4);
    const expected = referenceLogprobs(tinyConfig, flat, [...prompt_T, ...sample.tokens_T], 0.7);
    sample.tokens_T.forEach((token, t) => {
      const row = expected[prompt_T.length - 1 + t] ?? new Float64Array(0);
      const order = [...row.keys()].sort((a, b) => (row[b] ?? 0) - (row[a] ?? 0)).slice(0, 4);
      assert.deepEqual([...tokens.subarray(4 * t, 4 * t + 4)], order);
      order.forEach((other, i) => {
        assert.ok(Math.abs((logprobs[4 * t + i] ?? 0) - (row[other] ?? 0)) < 2e-5);
      });
      const place = order.indexOf(token);
      assert.equal(logprobs[4 * t + place], sample.logprobs_T[t]);
    });
    assert.equal((await sampleOne(core, {})).topLogprobs, undefined);
  });
});

test('settings out of range, and what the sampler was not made for, are refused by name', async () => {
  await withCore({ flat }, async (core) => {
    const refused = (sampling: Partial<SamplingParameters>, message: RegExp) =>
      assert.rejects(sampleOne(core, sampling), { name: 'RangeError', message });
    await refused({ topK: 0 }, /topK/);
    await refused({ topK: 1.5 }, /topK/);
    await refused({ topP: 0 }, /topP/);
    await refused({ topP: 1.1 }, /topP/);
    await refused({ minP: -0.1 }, /minP/);
    await refused({ repetitionPenalty: 0 }, /repetitionPenalty/);
    await refused({ frequencyPenalty: Number.NaN }, /frequencyPenalty/);
    await refused({ presencePenalty: Number.POSITIVE_INFINITY }, /presencePenalty/);
    await refused({ stopStrings: [''] }, /stop string is empty/);
    await refused({ stopStrings: ['x'] }, /without a tokenizer/);
    const request = { prompt_T, seeds_S: [1], sampling: free };
    await assert.rejects(core.sample({ ...request, promptLogprobs: true }), /without promptLogprobs/);
    await assert.rejects(core.sample({ ...request, topLogprobs: 12 }), /topLogprobs/);
  });
});
