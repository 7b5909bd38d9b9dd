import assert from 'node:assert/strict';
import { test } from 'node:test';
import { golden } from '../golden-fixture.ts';
import { confusion } from './confusion.ts';
import { gradeClass, gradeClasses } from './grade-class.ts';

test('the four classes of a grade, and what lies between them', () => {
  assert.deepEqual([0, 1, 3, 4, 6, 7].map(gradeClass), [
    ...['incorrect', 'partial', 'partial', 'almost', 'almost', 'correct'],
  ]);
  for (const grade of [0.5, 3.5, 6.5, -1, 8, Number.NaN]) assert.equal(gradeClass(grade), undefined);
});

test('counts and recall agree with scikit-learn', () => {
  const digits = ['0', '1', '2', '3', '4', '5', '6', '7'] as const;
  const digitOf = (grade: number) => digits[grade];
  for (const { first, second, confusion: counts, recall } of golden.pairs) {
    if (counts === undefined) continue;
    const found = confusion(first.map(digitOf), second.map(digitOf), digits);
    assert.deepEqual(
      found.counts.slice(0, 8).map((row) => row.slice(0, 8)),
      counts,
    );
    digits.forEach((digit, i) => {
      const expected = recall?.[i] ?? undefined;
      if (expected === undefined) assert.equal(found.recall[digit], undefined);
      else assert.ok(Math.abs((found.recall[digit] ?? Number.NaN) - expected) < 1e-12);
    });
  }
});

test('a grade in no class is wrong, and seen as such', () => {
  const { counts, accuracy, recall, precision } = confusion(
    [3.5, 7, 0, 3.5].map(gradeClass),
    [4, 7, 0, 3.5].map(gradeClass),
    gradeClasses,
  );
  assert.equal(accuracy, 0.5);
  assert.deepEqual(counts[2], [0, 0, 0, 0, 1]);
  assert.deepEqual(counts[4], [0, 0, 0, 0, 1]);
  assert.deepEqual(recall, { incorrect: 1, partial: undefined, almost: 0, correct: 1 });
  assert.deepEqual(precision, { incorrect: 1, partial: undefined, almost: undefined, correct: 1 });
});

test('without items there is no accuracy', () => {
  assert.equal(confusion([], [], gradeClasses).accuracy, undefined);
});
