/**
 * Comparisons as the browser gets them, over run directories with known scores: the figures are those of `qed compare`, what is
 * ungraded is never 0, and damage is told by name.
 */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { recordedProblems, recordRun } from '../../bench/fixtures/recorded-run.ts';
import { openInProcess } from '../../journal/fixtures/in-process-journal.ts';
import { temporaryDirectory } from '../../journal/fixtures/temporary-directory.ts';
import type { EvaluationRecord } from '../../recipe/stages/evaluate.ts';
import { NotFoundError } from '../not-found-error.ts';
import { proofOf } from '../proof/proof-of.ts';
import { Workplace } from '../workplace.ts';
import { compareChoices } from './choices.ts';
import { comparedProblemPage, comparedSystems, comparisonFiles } from './compared.ts';

const problems = recordedProblems(6);

function workplaceOf(t: TestContext, folder: string): Workplace {
  const workplace = new Workplace({ folder });
  t.after(() => workplace.close());
  return workplace;
}

async function twoBenchRuns(root: string): Promise<void> {
  await recordRun(path.join(root, 'one'), { problems, points_P_R: problems.map(() => [7, 0]) });
  await recordRun(path.join(root, 'two'), {
    problems,
    scaffold: 'rsa(n=8)',
    points_P_R: problems.map((_, p) => (p === 0 ? [null, 7] : p === 1 ? [undefined, 7] : [7, 7])),
    completionTokens: 400,
    dollars: 2,
  });
}

interface Evaluated {
  readonly checkpoint: EvaluationRecord['checkpoint'];
  readonly scores: readonly (number | null)[];
}

/** A recipe run as its stage `evaluate` leaves it; a statement for each problem. */
async function recipeRun(directory: string, statements: readonly string[], evaluated: readonly Evaluated[]) {
  mkdirSync(path.join(directory, 'data'), { recursive: true });
  writeFileSync(path.join(directory, 'recipe.yaml'), 'name: r\ndata:\n  kind: lab\n  profile: tiny\n');
  const lines = statements.map((statement, p) =>
    JSON.stringify({ id: `t${p}`, statement, tags: { steps: 2 + (p % 2) } }),
  );
  writeFileSync(path.join(directory, 'data', 'test.jsonl'), `${lines.join('\n')}\n`);
  const journal = openInProcess(directory);
  for (const { checkpoint, scores } of evaluated) {
    const record: EvaluationRecord = {
      ...{ checkpoint, scaffold: 'single', first: [] },
      problems: statements.map((_, p) => ({ id: `t${p}`, steps: 2 + (p % 2) })),
      turns: scores.map((score) => [[[score, 30, false]], [[score, 50, true]]]),
    };
    await journal.append('evaluation', `${checkpoint}/single`, {
      value: { score: 0 },
      payload: new TextEncoder().encode(JSON.stringify(record)),
    });
  }
  await journal.close();
}

test('benchmark runs of one suite stand side by side with tests, cost and the problems that made the difference', async (t) => {
  const root = temporaryDirectory(t);
  await twoBenchRuns(root);
  const workplace = workplaceOf(t, root);
  const { suites } = await compareChoices.read(workplace, {});
  assert.deepEqual(
    suites.map(({ name, systems }) => [name, systems.map(({ path: own }) => own)]),
    [['s', ['one', 'two']]],
  );
  const systems = suites[0]?.key ?? '';
  const [suite] = (await comparedSystems.read(workplace, { systems })).suites;
  assert.deepEqual(
    suite?.systems.map(({ name, score }) => [name, score.mean?.estimate]),
    [
      ['m', 50],
      ['m + rsa', 100],
    ],
  );
  assert.deepEqual(
    suite?.pairs.map(({ better, worse, problems: shared }) => [better, worse, shared]),
    [[1, 0, 6]],
  );
  assert.deepEqual(suite?.front, { tokens: [0, 1], dollars: [0, 1] });
  assert.deepEqual(
    suite?.parts.map(({ tag }) => tag),
    ['category', 'year'],
  );
  const page = await comparedProblemPage.read(workplace, { systems, suite: '0', page: '0' });
  assert.deepEqual(page.rows[2]?.points, [
    [7, 0],
    [7, 7],
  ]);
  // The cell leads to the proof of the second attempt.
  const proof = await proofOf.read(workplace, { run: 'two', id: `${page.rows[2]?.proofs[1]}1` });
  assert.deepEqual([proof.problem.id, proof.attempt], ['p2', 2]);
  const { markdown, latex, csv, json } = await comparisonFiles.read(workplace, { systems });
  for (const text of [markdown, latex, csv, json]) assert.match(text, /m \+ rsa/);
});

