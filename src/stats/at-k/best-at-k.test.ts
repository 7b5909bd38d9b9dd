import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from '../random.ts';
import { bestAtK, worstAtK } from './best-at-k.ts';
import { passAtK } from './pass-at-k.ts';
import { overSubsets } from './subsets-fixture.ts';

const near = (actual: number | undefined, expected: number, tolerance = 1e-10) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= tolerance, `${actual} is not ${expected}`);
const scores = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 8 });
const size = fc.integer({ min: 1, max: 8 });

test('best@k and worst@k are the means of the best and worst over all subsets', () => {
  fc.assert(
    fc.property(scores, size, (scores_A, k) => {
      if (k > scores_A.length) {
        assert.equal(bestAtK(scores_A, k), undefined);
        assert.equal(worstAtK(scores_A, k), undefined);
        return;
      }
      near(
        bestAtK(scores_A, k),
        overSubsets(scores_A, k, (subset) => Math.max(...subset)),
      );
      near(
        worstAtK(scores_A, k),
        overSubsets(scores_A, k, (subset) => Math.min(...subset)),
      );
    }),
    { seed: 7 },
  );
});

test('with scores 0 and 1 best@k is pass@k; order does not matter; k = 1 is the mean; k = n the best', () => {
  const binary = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(binary, size, fc.integer(), (scores_A, k, seed) => {
      const best = bestAtK(scores_A, k);
      if (best === undefined) return;
      near(best, passAtK(scores_A, { k, threshold: 1 }) ?? Number.NaN);
      near(bestAtK(new Random(seed).shuffled(scores_A), k), best);
      near(bestAtK(scores_A, 1), scores_A.reduce((sum, score) => sum + score, 0) / scores_A.length);
      near(bestAtK(scores_A, scores_A.length), Math.max(...scores_A));
    }),
    { seed: 8 },
  );
});

test('a subset of attempts estimates the same without bias', () => {
  const all = [0, 0, 1, 1, 2, 5, 6, 7, 7];
  near(
    overSubsets(all, 5, (subset) => bestAtK(subset, 3) ?? Number.NaN),
    bestAtK(all, 3) ?? Number.NaN,
  );
});

test('NULL-NOT-ZERO: ungraded attempts are neither the worst nor counted', () => {
  assert.equal(worstAtK([7, null, 7], 2), 7);
  assert.equal(bestAtK([7, null], 2), undefined);
  assert.ok(Object.is(worstAtK([0, 0], 1), 0));
});
