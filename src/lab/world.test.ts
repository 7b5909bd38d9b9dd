import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../stats/random.ts';
import { renderSteps } from './text.ts';
import { forwardClosure, labProblem, neededSteps, type Rule, sameRule, shortestDerivation } from './world.ts';

const rule = (premises: string, conclusion: string): Rule => ({ premises: [...premises], conclusion });

test('a problem that cannot be is refused with its reason', () => {
  const refused = (given: string, rules: Rule[], goal: string): string => {
    const result = labProblem([...given], rules, goal);
    return result.ok ? 'accepted' : result.reason;
  };
  assert.equal(refused('A', [rule('A', 'B')], 'B'), 'accepted');
  assert.match(refused('AA', [rule('A', 'B')], 'B'), /given twice/);
  assert.match(refused('AB', [rule('A', 'B')], 'B'), /goal is given/);
  assert.match(refused('A', [rule('C', 'B')], 'B'), /do not give the goal/);
  assert.match(refused('AB', [rule('AB', 'C'), rule('BA', 'C')], 'C'), /rule is stated twice/);
  assert.match(refused('A', [rule('AA', 'B')], 'B'), /names a proposition twice/);
  assert.match(refused('A', [rule('A', 'A'), rule('A', 'B')], 'B'), /names a proposition twice/);
});

test('rules are the same whatever the order of their premises, and in no other case', () => {
  assert.ok(sameRule(rule('AB', 'C'), rule('BA', 'C')));
  assert.ok(!sameRule(rule('AB', 'C'), rule('AB', 'D')));
  assert.ok(!sameRule(rule('A', 'C'), rule('AA', 'C')), 'a premise said twice is another step');
  assert.ok(!sameRule(rule('AB', 'C'), rule('AD', 'C')));
});

test('needed steps are those that the goal rests on, in their order', () => {
  const steps = [rule('A', 'B'), rule('A', 'C'), rule('BA', 'D'), rule('D', 'E')];
  assert.equal(renderSteps(neededSteps(steps, 'D')), 'A gives B. B and A give D.');
  assert.deepEqual(neededSteps(steps, 'Z'), []);
});

test('the shortest derivation prefers a shared support, and never rests on itself', () => {
  // Two ways to G: by C and D (both from B), or by E and F from A apart.
  const rules = [rule('EF', 'G'), rule('A', 'X'), rule('X', 'E'), rule('A', 'Y'), rule('Y', 'F')];
  assert.equal(shortestDerivation(['A'], rules, 'G')?.length, 5);
  const shared = [...rules, rule('A', 'B'), rule('B', 'C'), rule('B', 'D'), rule('CD', 'G')];
  assert.equal(
    renderSteps(shortestDerivation(['A'], shared, 'G') ?? []),
    'A gives B. B gives C. B gives D. C and D give G.',
  );
  const circle = [rule('C', 'B'), rule('B', 'C'), rule('A', 'D'), rule('D', 'B'), rule('C', 'E')];
  assert.equal(
    renderSteps(shortestDerivation(['A'], circle, 'E') ?? []),
    'A gives D. D gives B. B gives C. C gives E.',
  );
});

test('the shortest derivation equals the least subset of rules that fires and gives the goal', () => {
  const random = new Random('brute force');
  for (let n = 0; n < 300; n += 1) {
    const letters = [...'ABCDEFG'];
    const rules = Array.from({ length: 7 }, () => {
      const [a = '', b = '', c = ''] = random.shuffled(letters);
      return rule(random.chance(0.5) ? a : a + b, c);
    });
    let least: number | undefined;
    for (let subset = 0; subset < 1 << rules.length; subset += 1) {
      const chosen = rules.filter((_, i) => (subset >> i) & 1);
      if (least !== undefined && chosen.length >= least) continue;
      if (forwardClosure(['A', 'B'], chosen).known.has('G')) least = chosen.length;
    }
    const derivation = shortestDerivation(['A', 'B'], rules, 'G');
    assert.equal(derivation?.length, least);
    if (derivation !== undefined) {
      const known = new Set(['A', 'B']);
      for (const step of derivation) {
        assert.ok(step.premises.every((premise) => known.has(premise)));
        known.add(step.conclusion);
      }
    }
  }
});
