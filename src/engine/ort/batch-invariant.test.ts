import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../stats/random.ts';
import type { ModelConfig, PolicyVersion, Sample } from '../engine.ts';
import { SamplerCore } from './sampler-core.ts';
import { livelyParameters, promptOf, smallConfig, tinyConfig } from './sampler-fixture.ts';
import type { SequenceRequest } from './sequence-request.ts';
import { tokenBytesOf } from './token-bytes.ts';

/**
 * Requests as mixed as they come: prompts across cache capacities and chunks, some shared, some with a common
 * beginning; all temperatures, truncations and penalties; early stops.
 */
function mixedRequests(config: ModelConfig, count: number): SequenceRequest[] {
  const random = new Random('mixed requests');
  const maybe = <K extends string>(chance: number, name: K, value: number) =>
    random.chance(chance) ? ({ [name]: value } as Record<K, number>) : {};
  return Array.from({ length: count }, (_, i) => {
    const length =
      i % 25 === 24 ? random.integer(257, 450) : random.chance(0.3) ? 35 : random.integer(1, 100);
    return {
      prompt_T: promptOf(config, length, random.below(4)),
      seeds_S: [random.uint32()],
      promptLogprobs: random.chance(0.1),
      topLogprobs: random.chance(0.1) ? 3 : 0,
      sampling: {
        maxTokens: random.integer(1, 30),
        temperature: random.pick([0, 0.6, 1, 1, 1.4]),
        stopTokenIds: random.chance(0.5) ? [random.below(config.vocab_size), 3] : [],
        ...(random.chance(0.1) ? { stopStrings: ['tok7'] } : {}),
        ...maybe(0.2, 'topK', random.integer(1, 20)),
        ...maybe(0.2, 'topP', 0.8),
        ...maybe(0.2, 'minP', 0.05),
        ...maybe(0.2, 'repetitionPenalty', 1.2),
        ...maybe(0.2, 'frequencyPenalty', 0.4),
        ...maybe(0.2, 'presencePenalty', -0.3),
      },
    };
  });
}

async function sampleAll(
  config: ModelConfig,
  options: { threads: number; maximumRows: number; cacheBytes?: number },
  requests: readonly SequenceRequest[],
): Promise<Sample[]> {
  const flat = livelyParameters(config, 4);
  const version = 0 as PolicyVersion;
  const tokenizer = { bytesOf: (id: number) => new TextEncoder().encode(`tok${id}`) };
  const core = await SamplerCore.create({
    config,
    flat,
    version,
    kind: 'snapshot',
    tokenBytes: tokenBytesOf(tokenizer, config.vocab_size),
    promptLogprobs: true,
    ...options,
  });
  try {
    return (await Promise.all(requests.map((request) => core.sample(request)))).flat();
  } finally {
    await core.close();
  }
}

/** Runs the same requests alone and in companies of up to so many rows, and asserts the same bits. */
async function assertInvariant(
  config: ModelConfig,
  count: number,
  companies: readonly number[],
): Promise<void> {
  const requests = mixedRequests(config, count);
  // One at a time: no batch at all, and no threads to split work over.
  const alone = await sampleAll(config, { threads: 1, maximumRows: 1 }, requests);
  for (const maximumRows of companies) {
    const order = new Random('order', maximumRows).shuffled(requests.map((_, i) => i));
    const shuffled = order.map((i) => requests[i]).filter((request) => request !== undefined);
    const together = await sampleAll(config, { threads: 2, maximumRows }, shuffled);
    order.forEach((original, i) => {
      assert.deepEqual(together[i], alone[original], `request ${original} among ${maximumRows} rows`);
    });
  }
}

test('BATCH-INVARIANT: tokens and log-probs do not depend on the batch, bit for bit', async () => {
  await assertInvariant(smallConfig, 200, [5, 200]);
});

test('BATCH-INVARIANT: so it is for widths that no vector register divides, and one key-value head', async () => {
  const odd = {
    ...tinyConfig,
    vocab_size: 203,
    hidden_size: 54,
    intermediate_size: 101,
    num_attention_heads: 3,
    num_key_value_heads: 1,
    head_dim: 18,
  };
  await assertInvariant(odd, 80, [3, 64]);
  await assertInvariant({ ...odd, num_attention_heads: 1 }, 80, [3, 64]);
});

test('BATCH-INVARIANT: nor on the number of threads, be they more than the products of a row', async () => {
  const wide = { ...tinyConfig, head_dim: 128, num_key_value_heads: 1 };
  const requests = [0, 1, 2, 3, 4, 5, 6, 7].map((seed) => ({
    prompt_T: promptOf(wide, 450, seed),
    seeds_S: [seed],
    sampling: { maxTokens: 3, temperature: 1, stopTokenIds: [] },
  }));
  const alone = await sampleAll(wide, { threads: 8, maximumRows: 1 }, requests);
  assert.deepEqual(await sampleAll(wide, { threads: 8, maximumRows: 8 }, requests), alone);
  assert.deepEqual(await sampleAll(wide, { threads: 1, maximumRows: 3 }, requests), alone);
});

test('BATCH-INVARIANT: nor on the number of seeds of a request', async () => {
  const prompt_T = promptOf(smallConfig, 35);
  const sampling = { maxTokens: 48, temperature: 1, stopTokenIds: [] };
  const seeds = Array.from({ length: 48 }, (_, seed) => seed);
  const grouped = [{ prompt_T, seeds_S: seeds, sampling }];
  const single = seeds.map((seed) => ({ prompt_T, seeds_S: [seed], sampling }));
  const options = { threads: 2, maximumRows: 256 };
  assert.deepEqual(
    await sampleAll(smallConfig, options, grouped),
    await sampleAll(smallConfig, { threads: 1, maximumRows: 5 }, single),
  );
});
