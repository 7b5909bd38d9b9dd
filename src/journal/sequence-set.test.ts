import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SequenceSet } from './sequence-set.ts';

test('it has what was added and nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 30_000 })), fc.array(fc.nat({ max: 100_000 })), (added, asked) => {
      const set = new SequenceSet();
      for (const sequence of added) set.add(sequence);
      const known = new Set(added);
      for (const sequence of [...added, ...added.map((one) => one + 1), ...asked])
        assert.equal(set.has(sequence), known.has(sequence));
    }),
  );
});
