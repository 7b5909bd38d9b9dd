import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../stats/random.ts';
import { canonicalForm, splitOf } from './canonical.ts';
import { generateProblem, generateProblems, LAB_PROFILES, labProfileSchema } from './generator.ts';
import { forwardClosure, type LabProblem, labProblem, premisesHold } from './world.ts';

const PROFILES = Object.entries(LAB_PROFILES);

test('the shortest derivation is the chain, and there is no second one', () => {
  const random = new Random('unique');
  for (const [name, profile] of PROFILES) {
    for (let i = 0; i < 300; i += 1) {
      const problem = generateProblem(profile, random);
      const checked = labProblem(problem.given, problem.rules, problem.goal);
      assert.ok(checked.ok, name);
      assert.deepEqual(checked.problem, problem, `${name}: the search finds the chain`);
      // Without any one of its steps the goal is out of reach: every derivation has them all.
      for (const step of problem.solution) {
        const rest = problem.rules.filter((rule) => rule !== step);
        assert.ok(!forwardClosure(problem.given, rest).known.has(problem.goal));
      }
      problem.solution.slice(1).forEach((step, at) => {
        assert.ok(step.premises.includes(problem.solution[at]?.conclusion ?? ''), 'each step uses the last');
      });
    }
  }
});

test('the figures of a profile are those of its problems', () => {
  const random = new Random('distribution');
  for (const [name, profile] of PROFILES) {
    const problems = Array.from({ length: 4000 }, () => generateProblem(profile, random));
    const total = profile.stepWeights.reduce((sum: number, weight) => sum + weight, 0);
    profile.stepWeights.forEach((weight, i) => {
      const share = problems.filter((problem) => problem.steps === i + 1).length / problems.length;
      assert.ok(Math.abs(share - weight / total) < 0.03, `${name}: ${share} of ${i + 1} steps`);
    });
    const parts = problems.map(partsOf);
    for (const part of ['given', 'deadEnds', 'distractors'] as const) {
      const numbers = parts.map((figures) => figures[part]);
      assert.deepEqual([Math.min(...numbers), Math.max(...numbers)], [...profile[part]], `${name}: ${part}`);
    }
  }
  const rules = Array.from({ length: 4000 }, () => generateProblem(LAB_PROFILES.main, random)).flatMap(
    (problem) => problem.rules,
  );
  const two = rules.filter((rule) => rule.premises.length === 2).length / rules.length;
  assert.ok(Math.abs(two - 0.32) < 0.02, `two premises: ${two} (study: .32)`);
});

test('the same seed gives the same problems, another seed gives others', () => {
  const first = (seed: number): LabProblem[] => {
    const stream = generateProblems({ profile: LAB_PROFILES.main, random: new Random(seed) });
    return Array.from({ length: 20 }, () => stream.next().value.problem);
  };
  assert.deepEqual(first(1), first(1));
  assert.notDeepEqual(first(1), first(2));
});

test('forms do not come twice, nor when excluded, nor from another part, and the shape stays', () => {
  const profile = LAB_PROFILES.main;
  const exclude = new Set<string>();
  const early = generateProblems({ profile, random: new Random(1), split: 'test' });
  for (let i = 0; i < 500; i += 1) exclude.add(early.next().value.form);
  assert.equal(exclude.size, 500);

  const stream = generateProblems({ profile, random: new Random(1), split: 'test', exclude });
  const seen = new Set<string>();
  let short = 0;
  for (let i = 0; i < 1000; i += 1) {
    const { problem, form } = stream.next().value;
    assert.equal(form, canonicalForm(problem));
    assert.equal(splitOf(form), 'test');
    assert.ok(!exclude.has(form) && !seen.has(form));
    seen.add(form);
    if (problem.steps === 2) short += 1;
  }
  assert.ok(Math.abs(short / 1000 - 0.15) < 0.04, `${short} of 1000 problems with 2 steps`);
});

test('a profile with nothing left to give ends in an error, not in a loop', () => {
  const profile = {
    stepWeights: [1],
    given: [1, 1],
    deadEnds: [0, 0],
    distractors: [0, 0],
    secondPremise: 0,
  };
  const stream = generateProblems({ profile: labProfileSchema.parse(profile), random: new Random(1) });
  stream.next();
  assert.throws(() => stream.next(), /no more problems/);
});

test('a profile that does not fit the alphabet, or says nothing, is refused', () => {
  for (const profile of PROFILES) labProfileSchema.parse(profile[1]);
  const main = LAB_PROFILES.main;
  assert.throws(() => labProfileSchema.parse({ ...main, deadEnds: [0, 12] }), /propositions/);
  assert.throws(() => labProfileSchema.parse({ ...main, stepWeights: [0, 0] }), /positive/);
  assert.throws(() => labProfileSchema.parse({ ...main, given: [0, 1] }), /at least one/);
  assert.throws(() => labProfileSchema.parse({ ...main, given: [3, 2] }), /exceed/);
});

function partsOf(problem: LabProblem) {
  const { known } = forwardClosure(problem.given, problem.rules);
  const applicable = problem.rules.filter((rule) => premisesHold(rule, known)).length;
  return {
    given: problem.given.length,
    deadEnds: applicable - problem.steps,
    distractors: problem.rules.length - applicable,
  };
}
