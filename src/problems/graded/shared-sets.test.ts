/** Graded proofs as they are published. Skipped where ../shared/data is absent. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openSuite } from '../suites/open-suite.ts';
import type { GradedSet } from './graded-proof.ts';
import { openGradedSet } from './open-graded-set.ts';

const shared = fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const skip = existsSync(shared) ? false : '../shared/data is not here';
const open = (...parts: readonly string[]): Promise<GradedSet> =>
  openGradedSet(path.join(shared, ...parts), { environment: {} });

function countsOf(values: readonly (string | number)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

const pointsOf = ({ proofs }: GradedSet): number[] =>
  proofs.flatMap(({ grade }) => (grade.kind === 'points' ? [grade.points] : []));
const problemsOf = ({ proofs }: GradedSet): number => new Set(proofs.map(({ problem }) => problem.id)).size;

test('200 gradings of IMO-GradingBench: 0, 1, 6 and 7 points on 30 problems', { skip }, async () => {
  const set = await open('imo-gradingbench-200');
  assert.deepEqual(countsOf(pointsOf(set)), { 0: 70, 1: 49, 6: 11, 7: 70 });
  assert.deepEqual([set.proofs.length, problemsOf(set), set.ungraded, set.faults], [200, 30, 0, []]);
  const [first] = set.proofs;
  assert.match(first?.id ?? '', /^GB-\d{4}$/);
  assert.deepEqual(
    [first?.problem.tags.subset, first?.grader, typeof first?.problem.guidelines],
    ['Advanced', 'human', 'string'],
  );
});

test('84 proofs of DeepSeek-Math-V2, each contest on its own scale', { skip }, async () => {
  const set = await open('deepseek-math-v2', 'outputs');
  assert.deepEqual([set.proofs.length, problemsOf(set), set.faults], [84, 84, []]);
  const ofContest = (start: string) =>
    set.proofs.filter(({ problem }) => problem.id.startsWith(start)).map(({ grade }) => grade);
  assert.deepEqual(
    countsOf(ofContest('PB-Basic').map((grade) => (grade.kind === 'points' ? grade.points : -1))),
    { 6: 2, 7: 28 },
  );
  assert.deepEqual(ofContest('CMO2024-6'), [{ kind: 'points', points: 3, ratings: [3], maximum: 21 }]);
  assert.deepEqual(ofContest('Putnam2024-B5'), [
    { kind: 'points', points: 5.6, ratings: [5.6], maximum: 10 },
  ]);
  const basic = set.proofs.find(({ problem }) => problem.id === 'PB-Basic-001');
  assert.deepEqual(
    [basic?.author, basic?.tags, basic?.problem.tags.category],
    ['DeepSeek-Math-V2', { automaticRating: 1 }, 'Algebra'],
  );
});

test('433 labels of the Open Proof Corpus on 97 problems, by 5 models; one row has no problem', {
  skip,
}, async () => {
  const set = await open('open-proof-corpus/data/train/discrete/long/test.parquet');
  assert.deepEqual(
    set.faults.map(({ problem, at, detail }) => [problem, at, detail]),
    [['izho_2010_1', 'row 238', 'its statement reads "First solution.", which is no problem']],
  );
  const correct = set.proofs.filter(({ grade }) => grade.kind === 'label' && grade.isCorrect);
  const authors = new Set(set.proofs.map(({ author }) => author));
  assert.deepEqual([set.proofs.length, correct.length, problemsOf(set), authors.size], [433, 161, 97, 5]);
  assert.ok(set.proofs.every(({ problem }) => problem.statement.length > 20 && problem.scheme === undefined));
  assert.ok(
    set.proofs.every(({ proof, problem }) => !`${proof}${problem.statement}`.includes('### Model Solution')),
  );
  const tags = set.proofs.map(({ problem }) => problem.tags);
  assert.ok(tags.every(({ contest, year }) => typeof contest === 'string' && typeof year === 'number'));
  assert.ok(set.proofs.every(({ grade }) => grade.kind === 'label' && grade.threshold === 5));
  assert.equal(new Set(set.proofs.map(({ id }) => id)).size, 433);
});

test('USAMO 2025 as MathArena keeps it: 6 problems with schemes of 7 points and solutions, no gradings', {
  skip,
}, async () => {
  const suite = await openSuite(path.join(shared, 'matharena-usamo2025/data/usamo/usamo_2025'), {
    environment: {},
  });
  assert.deepEqual(
    [suite.name, suite.kind, suite.scale, suite.problems.length],
    ['usamo_2025', 'proof', 'points', 6],
  );
  assert.ok(suite.problems.every(({ scheme, solutions }) => scheme !== undefined && solutions.length === 1));
  assert.deepEqual(
    suite.faults.filter(({ severity }) => severity === 'corrupt'),
    [],
  );
});
