import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../journal/fixtures/temporary-directory.ts';
import { compareSystems } from './comparison.ts';
import { comparisonJson } from './comparison-json.ts';
import { comparisonTables } from './comparison-tables.ts';
import { type RecordedRun, recordedProblems, recordRun } from './fixtures/recorded-run.ts';
import { readSystem, SystemError } from './read-system.ts';
import { scoreCostPicture } from './score-cost-picture.ts';
import { textTable } from './tables/text-table.ts';

const problems = recordedProblems(6);
const all = (points: number | null | undefined, runs = 2) =>
  problems.map(() => Array<typeof points>(runs).fill(points));

async function systemsOf(root: string, runs: readonly Omit<RecordedRun, 'problems'>[]) {
  const systems = [];
  for (const [index, run] of runs.entries()) {
    const directory = path.join(root, `run-${index}`);
    await recordRun(directory, { problems, ...run });
    systems.push(await readSystem(directory));
  }
  return systems;
}

test('scores are percent of full marks, with the deviation of runs, and scaffolds beside their single turn', async (t) => {
  const systems = await systemsOf(temporaryDirectory(t), [
    { points_P_R: problems.map(() => [7, 0]), completionTokens: 100 },
    { points_P_R: all(7), scaffold: 'rsa(n=8)', completionTokens: 2184, dollars: 5 },
  ]);
  const [suite] = compareSystems(systems);
  const [single, rsa] = suite?.rows ?? [];
  assert.deepEqual([single?.name, rsa?.name], ['m', 'm + rsa']);
  assert.equal(single?.score.mean?.estimate, 50);
  assert.ok(Math.abs((single?.score.deviation ?? 0) - 100 / Math.SQRT2) < 1e-9);
  assert.deepEqual([rsa?.score.mean?.estimate, rsa?.relative, rsa?.cost?.dollars], [100, 21.84, 5]);
  assert.equal(suite?.pairs.length, 1);
  const [pair] = suite?.pairs ?? [];
  assert.deepEqual([pair?.better.name, pair?.difference.estimate, pair?.problems], ['m + rsa', 50, 6]);
  assert.deepEqual(
    single?.parts.map(({ tag, value }) => `${tag} ${value}`),
    ['category Algebra', 'category Geometry', 'year 2020', 'year 2021', 'year 2022'],
  );
});

test('NULL-NOT-ZERO: what is ungraded leaves the mean, is counted, and bounds the score', async (t) => {
  const points_P_R = problems.map((_, p) => (p === 0 ? [null, 7] : p === 1 ? [undefined, 7] : [7, 7]));
  const [system] = await systemsOf(temporaryDirectory(t), [{ points_P_R }]);
  const { wanted, missing, pending, ungraded } = system?.counts ?? assert.fail();
  assert.deepEqual([wanted, missing, pending, ungraded.graded], [12, 1, 0, 10]);
  assert.deepEqual(ungraded.byCause, [['unparsable', 1]]);
  const [suite] = compareSystems(system === undefined ? [] : [system]);
  const { score } = suite?.rows[0] ?? assert.fail();
  assert.equal(score.mean?.estimate, 100);
  assert.ok((score.bounds?.low ?? 100) < 100 && score.bounds?.high === 100);
  assert.match((suite?.warnings ?? []).join('\n'), /1 attempts are missing[\s\S]*no grade for 1 unparsable/);
});

test('a system has one name on all suites; settings and judges are named where they tell two apart', async (t) => {
  const points_P_R = all(1, 1);
  const systems = await systemsOf(temporaryDirectory(t), [
    { points_P_R, suite: 'proofs', judge: 'one' },
    { points_P_R, suite: 'answers', judge: 'other' },
    { points_P_R, suite: 'proofs', judge: 'one', scaffold: 'reasoning-cache(turns=3)' },
    { points_P_R, suite: 'proofs', judge: 'one', scaffold: 'reasoning-cache(turns=5)' },
    { points_P_R, suite: 'proofs', judge: 'one', scaffold: 'rsa(n=8)' },
    { points_P_R, suite: 'proofs', judge: 'other', scaffold: 'rsa(n=8)' },
  ]);
  const names = compareSystems(systems).flatMap(({ suite, rows }) =>
    rows.map(({ name }) => `${suite.name}: ${name}`),
  );
  assert.deepEqual(names, [
    'proofs: m',
    'proofs: m + reasoning-cache(turns=3)',
    'proofs: m + reasoning-cache(turns=5)',
    'proofs: m + rsa + judge one',
    'proofs: m + rsa + judge other',
    'answers: m',
  ]);
});

test('p-values of all pairs are corrected together, and the better system comes first', async (t) => {
  const points = (value: number) => ({ points_P_R: problems.map((_, p) => [value + (p % 2)]) });
  const systems = await systemsOf(temporaryDirectory(t), [
    { model: 'a', ...points(1) },
    { model: 'b', ...points(5) },
    { model: 'c', ...points(3) },
  ]);
  const [suite] = compareSystems(systems);
  const pairs = suite?.pairs ?? [];
  assert.deepEqual(
    pairs.map(({ better, worse }) => `${better.name}${worse.name}`),
    ['bc', 'ba', 'ca'],
  );
  // Six differences of one sign: 2 of 64 arrangements are as extreme; three tests.
  for (const { pValue, corrected } of pairs) {
    assert.ok(Math.abs(pValue - 2 / 64) < 1e-12);
    assert.ok(Math.abs(corrected - 6 / 64) < 1e-12);
  }
});

test('tables, JSON and a picture say the same of several suites', async (t) => {
  const systems = await systemsOf(temporaryDirectory(t), [
    { points_P_R: all(3), suite: 'proofs' },
    { points_P_R: all(7), suite: 'answers' },
    { points_P_R: all(5), suite: 'proofs', scaffold: 'reasoning-cache(turns=3)', completionTokens: 250 },
  ]);
  const suites = compareSystems(systems);
  const [scores, cost] = comparisonTables(suites);
  const text = textTable(scores ?? assert.fail());
  assert.match(text, /^system +proofs +answers$/m);
  assert.match(text, /^m +42\.9 \(0\.0\) \[23\.2, 69\.1\] +100\.0 \(0\.0\) \[54\.1, 100\.0\]$/m);
  assert.match(
    textTable(cost ?? assert.fail()),
    /^m \+ reasoning-cache +71\.4 +1 +1\.0 +250 +2\.50 +\$0\.5000 +25 +\$0\.0100$/m,
  );
  const json = JSON.stringify(comparisonJson(suites, true));
  assert.match(json, /"points":\[3,3\]/);
  const svg = scoreCostPicture(suites);
  assert.match(svg, /^<svg xmlns/);
  assert.match(svg, /m \+ reasoning-cache/);
  assert.doesNotMatch(svg, /NaN/);
});

test('what is no run, and a judge that has not graded, are said so', async (t) => {
  const root = temporaryDirectory(t);
  await assert.rejects(
    readSystem(root),
    (error) => error instanceof SystemError && /no run of qed bench/.test(error.message),
  );
  await recordRun(path.join(root, 'run'), { problems, points_P_R: all(1) });
  await assert.rejects(
    readSystem(path.join(root, 'run'), 'other'),
    /no judge other has graded it; there are judge-1/,
  );
});
