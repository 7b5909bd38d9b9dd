import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markdownTable } from '../../bench/tables/markdown-table.ts';
import type { Grade } from '../../grade/grade.ts';
import { openInProcess } from '../../journal/fixtures/in-process-journal.ts';
import { temporaryDirectory } from '../../journal/fixtures/temporary-directory.ts';
import type { GradedProof, GradedSet, HumanGrade } from '../../problems/graded/graded-proof.ts';
import { problemNumber } from '../../prove/fixtures/settings.ts';
import type { Arm, OpenArm } from './arm.ts';
import { calibrateSet } from './calibrate-set.ts';
import { calibrationSet } from './calibration-set.ts';
import { calibrationTables } from './calibration-tables.ts';
import { tasksOf } from './gradings.ts';
import { type CalibrationOutcome, runCalibration } from './run-calibration.ts';

function graded(
  problem: number,
  proof: string,
  grade: number | boolean | readonly number[],
  maximum = 7,
): GradedProof {
  const ratings = typeof grade === 'boolean' ? [] : [grade].flat().map((points) => (points * 7) / maximum);
  const human: HumanGrade =
    typeof grade === 'boolean'
      ? { kind: 'label', isCorrect: grade }
      : { kind: 'points', points: ratings.reduce((a, b) => a + b, 0) / ratings.length, ratings, maximum };
  const id = `${problem}/${proof}`;
  return { id, problem: problemNumber(problem), proof, grade: human, grader: 'human', author: 'm', tags: {} };
}

function setOf(...proofs: readonly GradedProof[]): GradedSet {
  return {
    ...{ name: 'toys', version: '1', proofs, ungraded: 1, faults: [], warnings: [], digest: 'd'.repeat(64) },
    source: { spec: 'toys', files: [], licence: 'none', attribution: 'none', checked: 'given' },
  };
}

/** Points by proof and how often it was asked; undefined where it cannot be read. */
function armOf(name: string, points: (proof: string, asked: number) => number | undefined) {
  const asked = new Map<string, number>();
  const arm: Arm = {
    ...{ spec: name, name, judge: name, style: undefined, effort: undefined, reference: undefined },
    missing: () => undefined,
  };
  const judge: OpenArm['judge'] = {
    ...{ name, models: [] },
    async grade(_, proof): Promise<Grade> {
      const count = asked.get(proof) ?? 0;
      asked.set(proof, count + 1);
      const given = points(proof, count);
      return given === undefined
        ? { kind: 'ungraded', cause: 'unparsable', detail: 'hm', grader: name }
        : { kind: 'graded', points: given, report: '', items: [], grader: name };
    },
  };
  return { arm, judge, asked };
}

async function sitting(
  t: Parameters<typeof temporaryDirectory>[0],
  set: GradedSet,
  arms: readonly ReturnType<typeof armOf>[],
  repeats = 1,
  directory = temporaryDirectory(t),
) {
  const journal = openInProcess(directory);
  const own = calibrationSet(set, { seed: 1 });
  let outcome: CalibrationOutcome;
  try {
    outcome = await runCalibration({
      ...{ arms, tasks: tasksOf(own), repeats, journal, parallel: 2, seed: 1, graceSeconds: 0 },
      ...{ budgets: { run: {}, problem: {}, sitting: {} }, stopping: new AbortController().signal },
    });
  } finally {
    await journal.close();
  }
  const { records } = outcome;
  return calibrateSet({
    ...{ set: own, arms: arms.map(({ arm }) => arm), repeats, records, seed: 1, resamples: 200 },
  });
}

/** The references' worked example: mean absolute error 1.5, classes 0.5, advantage error 2.0833. */
const example = setOf(
  graded(1, 'aa', 7),
  graded(1, 'b', 0),
  graded(1, 'cccc', 3),
  graded(2, 'dd', 6),
  graded(2, 'eeeee', 6),
  graded(3, 'fff', 4),
);
const given: Readonly<Record<string, number>> = { aa: 7, b: 1, cccc: 2, dd: 7, eeeee: 0, fff: 4 };

