import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTick } from 'node:timers/promises';
import type { PolicyVersion, Sample, SamplingParameters } from '../engine.ts';
import { referenceLogprobs } from './reference-forward.ts';
import { SamplerCore } from './sampler-core.ts';
import {
  livelyParameters,
  promptOf,
  smallConfig,
  tinyConfig,
  waitForTokens,
  withCore,
  worstDifference,
} from './sampler-fixture.ts';

const first = 0 as PolicyVersion;
const second = 1 as PolicyVersion;
const free: SamplingParameters = { maxTokens: 20, temperature: 1, stopTokenIds: [] };

test('SAME-LOGPROB: log-probs are those of a whole forward pass after temperature', async () => {
  for (const config of [tinyConfig, { ...tinyConfig, tie_word_embeddings: false }, smallConfig]) {
    const flat = livelyParameters(config, 5);
    await withCore({ config, flat }, async (core) => {
      for (const [length, temperature] of [
        [1, 1],
        [2, 0.7],
        [60, 1.5],
      ] as const) {
        const prompt = promptOf(config, length);
        const sampling = { ...free, maxTokens: 12, temperature };
        const samples = await core.sample({ prompt_T: prompt, seeds_S: [1, 2], sampling });
        for (const sample of samples) {
          const difference = worstDifference(config, flat, prompt, sample, temperature);
          assert.ok(difference < 2e-5, `prompt ${length}, temperature ${temperature}: ${difference}`);
        }
      }
    });
  }
});

test('a sequence keeps its log-probs exact as it outgrows one cache capacity after another', async () => {
  const flat = livelyParameters(tinyConfig, 2);
  await withCore({ flat }, async (core) => {
    const prompt = promptOf(tinyConfig, 5);
    const sampling = { ...free, maxTokens: 300 };
    const [sample] = await core.sample({ prompt_T: prompt, seeds_S: [9], sampling });
    assert.equal(sample?.tokens_T.length, 300);
    assert.ok(sample && worstDifference(tinyConfig, flat, prompt, sample, 1) < 2e-5);
  });
});

test('temperature 0 takes the likeliest token and records its log-prob at temperature 1', async () => {
  const flat = livelyParameters(tinyConfig, 3);
  await withCore({ flat }, async (core) => {
    const prompt = promptOf(tinyConfig, 8);
    const sampling = { ...free, temperature: 0 };
    const samples = await core.sample({ prompt_T: prompt, seeds_S: [1, 2], sampling });
    const [sample] = samples;
    assert.deepEqual(samples[0], samples[1]);
    assert.ok(sample && worstDifference(tinyConfig, flat, prompt, sample, 1) < 2e-5);
    const expected = referenceLogprobs(tinyConfig, flat, [...prompt, ...sample.tokens_T]);
    sample.tokens_T.forEach((token, t) => {
      const row = expected[prompt.length - 1 + t] ?? new Float64Array(0);
      assert.equal(row[token], Math.max(...row));
    });
  });
});

test('a stop token ends a sample and belongs to it; otherwise the length does', async () => {
  await withCore({}, async (core) => {
    const request = { prompt_T: promptOf(tinyConfig, 6), seeds_S: [1, 2, 3, 4, 5, 6, 7, 8] };
    const unstopped = await core.sample({ ...request, sampling: free });
    assert.ok(unstopped.every(({ finish, tokens_T }) => finish === 'length' && tokens_T.length === 20));
    const stops = [2, 5];
    const stopped = await core.sample({ ...request, sampling: { ...free, stopTokenIds: stops } });
    assert.ok(stopped.some((sample) => sample.finish === 'stop'));
    stopped.forEach((sample, i) => {
      const whole = unstopped[i]?.tokens_T ?? new Int32Array(0);
      const end = whole.findIndex((token) => stops.includes(token));
      assert.equal(sample.finish, end < 0 ? 'length' : 'stop');
      assert.deepEqual(sample.tokens_T, end < 0 ? whole : whole.slice(0, end + 1));
      assert.equal(sample.logprobs_T.length, sample.tokens_T.length);
    });
  });
});

