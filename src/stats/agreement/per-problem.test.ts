import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from '../random.ts';
import { advantageError } from './advantage-error.ts';
import type { GradedPair } from './graded-pair.ts';
import { localConsistency } from './local-consistency.ts';

const near = (actual: number | undefined, expected: number, tolerance = 1e-12) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= tolerance, `${actual} is not ${expected}`);
const pair = (reference: number, grade: number): GradedPair => ({ reference, grade });

/** The worked example of the reference program, by problem: reference and grade. */
const example = [[pair(7, 7), pair(0, 1), pair(3, 2)], [pair(6, 7), pair(6, 0)], [pair(4, 4)]];
const grade = fc.integer({ min: 0, max: 7 });
const table = fc.array(fc.array(fc.record({ grade, reference: grade }), { maxLength: 6 }), { maxLength: 6 });

test('the worked example of the reference program: advantage error 2.0833, local consistency 0.5', () => {
  near(advantageError(example), 2.0833, 5e-5);
  near(localConsistency(example), 0.5);
});

test('neither depends on the order of proofs or problems', () => {
  fc.assert(
    fc.property(table, fc.integer(), (pairs_P_I, seed) => {
      const random = new Random(seed);
      const shuffled = random.shuffled(pairs_P_I).map((pairs_I) => random.shuffled(pairs_I));
      for (const figure of [advantageError, localConsistency]) {
        const value = figure(pairs_P_I);
        if (value === undefined) assert.equal(figure(shuffled), undefined);
        else near(figure(shuffled), value);
      }
    }),
    { seed: 17 },
  );
});

test('a judge that is too generous at one problem and too strict at another errs in no advantage and no order', () => {
  fc.assert(
    fc.property(table, (pairs_P_I) => {
      const shifted = pairs_P_I.map((pairs_I, p) =>
        pairs_I.map(({ reference }) => ({ reference, grade: reference + (p % 3) - 1 })),
      );
      const error = advantageError(shifted);
      if (error === undefined) return;
      near(error, 0);
      assert.equal(localConsistency(shifted), 1);
    }),
    { seed: 18 },
  );
});

test('where no problem has two proofs nothing is computable: that is not an error of 0', () => {
  for (const figure of [advantageError, localConsistency]) {
    assert.equal(figure([[pair(7, 0)], []]), undefined);
    assert.equal(figure([]), undefined);
  }
});
