import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../stats/random.ts';
import { assessProof } from './assess.ts';
import { attemptText, type LabAttempt } from './attempt.ts';
import { generateProblem, LAB_PROFILES, type LabProfile } from './generator.ts';
import { carelessAttempt, STUDENTS } from './student.ts';
import { TEACHER, teacherAttempt } from './teacher.ts';
import { parseSteps } from './text.ts';
import { type LabProblem, labProblem } from './world.ts';

/** The profile that the feasibility study measured its authors on. */
const STUDY: LabProfile = { ...LAB_PROFILES.main, stepWeights: [0, 0.1, 0.15, 0.2, 0.2, 0.2, 0.15] };

function meanScore(
  profile: LabProfile,
  write: (problem: LabProblem, random: Random) => LabAttempt,
  count = 4000,
): number {
  const random = new Random('authors');
  let points = 0;
  for (let i = 0; i < count; i += 1) {
    const problem = generateProblem(profile, random);
    points += assessProof(problem, write(problem, random).proof).points;
  }
  return (100 * points) / (7 * count);
}

function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(
    Math.abs(actual - expected) <= tolerance,
    `${actual.toFixed(1)}, expected ${expected} ± ${tolerance}`,
  );
}

test('the authors score what the study measured: student 26.5 %, teacher 87 %', () => {
  near(
    meanScore(STUDY, (problem, random) => carelessAttempt(problem, random, STUDENTS.main)),
    26.5,
    2,
  );
  near(
    meanScore(STUDY, (problem, random) => teacherAttempt(problem, random)),
    87,
    2,
  );
});

test('on the quick profile the student scores 36.9 %, and the main student would score 61.6 %', () => {
  const quick = LAB_PROFILES.quick;
  near(
    meanScore(quick, (problem, random) => carelessAttempt(problem, random, STUDENTS.quick)),
    36.9,
    2.5,
  );
  near(
    meanScore(quick, (problem, random) => carelessAttempt(problem, random, STUDENTS.main)),
    61.6,
    2.5,
  );
});

test('without flaws the teacher is always right, and its answer is as long as the study says', () => {
  const perfect = { ...TEACHER, flawRate: 0 };
  assert.equal(
    meanScore(STUDY, (problem, random) => teacherAttempt(problem, random, perfect), 500),
    100,
  );
  const random = new Random('length');
  const lengths = Array.from({ length: 2000 }, () =>
    countTokens(attemptText(teacherAttempt(generateProblem(STUDY, random), random))),
  ).sort((a, b) => a - b);
  near(lengths.reduce((sum, length) => sum + length, 0) / lengths.length, 50.6, 2);
  near(lengths[200] ?? 0, 27, 3);
  near(lengths[1800] ?? 0, 76, 4);
});

test('the teacher says what it does: tries, done, and a check backwards', () => {
  const parsed = labProblem(
    ['A'],
    [
      { premises: ['A'], conclusion: 'B' },
      { premises: ['B'], conclusion: 'C' },
    ],
    'C',
  );
  assert.ok(parsed.ok);
  const quiet = { ...TEACHER, verbosities: [0], checkRate: 1, flawRate: 0 };
  assert.equal(
    attemptText(teacherAttempt(parsed.problem, new Random(1), quiet)),
    '<think> A gives B. B gives C. done. check B gives C. A gives B.</think> A gives B. B gives C.',
  );
  const loud = { ...TEACHER, verbosities: [1], checkRate: 0, flawRate: 0 };
  assert.equal(
    attemptText(teacherAttempt(parsed.problem, new Random(1), loud)),
    '<think> try B gives C. no. A gives B. B gives C. done.</think> A gives B. B gives C.',
  );
});

test('from a summary the teacher keeps what is valid; the student believes everything', () => {
  const random = new Random('start');
  const perfect = { ...TEACHER, flawRate: 0 };
  const trusting = { ...STUDENTS.main, errorRate: 0, maximumSteps: 20, pruneRate: 0, jumpRate: 0 };
  for (let i = 0; i < 200; i += 1) {
    const problem = generateProblem(LAB_PROFILES.main, random);
    const half = problem.solution.slice(0, Math.ceil(problem.steps / 2));
    const invented = parseSteps(`${problem.given[0]} gives ${problem.goal}.`);
    const careful = teacherAttempt(problem, random, perfect, [...half, ...invented]);
    assert.equal(assessProof(problem, careful.proof).points, 7);
    const searched = parseSteps(careful.thought.split('done.')[0] ?? '');
    assert.ok(
      half.every((step) => !searched.includes(step)),
      'what the summary has is not searched again',
    );
    assert.deepEqual(carelessAttempt(problem, random, trusting, invented), { thought: '', proof: invented });
    const finished = carelessAttempt(problem, random, trusting, half);
    assert.deepEqual(finished.proof.slice(0, half.length), half);
    assert.ok(assessProof(problem, finished.proof).verdicts.every(({ label }) => label !== 'bad'));
  }
});

/** Tokens of an assistant's turn with its stop token; a proposition and the word after it are one. */
function countTokens(text: string): number {
  return 1 + (text.match(/<\/?think>|[A-T](?: (?:gives?|and)|[.,])|[^\s<]+/g)?.length ?? 0);
}
