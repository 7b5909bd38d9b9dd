import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { llama3Factors, llama3Scaling } from './llama3-factors.ts';

const published = {
  rope_type: 'llama3',
  factor: 32,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 8192,
} as const;

test('the factors of Llama 3.2 have its published settings back', () => {
  for (const head_dim of [64, 128]) {
    for (const factor of [8, 32]) {
      const rotary = { head_dim, rope_theta: 500_000 };
      const scaling = { ...published, factor };
      const factors = llama3Factors(rotary, scaling);
      assert.deepEqual([factors[0], factors.at(-1)], [1, factor]);
      assert.deepEqual(llama3Scaling(rotary, factors), scaling);
    }
  }
});

test('other settings are recovered as far as they show', () => {
  const setting = fc.record({
    factor: fc.integer({ min: 2, max: 64 }),
    low: fc.constantFrom(1, 2),
    high: fc.constantFrom(3, 4, 8),
    original: fc.constantFrom(64, 256, 2048, 4096, 8192),
    theta: fc.constantFrom(10_000, 500_000),
  });
  fc.assert(
    fc.property(setting, ({ factor, low, high, original, theta }) => {
      const rotary = { head_dim: 128, rope_theta: theta };
      const factors = llama3Factors(rotary, {
        ...published,
        factor,
        low_freq_factor: low,
        high_freq_factor: high,
        original_max_position_embeddings: original,
      });
      const back = llama3Scaling(rotary, factors) ?? assert.fail();
      const again = llama3Factors(rotary, back);
      assert.ok(again.every((value, i) => Math.abs(value / (factors[i] ?? 0) - 1) < 1e-4));
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('no scaling is none, and other factors are an error', () => {
  const rotary = { head_dim: 64, rope_theta: 10_000 };
  assert.equal(llama3Scaling(rotary, new Float32Array(32).fill(1)), undefined);
  assert.throws(
    () =>
      llama3Scaling(
        rotary,
        Float32Array.from({ length: 32 }, (_, i) => 1 + i),
      ),
    /not those of Llama 3\.1/,
  );
});
