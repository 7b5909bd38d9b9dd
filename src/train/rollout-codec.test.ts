import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PolicyVersion } from '../engine/engine.ts';
import { decodeSamples, encodeSamples } from './rollout-codec.ts';

test('TOKEN-EXACT: samples come back from the journal bit for bit', () => {
  const sample = fc.array(fc.tuple(fc.integer({ min: 0, max: 200_000 }), fc.float({ noNaN: true, max: 0 })), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 5 }), (group) => {
      const samples = group.map((pairs, index) => ({
        tokens_T: Int32Array.from(pairs, ([id]) => id),
        logprobs_T: Float32Array.from(pairs, ([, logprob]) => logprob),
        finish: index % 2 === 0 ? ('stop' as const) : ('length' as const),
        versions: [{ start: 0, version: (index * 3) as PolicyVersion }],
      }));
      assert.deepEqual(decodeSamples(encodeSamples(samples)), samples);
    }),
  );
});

test('bytes that were cut are refused', () => {
  const bytes = encodeSamples([
    { tokens_T: Int32Array.of(1, 2), logprobs_T: Float32Array.of(-1, -2), finish: 'stop', versions: [] },
  ]);
  assert.throws(() => decodeSamples(bytes.subarray(0, bytes.length - 1)), /samples of 2 tokens/);
});