test('the reference’s worked example, beside graders that read nothing', async (t) => {
  const result = await sitting(t, example, [armOf('j', (proof) => given[proof])]);
  const [judge] = result.arms;
  const figures = judge?.agreement.figures;
  assert.equal(figures?.meanAbsolute?.estimate, 1.5);
  assert.equal(figures.classAccuracy?.estimate, 0.5);
  assert.equal(figures.advantageError?.estimate.toFixed(4), '2.0833');
  assert.deepEqual(
    result.baselines.map(({ name }) => name),
    ['always 0', 'always 7', 'always the mean of the set'],
  );
  const errors = result.baselines.map(({ agreement }) => agreement.figures.advantageError?.estimate);
  // Mean over the two problems of mean |yᵢ − ȳ|: 22/9 and 0.
  for (const error of errors) assert.ok(Math.abs((error ?? 0) - 11 / 9) < 1e-12);
  assert.ok(Math.abs((judge?.skill?.estimate ?? 0) - (1 - 2.083333 / (11 / 9))) < 1e-5);
  assert.match(
    result.set.notes.join(' '),
    /2 problems have several proofs.*at 1 of them people gave all proofs the same/,
  );
});

test('NULL-NOT-ZERO: what a judge could not grade is in no figure, and counted with its cause', async (t) => {
  const whole = armOf('j', (proof) => given[proof]);
  const broken = armOf('k', (proof) => (proof === 'b' ? undefined : given[proof]));
  const result = await sitting(t, example, [whole, broken]);
  const [, second] = result.arms;
  assert.equal(second?.agreement.coverage.compared, 5);
  assert.deepEqual([second?.cost.ungraded, second?.cost.causes], [1, [['unparsable', 1]]]);
  // The pair is compared on what both graded, where they are one.
  assert.equal(result.comparison?.shared, 5);
  for (const { pairs } of result.comparison?.comparisons ?? [])
    assert.equal(pairs[0]?.difference.estimate, 0);
});

test('PAY-ONCE: a run goes on with what is missing, and more repeats ask only those', async (t) => {
  const directory = temporaryDirectory(t);
  const judge = armOf('j', (proof, asked) =>
    proof === 'b' && asked === 0 ? undefined : (given[proof] ?? 0),
  );
  await sitting(t, example, [judge], 1, directory);
  assert.deepEqual([...judge.asked.values()], [1, 1, 1, 1, 1, 1]);
  const again = await sitting(t, example, [judge], 2, directory);
  assert.deepEqual(Object.fromEntries(judge.asked), { aa: 2, b: 3, cccc: 2, dd: 2, eeeee: 2, fff: 2 });
  assert.deepEqual([again.arms[0]?.stability?.retested, again.arms[0]?.stability?.same?.estimate], [6, 1]);
});

test('advantages are told within one grading of a problem, never across repeats', async (t) => {
  // Each repeat is a constant too generous, another one each time.
  const set = setOf(graded(1, 'a', 0), graded(1, 'b', 3), graded(2, 'c', 1), graded(2, 'd', 4));
  const people: Readonly<Record<string, number>> = { a: 0, b: 3, c: 1, d: 4 };
  const result = await sitting(t, set, [armOf('j', (proof, asked) => (people[proof] ?? 0) + asked)], 3);
  assert.equal(result.arms[0]?.agreement.figures.advantageError?.estimate, 0);
  assert.equal(result.arms[0]?.agreement.figures.bias?.estimate, 1);
  assert.equal(result.arms[0]?.stability?.same?.estimate, 0);
});

