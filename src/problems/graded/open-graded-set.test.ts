/** Graded proofs in every published form, with invented problems; what has no grade is never a 0. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../../journal/fixtures/temporary-directory.ts';
import { hubServer } from '../remote/fixtures/hub-server.ts';
import { SuiteError } from '../suites/suite-error.ts';
import type { GradedSet } from './graded-proof.ts';
import { builtInGradedSets, openGradedSet } from './open-graded-set.ts';

const jsonl = (...rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

function fileOf(context: TestContext, content: string, name = 'toys.jsonl'): string {
  const file = path.join(temporaryDirectory(context), name);
  writeFileSync(file, content);
  return file;
}

const opened = (context: TestContext, ...rows: readonly object[]): Promise<GradedSet> =>
  openGradedSet(fileOf(context, jsonl(...rows)), { environment: {} });

const gradesOf = ({ proofs }: GradedSet) =>
  proofs.map(({ id, grade }) => [id, grade.kind === 'points' ? grade.points : grade.isCorrect]);

const toy = { problem_id: 'toy-1', problem: 'Prove it.' };

test('MathArena’s two judges give their mean, on the scale of 7', async (context) => {
  const row = {
    problem_idx: '3',
    problem: 'Prove it.',
    model_name: 'm',
    answer: 'So.',
    idx_answer: 0,
    max_points_judge_1: 10,
  };
  const set = await opened(
    context,
    { ...row, points_judge_1: 10, points_judge_2: 5 },
    { ...row, idx_answer: 1, points_judge_1: 0, points_judge_2: null },
    { ...row, idx_answer: 2, points_judge_1: null, points_judge_2: null },
  );
  assert.deepEqual(gradesOf(set), [
    ['3/m', 5.25],
    ['3/m#2', 0],
  ]);
  assert.deepEqual(set.proofs[0]?.grade, { kind: 'points', points: 5.25, ratings: [7, 3.5], maximum: 10 });
  assert.deepEqual(
    [set.ungraded, set.proofs[0]?.proof, set.proofs[0]?.problem.answer],
    [1, 'So.', undefined],
  );
});

test('ProofBench’s experts and the grader benchmarks with a scheme in parts', async (context) => {
  const expert = await opened(context, {
    ...{ ...toy, generator: 'o3', model_solution: 'So.', reference_solution: 'Ref.', expert_rating: 4 },
    ...{ marking_scheme: '7 points', metadata: { contest: 'TOY', contest_year: '2024' }, response_number: 1 },
  });
  assert.deepEqual(gradesOf(expert), [['toy-1/o3', 4]]);
  const { problem } = expert.proofs[0] ?? {};
  assert.deepEqual(
    [problem?.guidelines, problem?.solutions, problem?.tags.contest],
    ['7 points', ['Ref.'], 'TOY'],
  );
  const details = [
    { title: 'a', max_points: 3, points: 1, desc: 'said', grading_scheme_desc: 'asked' },
    { title: 'b', max_points: 4, points: 4, desc: 'said', grading_scheme_desc: 'asked' },
  ];
  const parts = await opened(context, {
    problem_idx: '1',
    problem: 'Prove it.',
    answer: 'So.',
    details,
    points: 5,
  });
  assert.deepEqual(gradesOf(parts), [['1', 5]]);
  assert.equal(parts.proofs[0]?.problem.scheme?.checkpoints[0]?.description, 'a: asked');
});

test('one’s own: points of a maximum, or correct', async (context) => {
  const set = await opened(
    context,
    { ...toy, proof: 'So.', points: 6, maximum: 12, author: 'ada', proof_id: 'x' },
    { ...toy, proof: '', points: 0 },
    { ...toy, proof: 'So.', correct: true },
  );
  assert.deepEqual(gradesOf(set), [
    ['x', 3.5],
    ['toy-1', 0],
    ['toy-1#2', true],
  ]);
  assert.ok(set.proofs[0]?.problem === set.proofs[1]?.problem);
});

test('a grade that is missing is counted, one off its scale is a fault; neither is a 0', async (context) => {
  const set = await opened(
    context,
    { ...toy, proof: 'So.', points: null },
    { ...toy, proof: 'So.', points: 8 },
    { ...toy, proof: 'So.', points: 'many' },
    { ...toy, proof: 'So.', correct: 'perhaps' },
    { ...toy, proof: null, points: 3 },
    { problem_id: 'b', proof: 'So.', points: 3 },
    { ...toy, proof: 'So.', points: '7' },
  );
  assert.deepEqual([gradesOf(set), set.ungraded], [[['toy-1', 7]], 1]);
  assert.deepEqual(
    set.faults.map(({ at, action, detail }) => `${at} ${action}: ${detail}`),
    [
      'line 2 excluded: its points are 8, where 0 to 7 is expected',
      'line 3 excluded: its points are "many", where 0 to 7 is expected',
      'line 4 excluded: its label is "perhaps", where correct or incorrect is expected',
      'line 5 excluded: its proof is missing or is not text',
      'line 6 excluded: its problem cannot be read: the statement is empty',
    ],
  );
  await assert.rejects(
    opened(context, { ...toy, proof: 'So.', points: null }),
    /no proof in it has a grade \(1 have none, 0 are faulty\)/,
  );
});

test('a file of another form is refused with the forms that are known', async (context) => {
  await assert.rejects(
    opened(context, toy),
    (error) =>
      error instanceof SuiteError &&
      /line 1 is no graded proof.*IMO-GradingBench, ProofBench/.test(error.message),
  );
  await assert.rejects(openGradedSet('imo-proofbench', { environment: {} }), /its proofs have no grades/);
});

test('a directory is all its tables; a set of the hub is pinned by the run', async (context) => {
  const directory = path.join(temporaryDirectory(context), 'toys');
  mkdirSync(directory);
  writeFileSync(path.join(directory, 'b.jsonl'), jsonl({ ...toy, proof: 'So.', points: 1 }));
  writeFileSync(path.join(directory, 'a.csv'), 'problem_id,problem,proof,points\ntoy-2,Prove that.,So.,2\n');
  writeFileSync(path.join(directory, 'README.md'), 'about');
  const set = await openGradedSet(directory, { environment: {} });
  assert.deepEqual(
    [set.name, gradesOf(set)],
    [
      'toys',
      [
        ['toy-2', 2],
        ['toy-1', 1],
      ],
    ],
  );

  const server = await hubServer(context, temporaryDirectory(context));
  const row = { ...toy, generator: 'o3', model_solution: 'So.', expert_rating: 4 };
  const publish = (digit: string, ...rows: readonly object[]) =>
    server.publish('wenjiema02/ProofBench', 'main', {
      sha: digit.repeat(40),
      files: { 'train.jsonl': jsonl(...rows) },
    });
  const lockFile = path.join(directory, 'suites.lock.json');
  publish('a', row);
  const first = await openGradedSet('proofbench-graded', { environment: server.environment, lockFile });
  assert.deepEqual(
    [first.name, first.source.licence, first.source.checked],
    ['proofbench-graded', 'MIT', 'recorded'],
  );
  publish('b', row, row);
  const again = await openGradedSet('proofbench-graded', { environment: server.environment, lockFile });
  assert.deepEqual([again.digest, again.source.checked], [first.digest, 'locked']);
  assert.equal(builtInGradedSets.length, 4);
});
