/** Log-ratios as bytes and back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeLogRatios, encodeLogRatios } from './log-ratios.ts';

test('log-ratios come back, to three digits, with the attempts that they belong to', () => {
  const attempt = fc.record({
    group: fc.nat({ max: 99 }),
    attempt: fc.nat({ max: 15 }),
    logRatios_T: fc
      .array(fc.double({ min: -20, max: 20, noNaN: true }), { maxLength: 40 })
      .map((values) => Float32Array.from(values)),
  });
  fc.assert(
    fc.property(fc.array(attempt, { maxLength: 5 }), (attempts) => {
      const decoded = decodeLogRatios(encodeLogRatios(attempts));
      assert.deepEqual(
        decoded.map(({ group, attempt }) => [group, attempt]),
        attempts.map(({ group, attempt }) => [group, attempt]),
      );
      attempts.forEach(({ logRatios_T }, index) => {
        logRatios_T.forEach((ratio, t) => {
          const found = decoded[index]?.logRatios_T[t] ?? Number.NaN;
          assert.ok(
            Math.abs(found - ratio) <= Math.max(Math.abs(ratio) * 2 ** -11, 2 ** -25),
            `${found}, ${ratio}`,
          );
        });
      });
    }),
  );
});

test('bytes that are cut are refused', () => {
  const bytes = encodeLogRatios([{ group: 0, attempt: 1, logRatios_T: Float32Array.of(0.5, -0.25) }]);
  assert.throws(() => decodeLogRatios(bytes.subarray(0, -1)), /log-ratios of 2 tokens/);
});
