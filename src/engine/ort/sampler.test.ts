import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import type { PolicyVersion, Sample } from '../engine.ts';
import { type StartSamplerOptions, startSampler, type WeightedSampler } from './sampler.ts';
import { livelyParameters, promptOf, tinyConfig } from './sampler-fixture.ts';

const first = 0 as PolicyVersion;
const second = 1 as PolicyVersion;
const flat = livelyParameters(tinyConfig, 1);
const sampling = { maxTokens: 30, temperature: 1, stopTokenIds: [3] };
const endless = { maxTokens: 480, temperature: 1, stopTokenIds: [] };
const prompt_T = promptOf(tinyConfig, 20);
const seeds_S = Array.from({ length: 13 }, (_, seed) => seed);

async function withSampler<T>(
  options: Partial<StartSamplerOptions>,
  body: (sampler: WeightedSampler) => Promise<T>,
): Promise<T> {
  const sampler = await startSampler({
    config: tinyConfig,
    flat,
    version: first,
    kind: 'live',
    threads: 2,
    ...options,
  });
  try {
    return await body(sampler);
  } finally {
    await sampler.close();
  }
}

async function untilSampling(sampler: WeightedSampler): Promise<void> {
  for (let polls = 0; polls < 100_000; polls += 1) {
    if ((await sampler.usage()).sampledTokens > 0) return;
  }
  assert.fail('nothing is being sampled');
}

test('BATCH-INVARIANT: samples do not depend on the number of workers, and come in the order of the seeds', async () => {
  const ask = (sampler: WeightedSampler) => sampler.sample({ prompt_T, seeds_S, sampling });
  const one = await withSampler({ threads: 1 }, ask);
  const three = await withSampler({ threads: 3, maximumRows: 4 }, ask);
  assert.equal(one.length, seeds_S.length);
  assert.ok(new Set(one.map(({ tokens_T }) => tokens_T.join())).size > 8);
  assert.deepEqual(three, one);
});

test('a sampler says how many it draws at a time, all its workers together', async () => {
  assert.equal(await withSampler({ threads: 3, maximumRows: 12 }, async ({ places }) => places), 12);
  assert.equal(await withSampler({ threads: 1 }, async ({ places }) => places), 256);
});

test('workers know the tokenizer, share prompt log-probs and say what they were not made for', async () => {
  const tokenizer = { bytesOf: (id: number) => (id < 10 ? Uint8Array.of(48 + id) : undefined) };
  const request = {
    prompt_T,
    seeds_S,
    sampling: { ...sampling, stopTokenIds: [], stopStrings: ['42', '77'] },
  };
  await withSampler({ tokenizer, promptLogprobs: true }, async (sampler) => {
    const samples = await sampler.sample({ ...request, promptLogprobs: true, topLogprobs: 2 });
    for (const { tokens_T, finish, stopString, promptLogprobs_T, topLogprobs } of samples) {
      assert.equal(finish === 'stop', stopString !== undefined);
      if (stopString !== undefined) assert.equal(tokens_T.slice(-2).join(''), stopString);
      assert.equal(topLogprobs?.tokens.length, 2 * tokens_T.length);
      assert.deepEqual(promptLogprobs_T, samples[0]?.promptLogprobs_T);
    }
    assert.ok(samples.some(({ finish }) => finish === 'stop'));
  });
  await withSampler({}, async (sampler) => {
    await assert.rejects(sampler.sample(request), /without a tokenizer/);
    await assert.rejects(sampler.sample({ prompt_T, seeds_S, sampling, promptLogprobs: true }), RangeError);
  });
});

test('usage counts a prompt once a request, and every sampled token', async () => {
  await withSampler({}, async (sampler) => {
    assert.equal(sampler.kind, 'live');
    const samples = await sampler.sample({ prompt_T, seeds_S, sampling });
    await assert.rejects(sampler.sample({ prompt_T: new Int32Array(0), seeds_S, sampling }), RangeError);
    const usage = await sampler.usage();
    assert.equal(usage.promptTokens, prompt_T.length);
    assert.equal(
      usage.sampledTokens,
      samples.reduce((sum, { tokens_T }) => sum + tokens_T.length, 0),
    );
    assert.ok(usage.busySeconds > 0);
    assert.equal(usage.computedPromptTokens, 2 * (prompt_T.length - 1), 'once a worker');
  });
});

test('seeds of requests that arrive together stay together: each prompt is run by one worker', async () => {
  await withSampler({}, async (sampler) => {
    const ask = (salt: number) => {
      const request = { prompt_T: promptOf(tinyConfig, 21, salt), seeds_S: seeds_S.slice(0, 8), sampling };
      return sampler.sample(request);
    };
    await Promise.all([ask(1), ask(2), ask(3), ask(4)]);
    assert.equal((await sampler.usage()).computedPromptTokens, 4 * 20);
    await ask(5);
    assert.equal((await sampler.usage()).computedPromptTokens, 6 * 20, 'one alone has all workers');
  });
});

