import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byMerit } from './by-merit.ts';

/** The order of proofs with these scores, by their places from 0. */
function order(...scores: readonly (readonly number[])[]): number[] {
  return byMerit(
    scores.map((_, index) => index),
    (index) => scores[index] ?? [],
  );
}

test('the order of judged proofs: by mean score, then by more verifications, then the later', () => {
  assert.deepEqual(order([0.5, 0.5], [1, 1], [0, 1]), [1, 2, 0]);
  assert.deepEqual(order([1], [1, 1, 1], [1, 1]), [1, 2, 0]);
  assert.deepEqual(order([0.5], [0.5], [0.5]), [2, 1, 0]);
});

test('NULL-NOT-ZERO: a proof without a score is neither sunk nor raised', () => {
  // The average of the others is 0.5.
  assert.deepEqual(order([1], [], [0]), [0, 1, 2]);
  // With the same score as the average it has fewer verifications.
  assert.deepEqual(order([], [0.5]), [1, 0]);
  assert.deepEqual(order([], [], []), [2, 1, 0]);
  // A score that was not given is no score of 0.
  assert.deepEqual(order([1], [1, 0]), [0, 1]);
});
