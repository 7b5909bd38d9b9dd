import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { Datum, ModelConfig } from '../engine.ts';
import { createOrtEngine } from './engine.ts';

/** Almost all of its 2 M parameters (8 MB) are embeddings, so that steps are quick and a copy weighs. */
const config: ModelConfig = {
  model_type: 'qwen3',
  vocab_size: 32_768,
  hidden_size: 64,
  intermediate_size: 64,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  head_dim: 32,
  rms_norm_eps: 1e-6,
  rope_theta: 10_000,
  max_position_embeddings: 128,
  tie_word_embeddings: true,
};
const copyBytes = 4 * 2.1e6;

/** The long form, with the whole of a run around it, is `npm run faults -- memory`. */
test('training, sampling with new weights and saving keep no copy of the weights', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'qed-memory-'));
  const engine = createOrtEngine({ threads: 1 });
  try {
    const model = await engine.createModel({ config, seed: 1 });
    const live = await model.liveSampler();
    const sampling = { maxTokens: 4, temperature: 1, stopTokenIds: [] };
    const prompt_T = Int32Array.from({ length: 8 }, (_, i) => i);
    const turn = async (index: number): Promise<void> => {
      const data: Datum[] = [16 + (index % 5), 30].map((length) => ({
        tokens_T: Int32Array.from({ length }, (_, t) => (t * 31 + index) % config.vocab_size),
        weights_T: Float32Array.from({ length }, (_, t) => (t === 0 ? 0 : 1 / length)),
      }));
      await model.forwardBackward(data, { kind: 'cross_entropy' });
      const adam = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 };
      await model.optimStep({ kind: 'adamw', learningRate: 1e-4, ...adam });
      await model.publishWeights();
      await live.sample({ prompt_T, seeds_S: [index], sampling });
      if (index % 10 === 0) {
        await model.save(directory, { optimiser: true });
        const snapshot = await model.snapshotSampler();
        await snapshot.sample({ prompt_T, seeds_S: [index], sampling });
        await snapshot.close();
      }
    };
    // Buffers that V8 has not collected yet count, so peaks of stretches are compared.
    const peakOf = async (from: number, to: number): Promise<number> => {
      let peak = 0;
      for (let index = from; index < to; index += 1) {
        await turn(index);
        peak = Math.max(peak, process.memoryUsage.rss());
      }
      return peak;
    };
    const before = await peakOf(0, 30);
    const after = await peakOf(30, 75);
    // One copy kept a turn would be 45 of them.
    const copies = (after - before) / copyBytes;
    assert.ok(copies < 15, `${copies.toFixed(1)} copies of the weights more after 45 turns`);
  } finally {
    await engine.close();
    rmSync(directory, { recursive: true });
  }
});
