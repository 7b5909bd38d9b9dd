import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TopLogprobsRecord } from './top-logprobs.ts';

test('the likeliest come first, of equal ones the lower id, position by position', () => {
  const rows = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 5, maxLength: 60 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 5 }), (given, count) => {
      const record = new TopLogprobsRecord(count);
      const twice = Float32Array.from([...given, ...given.toReversed()]);
      record.add(twice, 0, given.length);
      record.add(twice, given.length, given.length);
      const expected = [given, given.toReversed()].flatMap((row) =>
        Array.from(row.keys())
          .sort((a, b) => (row[b] ?? 0) - (row[a] ?? 0) || a - b)
          .slice(0, count)
          .map((token) => [token, Math.fround(Math.log(row[token] ?? 0))]),
      );
      const { tokens, logprobs } = record.finish();
      assert.deepEqual(
        Array.from(tokens, (token, i) => [token, logprobs[i]]),
        expected,
      );
    }),
  );
});
