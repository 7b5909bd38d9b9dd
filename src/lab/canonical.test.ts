import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from '../stats/random.ts';
import { canonicalForm, splitOf } from './canonical.ts';
import { generateProblem, LAB_PROFILES } from './generator.ts';
import { type LabProblem, PROPOSITIONS, type Rule } from './world.ts';

type Parts = Pick<LabProblem, 'given' | 'rules' | 'goal'>;

function disguised(problem: Parts, random: Random, letters: readonly string[] = PROPOSITIONS): Parts {
  const names = new Map(letters.map((letter, i) => [letter, i]));
  const renamed = random.shuffled(letters);
  const rename = (name: string): string => renamed[names.get(name) ?? -1] ?? '';
  return {
    given: random.shuffled(problem.given.map(rename)),
    rules: random.shuffled(
      problem.rules.map((rule) => ({
        premises: random.shuffled(rule.premises.map(rename)),
        conclusion: rename(rule.conclusion),
      })),
    ),
    goal: rename(problem.goal),
  };
}

test('renaming and reordering keep the canonical form', () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(...Object.values(LAB_PROFILES)), (seed, profile) => {
      const random = new Random(seed);
      const problem = generateProblem(profile, random);
      assert.equal(canonicalForm(disguised(problem, random)), canonicalForm(problem));
    }),
    { numRuns: 500, seed: 1 },
  );
});

test('highly symmetric problems are no exception', () => {
  const random = new Random('symmetric');
  const rules: Rule[] = [
    { premises: ['A'], conclusion: 'T' },
    ...['BC', 'DE', 'FG', 'HI'].map(([a = '', b = '']) => ({ premises: [a], conclusion: b })),
    ...['J', 'K', 'L', 'M', 'N'].map((conclusion) => ({ premises: ['A'], conclusion })),
    ...['OP', 'PQ', 'QO'].map(([a = '', b = '']) => ({ premises: [a], conclusion: b })),
  ];
  const problem = { given: ['A'], rules, goal: 'T' };
  for (let i = 0; i < 20; i += 1)
    assert.equal(canonicalForm(disguised(problem, random)), canonicalForm(problem));

  // Refinement alone cannot tell two triangles from a hexagon.
  const cycle = (names: string): Rule[] =>
    [...names].map((name, i) => ({ premises: [name], conclusion: names[(i + 1) % names.length] ?? '' }));
  const start = { premises: ['A'], conclusion: 'T' };
  const triangles = { given: ['A'], rules: [start, ...cycle('BCD'), ...cycle('EFG')], goal: 'T' };
  const hexagon = { given: ['A'], rules: [start, ...cycle('BCDEFG')], goal: 'T' };
  assert.notEqual(canonicalForm(triangles), canonicalForm(hexagon));
  // Side by side they are one class whose members are not alike: which one is individualised matters.
  const mixed = { ...triangles, rules: [...triangles.rules, ...cycle('HIJKLM')] };
  for (let i = 0; i < 20; i += 1) assert.equal(canonicalForm(disguised(mixed, random)), canonicalForm(mixed));
});

test('two small problems have one form exactly when some renaming makes them equal', () => {
  const letters = [...'ABCDE'];
  const permutations = permute(letters);
  const random = new Random('isomorphism');
  const plain = (problem: Parts, names: readonly string[]): string => {
    const rename = (name: string): string => names[letters.indexOf(name)] ?? '';
    const rules = problem.rules.map(
      (r) => `${r.premises.map(rename).sort().join('')}>${rename(r.conclusion)}`,
    );
    return `${problem.given.map(rename).sort().join('')}|${rename(problem.goal)}|${rules.sort().join()}`;
  };
  const oracle = (problem: Parts): string => {
    let least = plain(problem, letters);
    for (const names of permutations) {
      const candidate = plain(problem, names);
      if (candidate < least) least = candidate;
    }
    return least;
  };
  const oracleOf = new Map<string, string>();
  const formOf = new Map<string, string>();
  for (let i = 0; i < 1500; i += 1) {
    const rules = Array.from({ length: 3 }, () => {
      const [a = '', b = '', c = ''] = random.shuffled(letters);
      return { premises: random.chance(0.4) ? [a, b] : [a], conclusion: c };
    });
    // Every letter occurs, so that the oracle and the form speak of the same propositions.
    const mentioned = new Set(['A', 'E', ...rules.flatMap((r) => [...r.premises, r.conclusion])]);
    if (mentioned.size < letters.length) continue;
    const problem = { given: ['A'], rules, goal: 'E' };
    const expected = oracle(problem);
    const form = canonicalForm(problem);
    assert.equal(oracleOf.get(form) ?? expected, expected, 'one form, two problems');
    assert.equal(formOf.get(expected) ?? form, form, 'one problem, two forms');
    oracleOf.set(form, expected);
    formOf.set(expected, form);
  }
  assert.ok(formOf.size > 50, `${formOf.size} classes met`);
});

test('the smallest changes change the form', () => {
  const base: Parts = {
    given: ['A', 'B'],
    rules: [
      { premises: ['A'], conclusion: 'C' },
      { premises: ['C', 'B'], conclusion: 'D' },
    ],
    goal: 'D',
  };
  const forms = [
    base,
    { ...base, goal: 'C' },
    { ...base, given: ['A'] },
    { ...base, rules: base.rules.slice(0, 1) },
    { ...base, rules: [{ premises: ['B'], conclusion: 'C' }, ...base.rules.slice(1)] },
    { ...base, rules: [...base.rules.slice(0, 1), { premises: ['C'], conclusion: 'D' }] },
    { ...base, rules: [...base.rules, { premises: ['A'], conclusion: 'E' }] },
    { ...base, rules: [...base.rules, { premises: ['E'], conclusion: 'A' }] },
  ].map(canonicalForm);
  assert.equal(new Set(forms).size, forms.length);
});

test('the parts have their shares of the forms', () => {
  const random = new Random('split');
  const count = { train: 0, validation: 0, test: 0 };
  for (let i = 0; i < 4000; i += 1)
    count[splitOf(canonicalForm(generateProblem(LAB_PROFILES.main, random)))] += 1;
  assert.ok(Math.abs(count.train / 4000 - 0.7) < 0.03, `train ${count.train}`);
  assert.ok(Math.abs(count.validation / 4000 - 0.1) < 0.02, `validation ${count.validation}`);
  assert.ok(Math.abs(count.test / 4000 - 0.2) < 0.03, `test ${count.test}`);
});

function permute(items: readonly string[]): string[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) => permute(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}