test('a seed repeats its sample, another seed gives another', async () => {
  await withCore({}, async (core) => {
    const request = { prompt_T: promptOf(tinyConfig, 6), sampling: free };
    const [a, b, c] = await core.sample({ ...request, seeds_S: [7, 7, 8] });
    assert.deepEqual(a, b);
    assert.notDeepEqual(a?.tokens_T, c?.tokens_T);
  });
});

test('sampled frequencies follow the probabilities (chi-square)', async () => {
  const flat = livelyParameters(tinyConfig, 1);
  await withCore({ flat }, async (core) => {
    const prompt = promptOf(tinyConfig, 4);
    const count = 5000;
    const seeds_S = Array.from({ length: count }, (_, seed) => seed);
    const samples = await core.sample({ prompt_T: prompt, seeds_S, sampling: { ...free, maxTokens: 1 } });
    const expected = referenceLogprobs(tinyConfig, flat, prompt).at(-1) ?? new Float64Array(0);
    const statistic = expected.reduce((sum, logprob, token) => {
      const mean = count * Math.exp(logprob);
      const observed = samples.filter((sample) => sample.tokens_T[0] === token).length;
      return sum + (observed - mean) ** 2 / mean;
    }, 0);
    // 99.9 % point of chi-square with 10 degrees of freedom.
    assert.ok(statistic < 29.6, `chi-square ${statistic}`);
  });
});

test('equal prompts are run once for all seeds and requests that wait together', async () => {
  await withCore({ maximumRows: 4 }, async (core) => {
    const ask = (length: number, seeds_S: number[]) =>
      core.sample({ prompt_T: promptOf(tinyConfig, length), seeds_S, sampling: free });
    await Promise.all([ask(9, [1, 2, 3, 4, 5, 6, 7]), ask(9, [8]), ask(12, [9, 10])]);
    assert.equal(core.holdings().prefills, 2);
    assert.equal(core.usage().sampledTokens, 10 * free.maxTokens);
  });
});

test('an aborted request rejects at once and its rows are free for others', async () => {
  await withCore({ maximumRows: 4 }, async (core) => {
    const endless = { ...free, maxTokens: 500 };
    const controller = new AbortController();
    const prompt_T = promptOf(tinyConfig, 5);
    const doomed = core.sample(
      { prompt_T, seeds_S: [1, 2, 3, 4, 5, 6], sampling: endless },
      controller.signal,
    );
    const other = core.sample({ prompt_T, seeds_S: [7], sampling: free });
    await waitForTokens(core, 8);
    assert.equal(core.holdings().rows, 4);
    controller.abort();
    await assert.rejects(doomed, { name: 'AbortError' });
    assert.equal((await other)[0]?.tokens_T.length, free.maxTokens);
    assert.ok(core.usage().sampledTokens < 500);
    await assert.rejects(core.sample({ prompt_T, seeds_S: [1], sampling: free }, controller.signal), {
      name: 'AbortError',
    });
    await nextTick();
  });
});

test('new weights apply between two tokens, and the sample says from which token on', async () => {
  const flat = livelyParameters(tinyConfig, 1);
  const request = {
    prompt_T: promptOf(tinyConfig, 5),
    seeds_S: [1, 2],
    sampling: { ...free, maxTokens: 200 },
  };
  let undisturbed: Sample[] = [];
  await withCore({ flat }, async (core) => {
    undisturbed = await core.sample(request);
    assert.ok(undisturbed.every(({ versions }) => versions.length === 1 && versions[0]?.version === first));
  });
  for (const isSame of [true, false]) {
    await withCore({ flat }, async (core) => {
      const sampling = core.sample(request);
      await waitForTokens(core, 10);
      await core.setWeights(isSame ? flat : livelyParameters(tinyConfig, 2), second);
      const later = core.sample(request);
      const changed = await sampling;
      changed.forEach((sample, i) => {
        const [, span] = sample.versions;
        assert.deepEqual(sample.versions, [
          { start: 0, version: first },
          { start: span?.start, version: second },
        ]);
        const start = span?.start ?? 0;
        assert.ok(start >= 5 && start < 200);
        const before = undisturbed[i];
        assert.deepEqual(sample.logprobs_T.slice(0, start), before?.logprobs_T.slice(0, start));
        if (isSame) assert.deepEqual(sample.logprobs_T, before?.logprobs_T);
        else assert.notEqual(sample.logprobs_T[start], before?.logprobs_T[start]);
      });
      // What begins after the change knows nothing of the former weights, though the prompt is the same.
      for (const { versions } of await later) assert.deepEqual(versions, [{ start: 0, version: second }]);
    });
  }
});

