import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gradeSchema } from '../grade/grade.ts';
import { type Problem, problemSchema } from '../problems/problem.ts';
import { Random } from '../stats/random.ts';
import { assessProof } from './assess.ts';
import { exactGrader, gradeExactly } from './exact-grader.ts';
import { generateProblem, LAB_PROFILES } from './generator.ts';
import { toProblem } from './problem.ts';
import { gradingSchemeOf } from './scheme.ts';
import { carelessAttempt, STUDENTS } from './student.ts';
import { teacherAttempt } from './teacher.ts';
import { parseProof, parseStatement, renderSteps } from './text.ts';
import type { LabProblem } from './world.ts';

// Five steps; D ends in E, F is a distractor's premise, T a result that never comes.
const STATEMENT =
  'Given A, B. Rules: A gives C. C and B give G. G gives H. H gives I. I gives J. A gives D. D gives E. F gives H. F gives T. Prove J.';
const FULL = 'A gives C. C and B give G. G gives H. H gives I. I gives J.';

function lab(statement: string): LabProblem {
  const parsed = parseStatement(statement);
  assert.ok(parsed.ok);
  return parsed.problem;
}

function assess(proof: string, statement = STATEMENT) {
  const { points, verdicts } = assessProof(
    lab(statement),
    parseProof(proof).map(({ step }) => step),
  );
  return {
    points,
    labels: verdicts.map(({ label }) => label),
    reasons: verdicts.map(({ reason }) => reason),
  };
}

test('a clean derivation earns all points, with premises in either order', () => {
  assert.deepEqual(assess(FULL), {
    points: 7,
    labels: ['ok', 'ok', 'ok', 'ok', 'ok'],
    reasons: ['checkpoint', 'checkpoint', 'checkpoint', 'checkpoint', 'conclusion'],
  });
  assert.equal(assess(FULL.replace('C and B', 'B and C')).points, 7);
});

test('one bad step makes the proof worth nothing, whatever the reason', () => {
  const last = (proof: string) => {
    const { points, labels, reasons } = assess(proof);
    return { points, label: labels.at(-1), reason: reasons.at(-1) };
  };
  const bad = (reason: string) => ({ points: 0, label: 'bad', reason });
  assert.deepEqual(last(`${FULL} so we are done`), bad('unparsable'));
  assert.deepEqual(last(`${FULL} none.`), bad('unparsable'));
  assert.deepEqual(last('A gives C. C gives G.'), bad('rule-not-given'));
  assert.deepEqual(last('A gives C. C and C give G.'), bad('rule-not-given'));
  assert.deepEqual(last('A and A give C.'), bad('rule-not-given'));
  assert.deepEqual(last('A gives C. H gives I.'), bad('premise-not-established'));
  assert.deepEqual(last('F gives H.'), bad('premise-not-established'));
  assert.equal(assess(FULL.replace('A gives C. ', '')).points, 0, 'a needed step left out');
  assert.equal(assess(`F gives T. ${FULL}`).points, 0, 'a bad step that nothing rests on');
});

test('assuming the goal and going in a circle are called by their names', () => {
  const statement = 'Given A. Rules: A gives B. B gives C. C gives D. D gives B. D gives E. Prove D.';
  assert.deepEqual(assess('D gives B. B gives C. C gives D.', statement).reasons, [
    'assumes-goal',
    'premise-not-established',
    'premise-not-established',
  ]);
  const circle = 'Given A. Rules: A gives B. B gives C. C gives D. D gives C. D gives E. Prove E.';
  const { points, reasons } = assess('D gives C. C gives D. D gives E.', circle);
  assert.equal(points, 0);
  assert.equal(reasons[0], 'circular');
  // Out of order is not circular: C is established later, without this step.
  assert.equal(assess('C gives D. A gives B. B gives C.', circle).reasons[0], 'premise-not-established');
});

test('what rests on a bad step is bad too', () => {
  assert.deepEqual(assess('C and B give G. G gives H. A gives C.').labels, ['bad', 'bad', 'ok']);
});

test('a complete proof loses a point for each extra step and keeps at least one', () => {
  assert.deepEqual(assess(`A gives D. ${FULL}`).reasons[0], 'irrelevant');
  assert.equal(assess(`A gives D. ${FULL}`).points, 6);
  assert.equal(assess(`A gives D. D gives E. ${FULL}`).points, 5);
  const repeated = assess(FULL.replace('G gives H.', 'G gives H. A gives C.'));
  assert.deepEqual([repeated.points, repeated.reasons[3]], [6, 'repeated']);
  const after = assess(`${FULL} A gives D.`);
  assert.deepEqual([after.points, after.reasons.at(-1)], [6, 'after-goal']);
  assert.equal(assess(`${FULL}${' A gives C.'.repeat(9)}`).points, 1);
});

