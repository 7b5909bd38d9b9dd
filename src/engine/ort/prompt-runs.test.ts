import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTick } from 'node:timers/promises';
import type { ModelConfig, PolicyVersion, Sample, SamplingParameters } from '../engine.ts';
import { chunkTokens } from './prompt-runs.ts';
import { referenceLogprobs } from './reference-forward.ts';
import type { SamplerCore } from './sampler-core.ts';
import {
  livelyParameters,
  promptOf,
  tinyConfig,
  waitForTokens,
  withCore,
  worstDifference,
} from './sampler-fixture.ts';

const config: ModelConfig = { ...tinyConfig, max_position_embeddings: 4096 };
const free: SamplingParameters = { maxTokens: 6, temperature: 1, stopTokenIds: [] };

function ask(
  core: SamplerCore,
  prompt_T: Int32Array,
  extra: { promptLogprobs?: boolean } = {},
): Promise<Sample[]> {
  return core.sample({ prompt_T, seeds_S: [1, 2], sampling: free, ...extra });
}

/** `shared` tokens in common with all such prompts, then others. */
function promptWithPrefix(shared: number, length: number, salt: number): Int32Array {
  const prompt = promptOf(config, length, 1);
  prompt.set(promptOf(config, length - shared, salt), shared);
  prompt[shared] = salt % config.vocab_size;
  return prompt;
}

test('SAME-LOGPROB: prompts of several chunks give the log-probs of a whole forward pass', async () => {
  const flat = livelyParameters(config, 5);
  await withCore({ config, flat }, async (core) => {
    // Before, at and after the bounds of chunks: the last token of a prompt is not prefilled.
    for (const length of [chunkTokens, chunkTokens + 1, chunkTokens + 2, 2 * chunkTokens + 1, 700]) {
      const prompt_T = promptOf(config, length);
      for (const sample of await ask(core, prompt_T)) {
        assert.ok(worstDifference(config, flat, prompt_T, sample, 1) < 2e-5, `${length} tokens`);
      }
    }
  });
});

test('SAME-LOGPROB: prompt log-probs are those of a whole forward pass at temperature 1', async () => {
  for (const model of [config, { ...config, tie_word_embeddings: false }]) {
    const flat = livelyParameters(model, 6);
    await withCore({ config: model, flat, promptLogprobs: true }, async (core) => {
      for (const length of [1, 2, 40, chunkTokens + 1, 600]) {
        const prompt_T = promptOf(model, length);
        const sampling = { ...free, temperature: 0.3 };
        const [sample, sibling] = await core.sample({
          prompt_T,
          seeds_S: [1, 2],
          sampling,
          promptLogprobs: true,
        });
        const found = sample?.promptLogprobs_T ?? new Float32Array(0);
        assert.deepEqual(sibling?.promptLogprobs_T, found);
        assert.equal(found.length, length);
        assert.equal(found[0], 0);
        const expected = referenceLogprobs(model, flat, prompt_T);
        prompt_T.forEach((token, t) => {
          if (t > 0) assert.ok(Math.abs((found[t] ?? 0) - (expected[t - 1]?.[token] ?? Number.NaN)) < 2e-5);
        });
        const [plain] = await core.sample({ prompt_T, seeds_S: [1, 2], sampling });
        assert.deepEqual({ ...plain, promptLogprobs_T: found }, sample);
        assert.equal(plain?.promptLogprobs_T, undefined);
      }
    });
  }
});

test('the beginning of a former prompt is taken over in whole chunks, and nothing changes but the work', async () => {
  const prompts = [
    promptWithPrefix(600, 620, 1),
    promptWithPrefix(600, 700, 2),
    promptWithPrefix(300, 700, 3),
    // The same tokens again, and a continuation of them as a next turn has it.
    promptWithPrefix(600, 620, 1),
    Int32Array.of(...promptWithPrefix(600, 620, 1), ...promptOf(config, 400, 5)),
    promptOf(config, 2 * chunkTokens + 1, 1),
  ];
  for (const promptLogprobs of [false, true]) {
    const alone: Sample[][] = [];
    for (const prompt of prompts) {
      await withCore({ config, promptLogprobs }, async (core) => {
        alone.push(await ask(core, prompt, { promptLogprobs }));
        assert.equal(core.usage().reusedPromptTokens, 0);
      });
    }
    await withCore({ config, promptLogprobs }, async (core) => {
      for (const [index, prompt] of prompts.entries()) {
        assert.deepEqual(await ask(core, prompt, { promptLogprobs }), alone[index]);
      }
      const { computedPromptTokens, reusedPromptTokens } = core.usage();
      assert.equal(reusedPromptTokens, chunkTokens * (2 + 1 + 2 + 2 + 2));
      const all = prompts.reduce((sum, prompt) => sum + prompt.length - 1, 0);
      assert.equal(computedPromptTokens, all - reusedPromptTokens);
    });
  }
});