test('an aborted request rejects with an AbortError and stops the workers', async () => {
  await withSampler({}, async (sampler) => {
    const controller = new AbortController();
    const many = Array.from({ length: 2000 }, (_, seed) => seed);
    const doomed = sampler.sample({ prompt_T, seeds_S: many, sampling: endless, signal: controller.signal });
    await untilSampling(sampler);
    controller.abort();
    await assert.rejects(doomed, { name: 'AbortError' });
    assert.equal((await sampler.sample({ prompt_T, seeds_S: [1], sampling })).length, 1);
    assert.ok((await sampler.usage()).sampledTokens < 100_000);
  });
});

test('new weights arrive while sampling; later changes to the given array do not', async () => {
  // Long enough that the weights arrive before the end on a busy machine too.
  const config = { ...tinyConfig, max_position_embeddings: 4096 };
  await withSampler({ config, threads: 1 }, async (sampler) => {
    const running = sampler.sample({ prompt_T, seeds_S, sampling: { ...endless, maxTokens: 2000 } });
    await untilSampling(sampler);
    const next = livelyParameters(config, 2);
    const fresh = next.slice();
    const taken = sampler.setWeights(next, second);
    next.fill(0);
    await taken;
    for (const { versions } of await running) {
      assert.deepEqual(
        versions.map(({ version }) => version),
        [first, second],
      );
    }
    const after = await sampler.sample({ prompt_T, seeds_S, sampling });
    const direct = await withSampler({ config, flat: fresh, version: second }, (other) =>
      other.sample({ prompt_T, seeds_S, sampling }),
    );
    assert.deepEqual(after, direct);
  });
});

test('publications take turns in one array, and none is seen before it is in use', async (context) => {
  const config = { ...tinyConfig, max_position_embeddings: 4096 };
  const [third, fourth] = [2 as PolicyVersion, 3 as PolicyVersion];
  const [a, b] = [livelyParameters(config, 2), livelyParameters(config, 3)];
  const ask = { prompt_T, seeds_S, sampling: { ...endless, maxTokens: 1000 } };
  const underA = await withSampler({ config, flat: a, threads: 1 }, (other) => other.sample(ask));
  await withSampler({ config, threads: 1 }, async (sampler) => {
    await sampler.setWeights(a, second);
    let arrays = 0;
    class Counted extends SharedArrayBuffer {
      constructor(bytes: number) {
        super(bytes);
        arrays += 1;
      }
    }
    const original = globalThis.SharedArrayBuffer;
    context.after(() => {
      globalThis.SharedArrayBuffer = original;
    });
    globalThis.SharedArrayBuffer = Counted as typeof SharedArrayBuffer;
    const running = sampler.sample(ask);
    await untilSampling(sampler);
    // Written where A was, while A is sampled from.
    await sampler.setWeights(b, third);
    await sampler.setWeights(a, fourth);
    assert.equal(arrays, 0);
    for (const [place, { tokens_T, versions }] of (await running).entries()) {
      assert.equal(versions[0]?.version, second);
      const until = versions[1]?.start ?? tokens_T.length;
      assert.ok(until > 0);
      assert.deepEqual(tokens_T.slice(0, until), underA[place]?.tokens_T.slice(0, until));
    }
    assert.deepEqual(
      (await sampler.sample(ask)).map(({ tokens_T }) => tokens_T),
      underA.map(({ tokens_T }) => tokens_T),
    );
  });
});

test('a snapshot refuses new weights and goes on sampling', async () => {
  await withSampler({ kind: 'snapshot' }, async (sampler) => {
    await assert.rejects(sampler.setWeights(flat, second), /snapshot/);
    const samples: Sample[] = await sampler.sample({ prompt_T, seeds_S: [1], sampling });
    assert.equal(samples.length, 1);
  });
});

test('weights of another size are refused', async () => {
  await assert.rejects(
    withSampler({ flat: flat.slice(1) }, async () => {}),
    RangeError,
  );
  await withSampler({}, async (sampler) => {
    await assert.rejects(sampler.setWeights(flat.slice(1), second), RangeError);
  });
});

test('a model that cannot be built is an error that leaves no worker behind', async () => {
  const config = { ...tinyConfig, head_dim: 7 };
  await assert.rejects(withSampler({ config, flat: livelyParameters(config, 1) }, async () => {}));
});

test('closing ends requests under way; an idle sampler does not keep the process alive', async () => {
  const running = await withSampler({}, async (sampler) => {
    const request = sampler.sample({ prompt_T, seeds_S, sampling: endless });
    request.catch(() => {});
    return { request, sampler };
  });
  await assert.rejects(running.request, { name: 'AbortError' });
  await assert.rejects(running.sampler.sample({ prompt_T, seeds_S, sampling }), /closed/);

  const script = `
    import { startSampler } from '${new URL('./sampler.ts', import.meta.url)}';
    import { livelyParameters, tinyConfig } from '${new URL('./sampler-fixture.ts', import.meta.url)}';
    const flat = livelyParameters(tinyConfig, 1);
    const sampler = await startSampler({ config: tinyConfig, flat, version: 0, kind: 'live', threads: 2 });
    await sampler.sample({ prompt_T: Int32Array.of(1), seeds_S: [1], sampling: ${JSON.stringify(sampling)} });
    console.log('sampled');`;
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { timeout: 20_000 });
  assert.equal(child.stdout.toString(), 'sampled\n', child.stderr.toString());
  assert.equal(child.status, 0);
});
