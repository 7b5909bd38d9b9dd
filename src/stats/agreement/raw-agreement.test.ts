import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completePairs } from './complete-pairs.ts';
import { rawAgreement } from './raw-agreement.ts';

test('raw agreement is the share rated alike, and absent without items', () => {
  assert.equal(rawAgreement([1, 2, 3, 4], [1, 2, 0, 0]), 0.5);
  assert.equal(rawAgreement([], []), undefined);
});

test('NULL-NOT-ZERO: an item that one rater left out is left out and counted', () => {
  assert.deepEqual(completePairs([7, null, 3, null], [7, 0, null, null]), {
    first: [7],
    second: [7],
    missing: 3,
  });
  assert.throws(() => completePairs([1], []), /1 ratings against 0/);
});