test('other weights know nothing of former prompts', async () => {
  const prompt = promptOf(config, 600);
  const other = livelyParameters(config, 2);
  let fresh: Sample[] = [];
  await withCore({ config, flat: other, version: 1 as PolicyVersion }, async (core) => {
    fresh = await ask(core, prompt);
  });
  await withCore({ config }, async (core) => {
    await ask(core, prompt);
    assert.ok(core.holdings().prefixBytes > 0);
    await core.setWeights(other, 1 as PolicyVersion);
    assert.equal(core.holdings().prefixBytes, 0);
    assert.deepEqual(await ask(core, prompt), fresh);
    assert.equal(core.usage().reusedPromptTokens, 0);
  });
});

test('weights that change while a prompt is being run begin it anew', async () => {
  const prompt = promptOf(config, 4000);
  const other = livelyParameters(config, 2);
  let fresh: Sample[] = [];
  await withCore({ config, flat: other, version: 1 as PolicyVersion }, async (core) => {
    fresh = await ask(core, prompt);
  });
  await withCore({ config }, async (core) => {
    const asked = ask(core, prompt);
    while (core.usage().computedPromptTokens < 1000) await nextTick();
    await core.setWeights(other, 1 as PolicyVersion);
    assert.equal(core.usage().sampledTokens, 0);
    assert.deepEqual(await asked, fresh);
  });
});

test('kept beginnings stay within a quarter of the budget, and the oldest go', async () => {
  const chunkBytes =
    8 * config.num_hidden_layers * config.num_key_value_heads * config.head_dim * chunkTokens;
  await withCore({ config, cacheBytes: 4 * 5 * chunkBytes }, async (core) => {
    const prompts = [1, 2, 3].map((salt) => promptWithPrefix(0, 2 * chunkTokens + 1, salt));
    const reused: number[] = [];
    for (const index of [0, 1, 0, 2, 0, 1]) {
      const before = core.usage().reusedPromptTokens;
      await ask(core, prompts[index] ?? new Int32Array(0));
      reused.push((core.usage().reusedPromptTokens - before) / chunkTokens);
      assert.ok(core.holdings().prefixBytes <= 5 * chunkBytes);
    }
    // Five chunks have room: the third prompt pushes the second's last chunk out, not the first's, used since.
    assert.deepEqual(reused, [0, 0, 2, 0, 2, 1]);
  });
});

test('rows go on between the chunks of a long prompt', async () => {
  await withCore({ config }, async (core) => {
    const controller = new AbortController();
    const endless = { ...free, maxTokens: 4000 };
    const running = core.sample(
      { prompt_T: promptOf(config, 3), seeds_S: [1], sampling: endless },
      controller.signal,
    );
    await waitForTokens(core, 2);
    const before = core.usage().sampledTokens;
    const chunks = 8;
    const one = { ...free, maxTokens: 1 };
    await core.sample({ prompt_T: promptOf(config, chunks * chunkTokens + 1), seeds_S: [1], sampling: one });
    const between = core.usage().sampledTokens - before;
    assert.ok(between >= chunks && between <= chunks + 4, `${between} tokens during ${chunks} chunks`);
    controller.abort();
    await assert.rejects(running, { name: 'AbortError' });
    while (core.holdings().rows > 0) await nextTick();
  });
});

test('an abort in the middle of a long prompt frees everything, and others are served', async () => {
  await withCore({ config }, async (core) => {
    const controller = new AbortController();
    const doomed = core.sample(
      { prompt_T: promptOf(config, 4000), seeds_S: [1, 2], sampling: free },
      controller.signal,
    );
    const other = ask(core, promptOf(config, 20));
    while (core.usage().computedPromptTokens < 500) await nextTick();
    controller.abort();
    await assert.rejects(doomed, { name: 'AbortError' });
    assert.equal((await other).length, 2);
    assert.ok(core.usage().computedPromptTokens < 2000);
  });
});

test('requests are admitted in the order in which they came, long prompts among them', async () => {
  await withCore({ config, maximumRows: 1 }, async (core) => {
    const order: number[] = [];
    const lengths = [40, 1500, 30, 700, 20];
    await Promise.all(
      lengths.map((length, index) =>
        core
          .sample({ prompt_T: promptOf(config, length), seeds_S: [index], sampling: free })
          .then(() => order.push(index)),
      ),
    );
    assert.deepEqual(order, [0, 1, 2, 3, 4]);
  });
});