test('labels and other scales are mapped, and the mapping is said', async (t) => {
  const labels = setOf(
    graded(1, 'a', true),
    graded(1, 'b', false),
    graded(2, 'c', true),
    graded(2, 'd', false),
  );
  const points: Readonly<Record<string, number>> = { a: 6, b: 5, c: 7, d: 1 };
  const result = await sitting(t, labels, [armOf('j', (proof) => points[proof])]);
  assert.equal(result.set.threshold, 6);
  const figures = result.arms[0]?.agreement.figures;
  assert.deepEqual(
    [figures?.exact?.estimate, figures?.advantageError?.estimate, figures?.localConsistency?.estimate],
    [1, 0, 1],
  );
  // Of the points as they are: 5 and 6 are nearly the same.
  assert.ok((figures?.pearson?.estimate ?? 1) < 0.9);
  assert.match(result.set.notes.join(' '), /that is 7 or 0, and a judge says right from 6 points on/);

  const scaled = setOf(
    graded(1, 'a', 21, 21),
    graded(1, 'b', 11, 21),
    graded(2, 'c', [7, 4]),
    graded(2, 'd', [0, 0]),
  );
  const other = await sitting(t, scaled, [armOf('j', (proof) => ({ a: 7, b: 4, c: 5, d: 0 })[proof])]);
  assert.match(other.set.notes.join(' '), /2 grades on 0 to 21 were multiplied by 7\/21/);
  // 11/3 counts as 4 and 5.5 as 5 where whole points are compared; errors are of the grade as it is.
  assert.equal(other.arms[0]?.agreement.figures.exact?.estimate, 1);
  assert.ok(
    Math.abs((other.arms[0]?.agreement.figures.meanAbsolute?.estimate ?? 0) - (1 / 3 + 0.5) / 4) < 1e-12,
  );
  const people = other.baselines.find(({ name }) => name === 'one person against another');
  assert.deepEqual(
    [people?.agreement.coverage.compared, people?.agreement.figures.meanAbsolute?.estimate],
    [2, 1.5],
  );

  const mixed = setOf(graded(1, 'a', true), graded(1, 'b', 3));
  assert.throws(() => calibrationSet(mixed, { seed: 1 }), /1 of its 2 proofs are labelled/);
});

test('where every problem has one proof there is no advantage error, which is not an error of 0', async (t) => {
  const set = setOf(graded(1, 'a', 7), graded(2, 'b', 0));
  const result = await sitting(t, set, [armOf('j', () => 7)]);
  assert.equal(result.arms[0]?.agreement.figures.advantageError, undefined);
  assert.ok(result.baselines.every(({ agreement }) => agreement.figures.advantageError === undefined));
  assert.match(result.set.notes.join(' '), /there are no advantages/);
});

test('a limit takes whole problems, the same ones for the same seed', () => {
  const proofs = Array.from({ length: 20 }, (_, p) => [graded(p + 1, 'a', 0), graded(p + 1, 'b', 7)]).flat();
  const limited = calibrationSet(setOf(...proofs), { seed: 3, limit: 8 });
  assert.deepEqual(limited, calibrationSet(setOf(...proofs), { seed: 3, limit: 8 }));
  const problems = Map.groupBy(limited.proofs, ({ problem }) => problem.id);
  assert.deepEqual([limited.proofs.length, problems.size], [8, 4]);
  assert.match(limited.notes[0] ?? '', /^8 of 40 proofs/);
});

test('the tables have the paper’s forms where styles and references differ', async (t) => {
  const variants = (['simple', 'gimo'] as const).flatMap((style) =>
    [true, false].map((reference) => {
      const open = armOf(`j-${style}-${reference}`, (proof) => given[proof]);
      return { ...open, arm: { ...open.arm, judge: 'rl', style, reference } };
    }),
  );
  const result = await sitting(t, example, variants);
  const tables = calibrationTables([result]).map(({ title }) => title);
  assert.ok(tables.some((title) => title.includes('Table 4')));
  const five = calibrationTables([result]).find(({ title }) => title.includes('Table 5'));
  assert.deepEqual(
    five?.columns.map(({ heading }) => heading),
    ['judge', 'with reference', 'without reference'],
  );
  assert.match(markdownTable(five ?? { title: '', columns: [], rows: [], notes: [] }), /rl · gimo \| 2\.08/);
});
