import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { golden } from '../golden-fixture.ts';
import { Random } from '../random.ts';
import { type Grading, type GradingVariance, gradingVariance } from './grading-variance.ts';

const near = (actual: number | undefined, expected: number, tolerance = 1e-9) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= tolerance, `${actual} is not ${expected}`);

test('components are those of explicit projection matrices, in complete and in broken tables', () => {
  for (const { gradings, components } of golden.components) {
    const problems = [...Map.groupBy(gradings, ({ problem }) => problem).values()].map((rows) => [
      ...Map.groupBy(rows, ({ proof }) => proof).values(),
    ]);
    const found = gradingVariance(problems);
    near(found?.problem, components.problem);
    near(found?.proof, components.proof);
    near(found?.residual, components.residual);
    if (components.judge === undefined) assert.equal(found?.judge, undefined);
    else near(found?.judge, components.judge);
  }
});

test('a complete table gives the textbook analysis of variance', () => {
  // Two problems of one proof each, two judges, two gradings: a two-way table with means 1.5, 3.5; 5.5, 7.5.
  const proof = (first: number, second: number): Grading[] => [
    ...[first - 0.5, first + 0.5].map((grade) => ({ judge: 'a', grade })),
    ...[second - 0.5, second + 0.5].map((grade) => ({ judge: 'b', grade })),
  ];
  const found = gradingVariance([[proof(1.5, 3.5)], [proof(5.5, 7.5)]]);
  // No interaction: residual SS 4 · 0.5 over 5; judges: MS 8; problems: MS 32, both less the residual, over 4.
  near(found?.residual, 0.4);
  near(found?.judge, (8 - 0.4) / 4);
  near(found?.problem, (32 - 0.4) / 4);
  assert.equal(found?.proof, undefined);
});

test('components are right on average, whatever is missing', () => {
  const random = new Random('components');
  const truth = { problem: 4, proof: 2.25, judge: 0.5, residual: 1 };
  const sum = { problem: 0, proof: 0, judge: 0, residual: 0 };
  const runs = 150;
  for (let run = 0; run < runs; run += 1) {
    const effects = Array.from({ length: 8 }, () => Math.sqrt(truth.judge) * random.normal());
    const table = Array.from({ length: 20 }, () => {
      const level = 2 * random.normal();
      return Array.from({ length: random.integer(1, 4) }, () => {
        const quality = level + 1.5 * random.normal();
        return effects.flatMap((effect, j) =>
          random.chance(0.5) ? [{ judge: `j${j}`, grade: quality + effect + random.normal() }] : [],
        );
      });
    });
    const found = gradingVariance(table);
    for (const name of ['problem', 'proof', 'judge', 'residual'] as const)
      sum[name] += found?.[name] ?? Number.NaN;
  }
  near(sum.problem / runs, truth.problem, 0.5);
  near(sum.proof / runs, truth.proof, 0.15);
  near(sum.judge / runs, truth.judge, 0.12);
  near(sum.residual / runs, truth.residual, 0.03);
});

test('adding a constant changes nothing, and points by ten a hundredfold', () => {
  const { gradings } = golden.components[1] ?? { gradings: [] };
  const tableOf = (change: (grade: number) => number) =>
    [...Map.groupBy(gradings, ({ problem }) => problem).values()].map((rows) =>
      [...Map.groupBy(rows, ({ proof }) => proof).values()].map((proof) =>
        proof.map(({ judge, grade }) => ({ judge, grade: change(grade) })),
      ),
    );
  const plain = gradingVariance(tableOf((grade) => grade));
  fc.assert(
    fc.property(fc.integer({ min: -1000, max: 1000 }), (constant) => {
      const moved = gradingVariance(tableOf((grade) => 10 * grade + constant));
      for (const name of ['problem', 'proof', 'judge', 'residual'] as const) {
        near(moved?.[name], 100 * (plain?.[name] ?? Number.NaN), 1e-6);
      }
    }),
    { seed: 19 },
  );
});

test('what cannot be told is absent', () => {
  const one = (judge: string, grade: number): Grading => ({ judge, grade });
  const absent = (variance: GradingVariance | undefined) =>
    (['problem', 'proof', 'judge'] as const).filter((name) => variance?.[name] === undefined);
  assert.equal(gradingVariance([]), undefined);
  assert.equal(gradingVariance([[[one('a', 1)]], [[one('a', 2)]]]), undefined);
  assert.deepEqual(absent(gradingVariance([[[one('a', 1), one('a', 2)], [one('a', 3)]]])), [
    'problem',
    'judge',
  ]);
  // Each proof has a judge of its own.
  const apart = [[[one('a', 1), one('a', 2)]], [[one('b', 6), one('b', 7)]]];
  assert.deepEqual(absent(gradingVariance(apart)), ['proof', 'judge']);
});