test('a snapshot refuses new weights', async () => {
  await withCore({ kind: 'snapshot' }, async (core) => {
    await assert.rejects(core.setWeights(livelyParameters(tinyConfig, 2), second), /snapshot/);
  });
});

test('requests that the model cannot serve are refused by themselves', async () => {
  await withCore({}, async (core) => {
    const good = { prompt_T: promptOf(tinyConfig, 5), seeds_S: [1], sampling: free };
    const bad = [
      { ...good, prompt_T: new Int32Array(0) },
      { ...good, prompt_T: Int32Array.of(1, tinyConfig.vocab_size) },
      { ...good, sampling: { ...free, maxTokens: 0 } },
      { ...good, sampling: { ...free, maxTokens: tinyConfig.max_position_embeddings } },
      { ...good, sampling: { ...free, temperature: -1 } },
    ];
    const served = core.sample(good);
    for (const request of bad) await assert.rejects(core.sample(request), RangeError);
    assert.equal((await served).length, 1);
    assert.deepEqual(await core.sample({ ...good, seeds_S: [] }), []);
  });
});

test('weights that are not finite fail the samples and poison nothing that follows', async () => {
  const flat = livelyParameters(tinyConfig, 1);
  const request = { prompt_T: promptOf(tinyConfig, 70), seeds_S: [1, 2, 3], sampling: free };
  await withCore({ flat }, async (core) => {
    const good = await core.sample(request);
    await core.setWeights(
      Float32Array.from(flat, () => Number.NaN),
      second,
    );
    await assert.rejects(core.sample(request), /not finite/);
    await core.setWeights(flat, first);
    assert.deepEqual(await core.sample(request), good);
  });
});

test('memory stays flat over thousands of requests', async () => {
  await withCore({ maximumRows: 32, cacheBytes: 400_000 }, async (core) => {
    const round = (salt: number) =>
      Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          core.sample({
            prompt_T: promptOf(tinyConfig, 1 + ((7 * i) % 70), i % 5),
            seeds_S: [salt, i],
            sampling: { ...free, maxTokens: 1 + (i % 4) },
          }),
        ),
      );
    await round(0);
    const { cacheBytes } = core.holdings();
    assert.ok(cacheBytes > 0 && cacheBytes <= 800_000, `${cacheBytes} bytes of caches`);
    for (let salt = 1; salt <= 50; salt += 1) await round(salt);
    assert.equal(core.holdings().cacheBytes, cacheBytes);
    await nextTick();
  });
});

test('closing rejects what is under way and what comes after', async () => {
  const flat = livelyParameters(tinyConfig, 1);
  const core = await SamplerCore.create({
    config: tinyConfig,
    flat,
    version: first,
    kind: 'live',
    threads: 1,
  });
  const request = { prompt_T: promptOf(tinyConfig, 5), seeds_S: [1], sampling: { ...free, maxTokens: 500 } };
  const sampling = core.sample(request);
  await waitForTokens(core, 3);
  const closing = core.close();
  await assert.rejects(sampling, { name: 'AbortError' });
  await closing;
  await assert.rejects(core.sample(request), /closed/);
  assert.equal(core.holdings().rows, 0);
});
