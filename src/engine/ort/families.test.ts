import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Datum } from '../engine.ts';
import { createOrtEngine } from './engine.ts';

const engine = createOrtEngine({ threads: 1 });
after(() => engine.close());

const temperature = 0.9;
const maxTokens = 12;

// What the trainer gives is compared with transformers in golden.test.ts, so this ties the sampler to it too.
for (const name of [
  'qwen2-tiny',
  'llama-tiny',
  'llama-bias-linear-rope',
  'llama-llama3-rope',
  'qwen3-yarn-rope',
]) {
  test(`SAME-LOGPROB: ${name} samples what it trains`, async () => {
    const directory = fileURLToPath(new URL(`../../../golden/${name}/`, import.meta.url));
    const model = await engine.loadModel(directory, { optimiser: false });
    const sampler = await model.snapshotSampler();
    let compared = 0;
    for (const length of [1, 5, 23]) {
      const prompt_T = Int32Array.from({ length }, (_, i) => (7 * i * i + 3 * i + 5) % 31);
      const sampling = { maxTokens, temperature, stopTokenIds: [] };
      const samples = await sampler.sample({ prompt_T, seeds_S: [1, 2, 3], sampling });
      const data = samples.map(({ tokens_T }): Datum => {
        const whole = Int32Array.from([...prompt_T, ...tokens_T]);
        return { tokens_T: whole, weights_T: Float32Array.from(whole, (_, t) => (t < length ? 0 : 1)) };
      });
      const trained = await model.forward(data, temperature);
      samples.forEach(({ logprobs_T }, index) => {
        for (let t = 0; t < logprobs_T.length; t += 1) {
          const difference = Math.abs((logprobs_T[t] ?? 0) - (trained[index]?.[length + t] ?? Number.NaN));
          assert.ok(difference <= 5e-5, `prompt of ${length}, token ${t}: ${difference} apart`);
          compared += 1;
        }
      });
    }
    assert.equal(compared, 3 * 3 * maxTokens);
    await sampler.close();
    await model.close();
  });
}
