import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gradedScores, ifUngradedWere } from './scores.ts';

test('NULL-NOT-ZERO: ungraded attempts are left out and counted, and so are problems without a grade', () => {
  const { graded_P_A, coverage } = gradedScores([[7, null], [null], [], [0, 1, null]]);
  assert.deepEqual(graded_P_A, [[7], [0, 1]]);
  assert.deepEqual(coverage, { problems: 4, problemsWithoutGrade: 2, graded: 3, ungraded: 3 });
});

test('a number stands in for what is missing only where a caller names it', () => {
  assert.deepEqual(ifUngradedWere([[7, null], [null], [], [0, 1]], 0), [[7, 0], [0], [0], [0, 1]]);
  assert.deepEqual(ifUngradedWere([[7, null], []], 7), [[7, 7], [7]]);
});

test('a score that is no number is an error that names its place', () => {
  assert.throws(() => gradedScores([[1], [0, Number.NaN]]), /problem 1, attempt 1 is NaN/);
  assert.throws(() => gradedScores([[Number.POSITIVE_INFINITY]]), /problem 0, attempt 0 is Infinity/);
});
