/** A judge of known error is calibrated like any other, and its error comes out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreementFigures } from '../curate/calibrate/agreement-figures.ts';
import { calibrationSet, problemOf } from '../curate/calibrate/calibration-set.ts';
import type { JudgedProof } from '../stats/agreement/judge-agreement.ts';
import { Random, seedFrom } from '../stats/random.ts';
import { exactGrader } from './exact-grader.ts';
import { knownError } from './known-error.ts';
import { labGradedSet } from './lab-graded-set.ts';
import { noisyGrader } from './noisy-grader.ts';

test('proofs of the lab’s set are worth what the exact grader says, in about the shares that were asked for', async () => {
  const set = labGradedSet({ problems: 60, proofs: 4, seed: 1 });
  assert.deepEqual(labGradedSet({ problems: 60, proofs: 4, seed: 1 }), set);
  assert.notEqual(labGradedSet({ problems: 60, proofs: 4, seed: 2 }).digest, set.digest);
  for (const { problem, proof, grade } of set.proofs.slice(0, 40)) {
    const exact = await exactGrader.grade(problem, proof, { seed: 1 });
    assert.ok(grade.kind === 'points' && exact.kind === 'graded');
    assert.equal(grade.points, exact.points);
    assert.ok(Number.isInteger(grade.points));
  }
  const share = (is: (points: number) => boolean): number =>
    set.proofs.filter(({ grade }) => grade.kind === 'points' && is(grade.points)).length / set.proofs.length;
  assert.ok(Math.abs(share((points) => points === 0) - 0.6) < 0.1);
  assert.ok(Math.abs(share((points) => points === 7) - 0.25) < 0.1);
});

test('the noisy grader’s known error is recovered within its interval, as often as that claims', async () => {
  const grader = noisyGrader(exactGrader);
  const held = { advantageError: 0, meanAbsolute: 0, bias: 0, exact: 0 };
  const names = Object.keys(held) as (keyof typeof held)[];
  const sets = 40;
  for (let seed = 1; seed <= sets; seed += 1) {
    const set = calibrationSet(labGradedSet({ problems: 40, proofs: 4, seed }), { seed });
    const judged: JudgedProof[] = [];
    for (const { id, problem, proof = '', reference } of set.proofs) {
      const grade = await grader.grade(problem, proof, { seed: seedFrom(seed, id) });
      assert.ok(grade.kind === 'graded');
      judged.push({ problem: problemOf({ problem }), grade: grade.points, reference });
    }
    const points_P_I = [...Map.groupBy(set.proofs, problemOf).values()].map((own) =>
      own.map(({ reference }) => reference),
    );
    const known = knownError(points_P_I);
    const { figures } = agreementFigures(judged, set, { random: new Random(seed), resamples: 400 });
    for (const name of names) {
      const interval = figures[name]?.interval;
      const truth = known[name] ?? Number.NaN;
      if (interval !== undefined && truth >= interval.low && truth <= interval.high) held[name] += 1;
    }
  }
  // Of 40 intervals of 95 %, fewer than 34 hold the truth one time in 3,000.
  for (const name of names) assert.ok(held[name] >= 34, `${name}: ${held[name]} of ${sets}`);
});