test('valid work without the conclusion earns its share of three points, rounded down', () => {
  // Four checkpoints: 3/4 of a point each.
  assert.equal(assess('A gives C.').points, 0);
  assert.equal(assess('A gives C. C and B give G.').points, 1);
  assert.equal(assess('A gives C. C and B give G. G gives H.').points, 2);
  assert.equal(assess('A gives C. C and B give G. G gives H. H gives I.').points, 3);
  assert.deepEqual(assess('A gives D. D gives E.'), {
    points: 0,
    labels: ['ok', 'ok'],
    reasons: ['valid', 'valid'],
  });
  assert.equal(assess('A gives C. C and B give G. A gives D. G gives H.').points, 2, 'a dead end is free');
  assert.equal(assess('A gives C. C and B give G. A gives C.').points, 0, 'a repetition is not');
  assert.equal(
    assess('A gives B.', 'Given A. Rules: A gives C. A gives B. Prove C.').points,
    0,
    'no checkpoints',
  );
});

test('the scheme adds up to 7: three points for what lies between, four for the conclusion', () => {
  const random = new Random('scheme');
  for (const steps of [1, 2, 3, 4, 5, 6, 7]) {
    const problem = generateProblem(LAB_PROFILES.main, random, steps);
    const scheme = problemSchema.parse(toProblem(problem, 'x')).scheme;
    assert.ok(scheme);
    assert.deepEqual(scheme, gradingSchemeOf(problem), 'the problem schema keeps it as it is');
    const points = scheme.checkpoints.map((checkpoint) => checkpoint.points);
    assert.equal(points.length, steps);
    assert.ok(Math.abs(points.reduce((sum, p) => sum + p, 0) - 7) < 1e-9);
    assert.equal(points.at(-1), steps === 1 ? 7 : 4);
    assert.equal(scheme.zeroCredit.length, 3);
    assert.equal(scheme.deductions[0]?.points, 1);
  }
});

test('the items of a grade add up to its points, and the grade is a valid one', () => {
  const random = new Random('items');
  for (let i = 0; i < 1000; i += 1) {
    const problem = generateProblem(random.pick([LAB_PROFILES.main, LAB_PROFILES.quick]), random);
    const { proof } = random.chance(0.5)
      ? carelessAttempt(problem, random, { ...STUDENTS.main, errorRate: 0.02 })
      : teacherAttempt(problem, random);
    const text = renderSteps([...proof, ...(random.chance(0.2) ? proof : [])]);
    const grade = gradeExactly(problem, text);
    assert.deepEqual(gradeSchema.parse(grade), grade);
    assert.ok(Number.isInteger(grade.points));
    const sum = grade.items.reduce((total, item) => total + item.points, 0);
    assert.ok(Math.abs(sum - grade.points) < 1e-9, `${sum} and ${grade.points}: ${grade.report}`);
  }
});

test('another derivation than the shortest one earns all points too', () => {
  const statement = 'Given A. Rules: A gives B. B gives C. A gives D. D gives E. E gives C. Prove C.';
  const grade = gradeExactly(lab(statement), 'A gives D. D gives E. E gives C.');
  assert.equal(grade.points, 7);
  assert.equal(
    grade.items.reduce((sum, item) => sum + item.points, 0),
    7,
  );
});

test('the grader reads two texts, explains itself, and tells no proof from no problem', async () => {
  const problem = toProblem(lab(STATEMENT), 'lab-1');
  const context = { seed: 1 };
  const good = await exactGrader.grade(
    problem,
    `\n${FULL.replace('G gives H.', 'G gives H. A gives D.')} `,
    context,
  );
  assert.ok(good.kind === 'graded');
  assert.equal(good.points, 6);
  assert.match(good.report, /\*\*6 of 7 points\.\*\*/);
  assert.match(good.report, /`A gives D\.`: extra: the goal does not rest on it \(−1\)/);
  const part = await exactGrader.grade(problem, 'A gives C. C and B give G.', context);
  assert.ok(part.kind === 'graded');
  assert.match(part.report, /Not established: H, I, J\./);

  const empty = await exactGrader.grade(problem, ' \n', context);
  assert.deepEqual([empty.kind, empty.kind === 'graded' && empty.points], ['graded', 0]);
  const other: Problem = { ...problem, statement: 'Prove that 1 + 1 = 2.' };
  const ungraded = await exactGrader.grade(other, FULL, context);
  assert.ok(ungraded.kind === 'ungraded', 'NULL-NOT-ZERO');
  assert.equal(ungraded.cause, 'unparsable');
});

test('a checkpoint that was established beside the way taken costs its point, and the reasons say so', () => {
  const parsed = parseStatement('Given A. Rules: A gives B. B gives C. A gives D. D gives C. Prove C.');
  assert.ok(parsed.ok);
  const grade = gradeExactly(parsed.problem, 'A gives B. A gives D. D gives C.');
  assert.equal(grade.points, 6);
  assert.deepEqual(
    grade.items.map(({ what }) => what).filter((what) => what === 'least credit'),
    [],
  );
  assert.equal(
    grade.items.reduce((total, item) => total + item.points, 0),
    6,
  );
});
