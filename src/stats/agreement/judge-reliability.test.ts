import assert from 'node:assert/strict';
import { test } from 'node:test';
import { golden } from '../golden-fixture.ts';
import { Random } from '../random.ts';
import { judgeReliability, type RepeatedGrading } from './judge-reliability.ts';

const near = (actual: number | undefined, expected: number, tolerance = 1e-9) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= tolerance, `${actual} is not ${expected}`);
const options = (resamples = 199) => ({ random: new Random('reliability'), resamples });

test('shares are those of the variance components, and add up to 1', () => {
  const { gradings = [], components } = golden.components[0] ?? {};
  const { figures } = judgeReliability(gradings, options());
  const { problem = 0, proof = 0, judge = 0, residual = 0 } = components ?? {};
  const total = problem + proof + judge + residual;
  near(figures.problemShare?.estimate, problem / total);
  near(figures.proofShare?.estimate, proof / total);
  near(figures.judgeShare?.estimate, judge / total);
  near(figures.residualShare?.estimate, residual / total);
  near(figures.reliability?.estimate, (problem + proof) / total);
});

test('the retest deviation is that of one judge on one proof, pooled; what other judges think is apart', () => {
  const grading = (proof: string, judge: string, grade: number | null): RepeatedGrading => ({
    ...{ problem: proof, proof, judge, grade },
  });
  const { figures, coverage } = judgeReliability(
    [
      ...[grading('p', 'a', 4), grading('p', 'a', 6), grading('p', 'b', 0)],
      ...[grading('q', 'a', 1), grading('q', 'a', 1), grading('q', 'a', 1), grading('q', 'b', null)],
    ],
    options(),
  );
  near(figures.retestDeviation?.estimate, Math.sqrt(2 / 3));
  assert.deepEqual(coverage, { graded: 6, ungraded: 1, proofs: 2, retested: 2, judges: 2 });
});

test('NULL-NOT-ZERO: a failed grading changes no figure', () => {
  const { gradings = [] } = golden.components[1] ?? {};
  const failed = gradings.map((grading) => ({ ...grading, grade: null }));
  const [clean, holes] = [gradings, [...gradings, ...failed]].map((all) => judgeReliability(all, options()));
  assert.deepEqual(holes?.figures, clean?.figures);
  assert.equal(holes?.coverage.ungraded, gradings.length);
});

test('proofs graded once leave nothing to tell', () => {
  const once = Array.from({ length: 6 }, (_, i) => ({ problem: `p${i}`, proof: 'r', judge: 'a', grade: i }));
  const { figures } = judgeReliability(once, options());
  for (const figure of Object.values(figures)) assert.equal(figure, undefined);
});
