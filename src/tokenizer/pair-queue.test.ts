import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CountedPair, PairQueue } from './pair-queue.ts';

const entry = fc.record({ pair: fc.nat(30), count: fc.integer({ min: 1, max: 5 }) });

function inOrder(entries: readonly CountedPair[]): CountedPair[] {
  return [...entries].sort((a, b) => b.count - a.count || a.pair - b.pair);
}

test('an empty queue gives nothing, before and after use', () => {
  const queue = new PairQueue();
  assert.equal(queue.pop(), undefined);
  queue.push({ pair: 1, count: 1 });
  assert.deepEqual(queue.pop(), { pair: 1, count: 1 });
  assert.equal(queue.pop(), undefined);
});

test('pop gives the highest count, of equals the smaller pair, however pushes and pops alternate', () => {
  const operation = fc.oneof({ weight: 2, arbitrary: entry }, { weight: 1, arbitrary: fc.constant('pop') });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 80 }), (operations) => {
      const queue = new PairQueue();
      let expected: CountedPair[] = [];
      for (const step of operations) {
        if (typeof step === 'string') {
          assert.deepEqual(queue.pop(), expected[0]);
          expected = expected.slice(1);
        } else {
          queue.push(step);
          expected = inOrder([...expected, step]);
        }
      }
      for (const left of expected) assert.deepEqual(queue.pop(), left);
      assert.equal(queue.pop(), undefined);
    }),
    { seed: 1 },
  );
});
