import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../stats/random.ts';
import { assessProof, judgeScore, type StepReason } from './assess.ts';
import { candidateProof } from './candidate-proof.ts';
import { generateProblem, LAB_PROFILES } from './generator.ts';
import { STUDENTS } from './student.ts';

test('candidate proofs are right and wrong equally often, and fail in every way a model fails', () => {
  for (const profile of ['main', 'quick'] as const) {
    const random = new Random('candidates', profile);
    const scores = new Map<number, number>();
    const reasons = new Set<StepReason>();
    const count = 600;
    for (let i = 0; i < count; i += 1) {
      const problem = generateProblem(LAB_PROFILES[profile], random);
      const proof = candidateProof(problem, random, STUDENTS[profile]);
      assert.ok(proof.every((step) => step === undefined || [1, 2].includes(step.premises.length)));
      const { points, verdicts } = assessProof(problem, proof);
      scores.set(judgeScore(points), (scores.get(judgeScore(points)) ?? 0) + 1);
      for (const { reason } of verdicts) reasons.add(reason);
    }
    const [right = 0, wrong = 0] = [scores.get(1), scores.get(0)];
    assert.ok(Math.abs(right - wrong) < 0.1 * count, `${profile}: ${right} right, ${wrong} wrong`);
    for (const reason of [
      'unparsable',
      'rule-not-given',
      'premise-not-established',
      'irrelevant',
      'repeated',
    ] as const)
      assert.ok(reasons.has(reason), reason);
  }
});