test('NULL-NOT-ZERO: what has no grade is null, what is missing is told apart, and both bound the score', async (t) => {
  const root = temporaryDirectory(t);
  await twoBenchRuns(root);
  const workplace = workplaceOf(t, root);
  const [suite] = (await comparedSystems.read(workplace, { systems: 'two' })).suites;
  const [system] = suite?.systems ?? [];
  assert.deepEqual(
    [system?.counts.missing, system?.counts.ungraded],
    [1, [{ cause: 'unparsable', count: 1 }]],
  );
  assert.ok((system?.bounds?.low ?? 100) < 100);
  const page = await comparedProblemPage.read(workplace, { systems: 'two', suite: '0', page: '0' });
  assert.deepEqual(
    page.rows.slice(0, 2).map(({ points }) => points),
    [[[null, 7]], [[-1, 7]]],
  );
});

test('evaluations of a recipe are systems; calls and prices that nobody recorded are unknown', async (t) => {
  const root = temporaryDirectory(t);
  await recipeRun(
    path.join(root, 'r'),
    ['A', 'B', 'C'],
    [
      { checkpoint: 'sft', scores: [0, 0, null] },
      { checkpoint: 'rl', scores: [1, 1, 1] },
    ],
  );
  const workplace = workplaceOf(t, root);
  const [suite] = (await comparedSystems.read(workplace, { systems: 'r' })).suites;
  assert.equal(suite?.name, 'lab-tiny-test');
  assert.deepEqual(
    suite?.systems.map(({ name, score }) => [name, score.mean?.estimate]),
    [
      ['sft', 0],
      ['rl', 100],
    ],
  );
  const [sft] = suite?.systems ?? [];
  assert.deepEqual(sft?.cost, {
    calls: null,
    tokens: 40,
    dollars: null,
    cut: 0.5,
    judgeTokens: null,
    judgeDollars: null,
  });
  assert.equal(sft?.score.ungraded, 2);
});

test('two recipe runs that mean other statements by one id are not compared on it', async (t) => {
  const root = temporaryDirectory(t);
  const scores = [1, 1, 1];
  await recipeRun(path.join(root, 'a'), ['A', 'B', 'C'], [{ checkpoint: 'rl', scores }]);
  await recipeRun(path.join(root, 'b'), ['A', 'X', 'Y'], [{ checkpoint: 'rl', scores: [0, 0, 0] }]);
  const workplace = workplaceOf(t, root);
  const [suite] = (await comparedSystems.read(workplace, { systems: 'a~0ab' })).suites;
  assert.deepEqual(
    suite?.systems.map(({ name }) => name),
    ['a rl', 'b rl'],
  );
  assert.deepEqual(
    suite?.pairs.map(({ problems: shared }) => shared),
    [1],
  );
  assert.equal(suite?.problems, 5);
});

test('a damaged run is told by name and leaves the others; a selection of nothing says what there is', async (t) => {
  const root = temporaryDirectory(t);
  await twoBenchRuns(root);
  mkdirSync(path.join(root, 'broken'));
  writeFileSync(path.join(root, 'broken', 'bench.json'), '{');
  mkdirSync(path.join(root, 'empty', 'data'), { recursive: true });
  writeFileSync(
    path.join(root, 'empty', 'bench.json'),
    JSON.stringify({
      suite: { name: 's', version: '1', kind: 'proof', scale: 'points' },
      models: {},
      scaffold: 'x',
    }),
  );
  const workplace = workplaceOf(t, root);
  const { suites, troubles } = await compareChoices.read(workplace, {});
  assert.deepEqual(
    troubles.map(({ path: own }) => own),
    ['broken'],
  );
  assert.equal(suites[0]?.systems.length, 3);
  await assert.rejects(comparedSystems.read(workplace, { systems: 'empty' }), /problems\.jsonl/);
  await assert.rejects(comparedSystems.read(workplace, { systems: 'three' }), NotFoundError);
  await assert.rejects(comparedSystems.read(workplace, { systems: '~09other' }), /there are runs on s/);
  assert.equal((await comparedSystems.read(workplace, { systems: 'one' })).suites.length, 1);
});

test('the static site has the suite, the runs and the pair', async (t) => {
  const root = temporaryDirectory(t);
  await twoBenchRuns(root);
  const workplace = workplaceOf(t, root);
  const names: string[] = [];
  for await (const { systems } of comparedSystems.instances(workplace)) names.push(systems);
  assert.deepEqual(names, ['~09s', 'one', 'two', 'one~0atwo']);
});
