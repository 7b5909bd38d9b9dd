import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Grader } from '../grade/grade.ts';
import { Random } from '../stats/random.ts';
import { exactGrader } from './exact-grader.ts';
import { JUDGE_NOISE, noiseSchema, noisyGrader, withError } from './noisy-grader.ts';
import { toProblem } from './problem.ts';
import { parseStatement } from './text.ts';

const parsed = parseStatement('Given A. Rules: A gives B. B gives C. Prove C.');
assert.ok(parsed.ok);
const problem = toProblem(parsed.problem, 'lab-1');
const GOOD = 'A gives B. B gives C.';

test('a grade depends on seed, problem and proof alone, and its items still add up', async () => {
  const grader = noisyGrader(exactGrader);
  assert.equal(grader.name, 'noisy(exact)');
  const points: number[] = [];
  for (let seed = 0; seed < 200; seed += 1) {
    const grade = await grader.grade(problem, GOOD, { seed });
    assert.deepEqual(await grader.grade(problem, GOOD, { seed }), grade);
    assert.ok(grade.kind === 'graded');
    assert.equal(
      grade.items.reduce((sum, item) => sum + item.points, 0),
      grade.points,
    );
    if (grade.points !== 7) assert.match(grade.report, /simulated judge error: 7 became/);
    points.push(grade.points);
  }
  assert.ok(points.some((p) => p === 0) && points.some((p) => p === 5) && points.some((p) => p === 7));
});

test('no proof stays 0, and a failure stays a failure (NULL-NOT-ZERO)', async () => {
  const always = noiseSchema.parse({ falseCredit: 1, fullFalseCredit: 1 });
  for (let seed = 0; seed < 20; seed += 1) {
    const none = await noisyGrader(exactGrader, always).grade(problem, ' ', { seed });
    assert.ok(none.kind === 'graded' && none.points === 0);
  }
  const wrong = await noisyGrader(exactGrader, always).grade(problem, 'A gives C.', { seed: 1 });
  assert.ok(wrong.kind === 'graded' && wrong.points === 7, 'the errors are on');
  const failing: Grader = {
    name: 'failing',
    grade: async () => ({ kind: 'ungraded', cause: 'call-failed', detail: 'x', grader: 'failing' }),
  };
  const failed = await noisyGrader(failing, always).grade(problem, GOOD, { seed: 1 });
  assert.equal(failed.kind, 'ungraded');
});

test('without error rates it is the grader that it wraps', async () => {
  const none = noiseSchema.parse({ falseCredit: 0, falseReject: 0, middleSlip: 0, fullSlip: 0 });
  const grade = await noisyGrader(exactGrader, none).grade(problem, GOOD, { seed: 1 });
  assert.deepEqual(grade, {
    ...(await exactGrader.grade(problem, GOOD, { seed: 1 })),
    grader: 'noisy(exact)',
  });
});

test('the errors have their rates, and together the size that judges are reported to have', () => {
  const random = new Random('noise');
  const rate = (points: number, what: (noisy: number) => boolean): number =>
    Array.from({ length: 8000 }, () => withError(points, JUDGE_NOISE, random)).filter(what).length / 8000;
  const near = (actual: number, expected: number, tolerance: number) =>
    assert.ok(Math.abs(actual - expected) < tolerance, `${actual}, expected ${expected}`);
  near(
    rate(0, (p) => p > 0),
    JUDGE_NOISE.falseCredit,
    0.02,
  );
  near(
    rate(7, (p) => p === 0),
    JUDGE_NOISE.falseReject,
    0.02,
  );
  near(
    rate(7, (p) => p === 7),
    (1 - JUDGE_NOISE.falseReject) * (1 - JUDGE_NOISE.fullSlip),
    0.02,
  );
  assert.ok(rate(4, (p) => p === 4) < 0.5, 'middle grades are the least reliable');

  let absolute = 0;
  let advantage = 0;
  const groups = 20_000;
  for (let g = 0; g < groups; g += 1) {
    const exact = Array.from({ length: 4 }, () => {
      const kind = random.next();
      return kind < 0.6 ? 0 : kind < 0.75 ? random.integer(1, 6) : 7;
    });
    const errors = exact.map((points) => withError(points, JUDGE_NOISE, random) - points);
    const mean = errors.reduce((sum, error) => sum + error, 0) / 4;
    for (const error of errors) {
      assert.ok(Number.isInteger(error));
      absolute += Math.abs(error) / (4 * groups);
      advantage += Math.abs(error - mean) / (4 * groups);
    }
  }
  near(advantage, 1.21, 0.05);
  near(absolute, 0.95, 0.08);
});
