import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mean } from '../moments.ts';
import { type SelectableAttempt, selectionAtK } from './selection-at-k.ts';
import { overSubsets } from './subsets-fixture.ts';

const near = (actual: number | undefined, expected: number, tolerance = 1e-10) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= tolerance, `${actual} is not ${expected}`);
const grade = fc.integer({ min: 0, max: 3 });
const attempts = fc.array(fc.record({ selection: grade, score: grade }), { minLength: 1, maxLength: 8 });

/** True score of what the judge picks among these, ties averaged. */
function picked(subset: readonly { selection: number; score: number }[]): number {
  const highest = Math.max(...subset.map(({ selection }) => selection));
  return mean(subset.filter(({ selection }) => selection === highest).map(({ score }) => score));
}

test('it is the mean over all subsets of what the judge picks', () => {
  fc.assert(
    fc.property(attempts, fc.integer({ min: 1, max: 8 }), (attempts_A, k) => {
      const selection = selectionAtK(attempts_A, k);
      if (k > attempts_A.length) assert.equal(selection, undefined);
      else near(selection?.selected, overSubsets(attempts_A, k, picked));
    }),
    { seed: 9 },
  );
});

test('a judge that is right picks the best, one that sees no difference picks by chance', () => {
  fc.assert(
    fc.property(attempts, fc.integer({ min: 1, max: 8 }), (attempts_A, k) => {
      const right = selectionAtK(
        attempts_A.map(({ score }) => ({ selection: score, score })),
        k,
      );
      const blind = selectionAtK(
        attempts_A.map(({ score }) => ({ selection: 1, score })),
        k,
      );
      if (right === undefined || blind === undefined) return;
      near(right.selected, right.oracle);
      near(blind.selected, blind.chance);
      assert.ok(blind.chance <= right.oracle + 1e-10);
    }),
    { seed: 10 },
  );
});

test('NULL-NOT-ZERO: an attempt without selection score or true score is left out', () => {
  const attempts_A: SelectableAttempt[] = [
    { selection: 9, score: 7 },
    { selection: null, score: 0 },
    { selection: 1, score: null },
  ];
  assert.deepEqual(selectionAtK(attempts_A, 1), { selected: 7, chance: 7, oracle: 7 });
  assert.equal(selectionAtK(attempts_A, 2), undefined);
});
