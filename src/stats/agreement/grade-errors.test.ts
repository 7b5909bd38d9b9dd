import assert from 'node:assert/strict';
import { test } from 'node:test';
import { golden } from '../golden-fixture.ts';
import { gradeErrors } from './grade-errors.ts';

test('errors agree with scikit-learn', () => {
  for (const { first, second, meanAbsolute, rootMeanSquare } of golden.pairs) {
    if (meanAbsolute === undefined || rootMeanSquare === undefined) continue;
    const errors = gradeErrors(first, second);
    assert.ok(Math.abs((errors?.meanAbsolute ?? Number.NaN) - meanAbsolute) < 1e-12);
    assert.ok(Math.abs((errors?.rootMeanSquare ?? Number.NaN) - rootMeanSquare) < 1e-12);
  }
});

test('bias is above 0 for a generous grader, and one point off is within one', () => {
  assert.deepEqual(gradeErrors([7, 1, 2, 7, 0, 4], [7, 0, 3, 6, 6, 4]), {
    meanAbsolute: 1.5,
    rootMeanSquare: Math.sqrt(39 / 6),
    bias: -5 / 6,
    withinOne: 5 / 6,
  });
});

test('without grades there is no error', () => {
  assert.equal(gradeErrors([], []), undefined);
});
